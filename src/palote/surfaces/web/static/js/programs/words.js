/** The words of the tab for programs, in English and Spanish; part of `../i18n.js`. */

export const PROGRAMS_EN = {
  api: "API",
  programs: "From a program of your own",
  programsText: "Send a picture, get the answer as JSON. “Auto”, “One digit” or “Number” above goes into the examples.",
  curl: "curl",
  curlText: "In a terminal of Linux, macOS or Windows.",
  python: "Python",
  pythonText: "Nothing has to be installed.",
  javascript: "JavaScript",
  javascriptText: "For Node 18 or newer: save it as read.mjs, then node read.mjs. Pages of other sites may ask only if whoever runs Palote allows it.",
  json: "What comes back",
  jsonText: "The last answer, as programs get it.",
  jsonNone: "Write something on the sheet, and its answer is here as JSON.",
  programCopy: "Copy",
  programCopied: "Copied",
  programNotCopied: "Not copied: select the text",
  allOfIt: "All paths, options and answers",
  schema: "The same for programs (OpenAPI)",
};

/** @type {typeof PROGRAMS_EN} */
export const PROGRAMS_ES = {
  api: "API",
  programs: "Desde tus propios programas",
  programsText: "Envía una imagen y recibe la respuesta en JSON. Lo que elijas arriba («Automático», «Una cifra» o «Número») se añade a los ejemplos.",
  curl: "curl",
  curlText: "En una terminal de Linux, macOS o Windows.",
  python: "Python",
  pythonText: "No hace falta instalar nada.",
  javascript: "JavaScript",
  javascriptText: "Para Node 18 o posterior: guárdalo como read.mjs y ejecuta node read.mjs. Las páginas de otros sitios solo pueden preguntar si lo permite quien administra este Palote.",
  json: "Lo que devuelve",
  jsonText: "La última respuesta, tal como la reciben los programas.",
  jsonNone: "Escribe algo en la hoja y su respuesta aparecerá aquí en JSON.",
  programCopy: "Copiar",
  programCopied: "Copiado",
  programNotCopied: "No se ha copiado: selecciona el texto",
  allOfIt: "Todas las rutas, opciones y respuestas",
  schema: "Lo mismo para programas (OpenAPI)",
};
