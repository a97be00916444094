/**
 * Every word of the page, in English and Spanish, and how numbers are written.
 *
 * A refusal of the server arrives as an English sentence with a stable code; each code
 * has its Spanish sentence here (`errors`).
 */

import { CAMERA_EN, CAMERA_ES } from "./camera/words.js";
import { LEARN_EN, LEARN_ERRORS_ES, LEARN_ES } from "./learn/words.js";
import { NUMBER_EN, NUMBER_ES } from "./number-words.js";
import { PROGRAMS_EN, PROGRAMS_ES } from "./programs/words.js";

/** @typedef {"en" | "es"} Language */

/** @type {readonly Language[]} */
export const LANGUAGES = ["en", "es"];

const EN = {
  ...CAMERA_EN,
  ...LEARN_EN,
  ...NUMBER_EN,
  ...PROGRAMS_EN,
  title: "Palote: reads handwritten digits",
  motto: "Reads the digits you write",
  language: "Language",
  keys: "Keyboard",
  close: "Close",
  sheet: "Sheet",
  canvas: "Sheet of paper: write with mouse, finger or pen",
  photo: "The picture to read",
  undo: "Undo",
  undoTip: "Undo (Ctrl+Z)",
  redo: "Redo",
  redoTip: "Redo (Ctrl+Shift+Z)",
  clear: "Clear",
  clearTip: "New sheet (Delete)",
  pen: "Pen width",
  penTip: "Pen width ([ and ])",
  live: "Live",
  liveTip: "Read while you write (L)",
  read: "Read",
  readTip: "Read now (Enter)",
  open: "Open a picture",
  openTip: "Choose a picture from this device (O)",
  quarter: "Turn the picture",
  quarterTip: "Turn the picture by a quarter (R)",
  paste: "Paste",
  pasteTip: "Paste a picture from the clipboard (Ctrl+V)",
  example: "Write one for me",
  exampleTip: "Watch a digit being written and read (E)",
  dropTip: "You can also drop a picture here, or paste it (Ctrl+V).",
  drop: "Drop the picture here",
  answer: "Answer",
  bars: "If it is a digit, which one?",
  table: "All ten as a table",
  tableCaption: "Probability of each digit",
  digit: "Digit",
  probability: "Probability",
  copy: "Copy the table",
  copied: "Copied",
  copyFailed: "Not copied: select the table",
  copyTip: "Copy the table, for a spreadsheet (C)",
  way: "What Palote saw",
  clean: "Cleaning",
  model: "Model",
  ink: "What goes in.",
  inkText: "Exactly these {size} × {size} grey levels reach the network, ink in white.",
  inkAlt: "The pixels that the network receives",
  looked: "Where it looked",
  lookedTip: "Show which ink decided (S)",
  for: "Orange ink spoke for {digit},",
  against: "blue ink against it.",
  lookedText: "The ink was wiped away spot by spot, and the network asked again each time.",
  private: "Nothing is stored. What you draw, open or show to the camera is read in memory and forgotten at once.",
  docs: "HTTP API",
  version: "Palote {version}",
  credit: "The examples were written by people who gave their strokes to science: UCI Pen-Based Recognition of Handwritten Digits (CC BY 4.0).",
  singleKeys: "Use keys without Ctrl",
  idle: "Nothing yet",
  idleLive: "The answer appears here while you write.",
  idleStill: "Press Read when you have finished.",
  reading: "Reading…",
  refused: "This cannot be read",
  sure: ["Almost certainly", "Very likely", "Probably"],
  unsure: "Not sure",
  perhaps: "Perhaps a {digit}",
  notDigit: "That does not look like a digit",
  nearest: "The nearest would be a {digit}",
  empty: "There is nothing to read here",
  emptyText: "No ink stands out from the paper.",
  took: "Read in {ms} ms",
  digits: ["Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine"],
  away: "The server does not answer. Your sheet is safe; trying again…",
  tooLarge: "The file is too large. Crop it, or save it smaller.",
  notAPicture: "That is no picture. Drop or paste a picture file.",
  nothingToPaste: "There is no picture in the clipboard.",
  cannotPaste: "The browser does not let the page look into the clipboard. Press Ctrl+V instead.",
  stages: {
    original: ["Original", "the picture, upright"],
    evened: ["Even light", "shadows taken out"],
    binary: ["Ink or paper", "each point decided"],
    binary28: ["Shrunk", "at {size} × {size}, still black or white"],
    centred: ["Centred", "{size} × {size}, balanced on its weight"],
  },
  cleanings: {
    auto: ["Automatic", "Palote looks at the picture and chooses."],
    otsu: ["Otsu", "One threshold for the whole picture: for clean scans."],
    adaptive: ["Adaptive", "A threshold for each neighbourhood: for shadows and uneven light."],
    clahe: ["CLAHE", "Local contrast is raised first: for faint ink."],
    none: ["None", "Grey levels as they are: for files that are clean already."],
  },
  keyList: [
    ["Ctrl Z", "Undo"],
    ["Ctrl Shift Z", "Redo"],
    ["Delete", "New sheet"],
    ["Ctrl V", "Paste a picture"],
    ["Enter", "Read now"],
    ["O", "Open a picture"],
    ["R", "Turn the picture"],
    ["E", "Write one for me"],
    ["M", "One digit, number or automatic"],
    ["L", "Live on or off"],
    ["[ ]", "Thinner or thicker pen"],
    ["C", "Copy the table"],
    ["S", "Where it looked, on or off"],
    ["I", "Inglés o español"],
    ["?", "This list"],
    ["Tab", "Go from control to control"],
  ],
  errors: /** @type {Record<string, string>} */ ({}),
};

/** @type {typeof EN} */
const ES = {
  ...CAMERA_ES,
  ...LEARN_ES,
  ...NUMBER_ES,
  ...PROGRAMS_ES,
  title: "Palote: lee cifras escritas a mano",
  motto: "Lee las cifras que escribes",
  language: "Idioma",
  keys: "Teclado",
  close: "Cerrar",
  sheet: "Hoja",
  canvas: "Hoja de papel: escribe con el ratón, el dedo o el lápiz",
  photo: "La imagen que se lee",
  undo: "Deshacer",
  undoTip: "Deshacer (Ctrl+Z)",
  redo: "Rehacer",
  redoTip: "Rehacer (Ctrl+Mayús+Z)",
  clear: "Borrar",
  clearTip: "Hoja nueva (Supr)",
  pen: "Grosor del trazo",
  penTip: "Grosor del trazo ([ y ])",
  live: "En vivo",
  liveTip: "Leer mientras escribes (L)",
  read: "Leer",
  readTip: "Leer ahora (Intro)",
  open: "Abrir una imagen",
  openTip: "Elegir una imagen de este dispositivo (O)",
  quarter: "Girar la imagen",
  quarterTip: "Girar la imagen un cuarto de vuelta (R)",
  paste: "Pegar",
  pasteTip: "Pegar una imagen del portapapeles (Ctrl+V)",
  example: "Escribe tú una",
  exampleTip: "Ver cómo se escribe y se lee una cifra (E)",
  dropTip: "También puedes soltar aquí una imagen o pegarla (Ctrl+V).",
  drop: "Suelta la imagen aquí",
  answer: "Respuesta",
  bars: "Si es una cifra, ¿cuál?",
  table: "Las diez en una tabla",
  tableCaption: "Probabilidad de cada cifra",
  digit: "Cifra",
  probability: "Probabilidad",
  copy: "Copiar la tabla",
  copied: "Copiada",
  copyFailed: "No se ha copiado: selecciona la tabla",
  copyTip: "Copiar la tabla para una hoja de cálculo (C)",
  way: "Lo que ha visto Palote",
  clean: "Limpieza",
  model: "Modelo",
  ink: "Lo que entra.",
  inkText: "Exactamente estos {size} × {size} niveles de gris llegan a la red, con la tinta en blanco.",
  inkAlt: "Los píxeles que recibe la red",
  looked: "En qué se fijó",
  lookedTip: "Mostrar qué tinta decidió (S)",
  for: "La tinta naranja habló a favor del {digit};",
  against: "la azul, en contra.",
  lookedText: "Se borró la tinta zona por zona, y cada vez se preguntó de nuevo a la red.",
  private: "No se guarda nada. Lo que dibujas, abres o enseñas a la cámara se lee en memoria y se olvida al momento.",
  docs: "API HTTP",
  version: "Palote {version}",
  credit: "Los ejemplos los escribieron personas que cedieron sus trazos a la ciencia: UCI Pen-Based Recognition of Handwritten Digits (CC BY 4.0).",
  singleKeys: "Usar teclas sin Ctrl",
  idle: "Aún no hay nada",
  idleLive: "La respuesta aparece aquí mientras escribes.",
  idleStill: "Pulsa Leer cuando hayas terminado.",
  reading: "Leyendo…",
  refused: "Esto no se puede leer",
  sure: ["Casi con toda seguridad", "Muy probablemente", "Probablemente"],
  unsure: "No está claro",
  perhaps: "Quizá un {digit}",
  notDigit: "Esto no parece una cifra",
  nearest: "Lo más parecido sería un {digit}",
  empty: "Aquí no hay nada que leer",
  emptyText: "No hay tinta que destaque sobre el papel.",
  took: "Leído en {ms} ms",
  digits: ["Cero", "Uno", "Dos", "Tres", "Cuatro", "Cinco", "Seis", "Siete", "Ocho", "Nueve"],
  away: "El servidor no responde. Tu hoja está a salvo; se vuelve a intentar…",
  tooLarge: "El archivo es demasiado grande. Recórtalo o guárdalo con menos tamaño.",
  notAPicture: "Eso no es una imagen. Suelta o pega un archivo de imagen.",
  nothingToPaste: "No hay ninguna imagen en el portapapeles.",
  cannotPaste: "El navegador no deja que la página mire en el portapapeles. Pulsa Ctrl+V.",
  stages: {
    original: ["Original", "la imagen, derecha"],
    evened: ["Luz pareja", "sin sombras"],
    binary: ["Tinta o papel", "decidido punto por punto"],
    binary28: ["Reducida", "a {size} × {size}, aún en blanco y negro"],
    centred: ["Centrada", "{size} × {size}, equilibrada por su peso"],
  },
  cleanings: {
    auto: ["Automática", "Palote mira la imagen y elige."],
    otsu: ["Otsu", "Un solo umbral para toda la imagen: para escaneos limpios."],
    adaptive: ["Adaptativa", "Un umbral para cada zona: para sombras y luz desigual."],
    clahe: ["CLAHE", "Primero se realza el contraste local: para tinta tenue."],
    none: ["Ninguna", "Los grises tal como están: para archivos que ya están limpios."],
  },
  keyList: [
    ["Ctrl Z", "Deshacer"],
    ["Ctrl Mayús Z", "Rehacer"],
    ["Supr", "Hoja nueva"],
    ["Ctrl V", "Pegar una imagen"],
    ["Intro", "Leer ahora"],
    ["O", "Abrir una imagen"],
    ["R", "Girar la imagen"],
    ["E", "Escribe tú una"],
    ["M", "Una cifra, número o automático"],
    ["L", "Lectura en vivo, sí o no"],
    ["[ ]", "Trazo más fino o más grueso"],
    ["C", "Copiar la tabla"],
    ["S", "En qué se fijó, sí o no"],
    ["I", "Spanish or English"],
    ["?", "Esta lista"],
    ["Tab", "Ir de un control a otro"],
  ],
  errors: {
    ...LEARN_ERRORS_ES,
    "bad-request": "La petición no lleva ninguna imagen, o ha llegado cortada. Prueba otra vez.",
    "corrupt-image": "La imagen está dañada o incompleta. Prueba con otra copia.",
    "file-not-readable": "No se ha podido abrir el archivo. Prueba con otro.",
    "forbidden": "El servidor solo responde a su propia página. Ábrela con la dirección que mostró al arrancar.",
    "ink-spec-mismatch": "El modelo espera otra normalización que la de este Palote. Elige otro modelo.",
    "input": "No se ha podido leer esta imagen. Prueba con otra.",
    "internal": "Algo ha fallado dentro de Palote. En la consola del servidor hay más detalles.",
    "missing-extra": "Para esta clase de imagen hace falta un complemento en el servidor (las fotos HEIC, por ejemplo: pip install \"palote[heic]\"). También puedes guardarla como JPEG o PNG.",
    "model": "El modelo no se puede usar. Elige otro.",
    "model-corrupt": "El archivo del modelo está dañado. Elige otro modelo.",
    "model-not-found": "Ese modelo no existe. Elige otro de la lista.",
    "rate-limited": "Llegan demasiadas peticiones desde tu dirección. Espera unos segundos.",
    "timeout": "La imagen ha dejado de llegar a medio camino. Prueba otra vez.",
    "too-many-bytes": "El archivo es demasiado grande. Recórtalo o guárdalo con menos tamaño.",
    "too-many-pixels": "La imagen tiene demasiados píxeles. Recórtala o redúcela.",
    "too-small": "La imagen es demasiado pequeña para contener una cifra. Prueba con una más grande.",
    "unsupported-array": "Los datos no tienen forma de imagen. Prueba con otra.",
    "unsupported-format": "El archivo no es una imagen, o es de una clase que Palote no conoce. Sirven PNG, JPEG, WebP, GIF, BMP, TIFF, AVIF y HEIC.",
    "usage": "El servidor no conoce una de las opciones. Recarga la página.",
  },
};

const WORDS = { en: EN, es: ES };

/** @typedef {typeof EN} Words */

/** @param {Language} language @returns {Words} */
export function wordsOf(language) {
  return WORDS[language];
}

/**
 * The language to start in: the one chosen before, else the browser's first that we know.
 * @param {string | null} remembered
 * @param {readonly string[]} preferred the browser's, best first ("es-MX")
 * @returns {Language}
 */
export function chooseLanguage(remembered, preferred) {
  const known = [remembered ?? "", ...preferred].map((tag) => tag.slice(0, 2).toLowerCase());
  return LANGUAGES.find((language) => language === known.find((tag) => tag in WORDS)) ?? "en";
}

/**
 * Fill `{name}` in a sentence.
 * @param {string} sentence
 * @param {Record<string, string | number>} values
 */
export function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

/**
 * A probability in per cent; never rounded up to a certainty that no network has.
 * @param {number} share 0 to 1
 * @param {Language} language
 */
export function percent(share, language) {
  const floored = Math.floor(Math.min(share, 0.9999) * 1000 + 1e-9) / 1000;
  return new Intl.NumberFormat(language, {
    style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1,
  }).format(floored);
}

/**
 * The sentence for a refusal: ours where there is one, else the server's.
 * @param {{code: string, detail: string}} refusal
 * @param {Words} words
 */
export function explain(refusal, words) {
  return words.errors[refusal.code] ?? refusal.detail;
}
