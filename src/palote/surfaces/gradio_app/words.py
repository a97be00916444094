"""Every sentence of the app, in English and in Spanish.

The English sentence is its own key, as in gettext: where nobody hands Gradio the Spanish
ones, the app still speaks English. What Palote refuses comes as an English sentence with
a stable code; each code that a person can meet here has its Spanish sentence.
"""

from __future__ import annotations

from palote.errors import PaloteError, UsageError

__all__ = [
    "LANGUAGES",
    "SPANISH",
    "TITLE",
    "check_language",
    "explain",
    "percent",
    "say",
    "share",
]

LANGUAGES = {"en": "English", "es": "Español"}

TITLE = "Palote: reads handwritten digits"

SPANISH = {
    "Palote: reads handwritten digits": "Palote: lee cifras escritas a mano",
    "Reads the digits you write": "Lee las cifras que escribes",
    "Language": "Idioma",
    "Draw": "Dibujar",
    "Sheet of paper: write with mouse, finger or pen": (
        "Hoja de papel: escribe con el ratón, el dedo o el lápiz"
    ),
    "Undo": "Deshacer",
    "New sheet": "Hoja nueva",
    "Picture": "Imagen",
    "Camera": "Cámara",
    "Live": "En vivo",
    "Read": "Leer",
    "Model": "Modelo",
    "Cleaning": "Limpieza",
    "Automatic": "Automática",
    "Otsu: for clean scans": "Otsu: para escaneos limpios",
    "Adaptive: for shadows": "Adaptativa: para sombras",
    "CLAHE: for faint ink": "CLAHE: para tinta tenue",
    "None: for clean files": "Ninguna: para archivos limpios",
    "Answer": "Respuesta",
    "What Palote saw": "Lo que ha visto Palote",
    "Examples": "Ejemplos",
    "Drop a picture of digits here, or click to choose one": (
        "Suelta aquí una imagen con cifras o haz clic para elegir una"
    ),
    "What to read": "Qué se lee",
    "Auto": "Auto",
    "One digit": "Una cifra",
    "Number": "Número",
    "Found": "Lo encontrado",
    "not a number": "no es un número",
    "That does not look like a number.": "Esto no parece un número.",
    "{number} numbers. All of them right": "{number} números. Todos correctos",
    "Not sure. {number} of {all} numbers are sure enough.": (
        "No está claro. {number} de {all} números están bastante claros."
    ),
    "Not sure. Perhaps {text}": "No está claro. Quizá {text}",
    (
        "A number was read here, and one digit at a time is taught. Write that digit alone, "
        "or choose “One digit”."
    ): (
        "Aquí se ha leído un número, y las cifras se enseñan de una en una. Escribe esa cifra "
        "sola o elige «Una cifra»."
    ),
    "Reading keeps nothing: every picture is deleted as soon as it has been read.": (
        "Al leer no se guarda nada: cada imagen se borra en cuanto se ha leído."
    ),
    "Nothing yet. Write something, open a picture or start the camera.": (
        "Aún no hay nada. Escribe algo, abre una imagen o enciende la cámara."
    ),
    "Original": "Original",
    "Even light": "Luz pareja",
    "Ink or paper": "Tinta o papel",
    "Shrunk": "Reducida",
    "What the network sees": "Lo que ve la red",
    "not a digit": "no es una cifra",
    "empty": "vacío",
    "Almost certainly": "Casi con toda seguridad",
    "Very likely": "Muy probablemente",
    "Probably": "Probablemente",
    "Not sure. Perhaps a {digit}": "No está claro. Quizá un {digit}",
    "That does not look like a digit. The nearest would be a {digit}": (
        "Esto no parece una cifra. Lo más parecido sería un {digit}"
    ),
    "There is nothing to read here: no ink stands out from the paper.": (
        "Aquí no hay nada que leer: no hay tinta que destaque sobre el papel."
    ),
    "Wrong? It was:": "¿Se equivoca? Era:",
    "Flag it, to learn from it": "Marcarla, para aprender de ella",
    "Take the last one back": "Retirar la última",
    (
        "Only what you flag is kept, on this computer, to learn from it. "
        "palote learn list shows it; palote learn delete deletes it."
    ): (
        "Solo se guarda lo que marcas, en este ordenador, para aprender de ello. "
        "palote learn list lo muestra; palote learn delete lo borra."
    ),
    "What you flag trains the network at once; the picture is not kept.": (
        "Lo que marcas entrena la red al momento; la imagen no se guarda."
    ),
    "Choose first what it was.": "Elige antes qué era.",
    "There is nothing to learn from: write a digit or open a picture first.": (
        "No hay nada de lo que aprender: escribe antes una cifra o abre una imagen."
    ),
    "There is nothing to take back.": "No hay nada que retirar.",
    (
        "Teaching works only on the computer where Palote runs. "
        "For other devices: palote serve --learn."
    ): (
        "Solo se puede enseñar en el ordenador donde está en marcha Palote. "
        "Para otros dispositivos: palote serve --learn."
    ),
    "Only the model {model} can be taught. Choose it first.": (
        "Solo se puede enseñar al modelo {model}. Elígelo antes."
    ),
    (
        "Learned. Corrections: {number}. Yours: {own_before} → {own_after}. "
        "Everyone's: {before} → {after}."
    ): (
        "Aprendido. Correcciones: {number}. Las tuyas: {own_before} → {own_after}. "
        "Las de todos: {before} → {after}."
    ),
    "Learned.": "Aprendido.",
    "Kept. It was read right already, so that nothing had to change.": (
        "Guardada. Ya se leía bien, así que no hacía falta cambiar nada."
    ),
    "Kept, but nothing changed: with it, everyone's digits would be read worse.": (
        "Guardada, pero no ha cambiado nada: con ella se leerían peor las cifras de todos."
    ),
    "Kept, but nothing changed: what you have taught would be read no better.": (
        "Guardada, pero no ha cambiado nada: lo que has enseñado no se leería mejor."
    ),
    "Kept, but nothing changed: others that you have taught would be read worse.": (
        "Guardada, pero no ha cambiado nada: otras que has enseñado se leerían peor."
    ),
    "Taken back. Nothing of what you taught is left.": (
        "Retirada. No queda nada de lo que enseñaste."
    ),
    "Taken back.": "Retirada.",
    "Nothing changed.": "No ha cambiado nada.",
    "With a pen": "Con bolígrafo",
    "On squared paper": "En papel cuadriculado",
    "Chalk on a board": "Con tiza en la pizarra",
    "In bad light": "Con mala luz",
    "No digit at all": "Algo que no es una cifra",
}

REFUSED = {
    "learn": "No se ha podido guardar ni aprender nada: en la consola hay más detalles.",
    "learning-off": (
        "El aprendizaje está desactivado para este perfil. Actívalo: palote learn on."
    ),
    "nothing-to-learn": "No hay nada de lo que aprender ni que retirar.",
    "corrupt-image": "La imagen está dañada o incompleta. Prueba con otra copia.",
    "file-not-readable": "No se ha podido abrir el archivo. Prueba a abrirlo otra vez.",
    "ink-spec-mismatch": (
        "El modelo espera otra normalización que la de este Palote. Elige otro modelo."
    ),
    "input": "No se ha podido leer esta imagen. Prueba con otra.",
    "missing-extra": (
        "Para esto hace falta un complemento en el servidor (las fotos HEIC, por ejemplo: "
        'pip install "palote[heic]"). También puedes guardar la imagen como JPEG o PNG.'
    ),
    "model": "El modelo no se puede usar. Elige otro.",
    "model-corrupt": "El archivo del modelo está dañado. Elige otro modelo.",
    "model-not-found": "Ese modelo no existe. Elige otro de la lista.",
    "too-many-bytes": "El archivo es demasiado grande. Recórtalo o guárdalo con menos tamaño.",
    "too-many-pixels": "La imagen tiene demasiados píxeles. Recórtala o redúcela.",
    "too-small": (
        "La imagen es demasiado pequeña para contener una cifra. Prueba con una más grande."
    ),
    "unsupported-format": (
        "El archivo no es una imagen, o es de una clase que Palote no conoce. "
        "Sirven PNG, JPEG, WebP, GIF, BMP y TIFF."
    ),
}
"""Code of an error -> what to say of it in Spanish."""

SURELY = 0.999
"""No probability is shown above this one: no network has certainty."""


def check_language(lang: str | None) -> None:
    """Do nothing for a language that there is, and for none.

    Raises:
        UsageError: there is no such language.
    """
    if lang is not None and lang not in LANGUAGES:
        raise UsageError(f"The language must be one of {', '.join(LANGUAGES)}; not {lang!r}.")


def say(english: str, language: str, **values: str) -> str:
    """Return a sentence in a language.

    Args:
        english: one of `SPANISH`.
        language: "en" or "es".
        values: what goes into the braces of the sentence.
    """
    sentence = SPANISH[english] if language == "es" else english
    return sentence.format(**values) if values else sentence


def explain(error: PaloteError, language: str) -> str:
    """Return what went wrong and what to do, in a language."""
    return REFUSED.get(error.code, str(error)) if language == "es" else str(error)


def percent(share: float, language: str) -> str:
    """Return a probability in per cent, rounded down to a tenth."""
    figure = f"{int(min(share, SURELY) * 1000 + 1e-9) / 10:.1f}"
    return figure.replace(".", ",") + "\N{NO-BREAK SPACE}%" if language == "es" else f"{figure}%"


def share(value: float, language: str, decimals: int) -> str:
    """Return a share of many that were counted, in per cent; all of them are 100 %."""
    figure = f"{value * 100:.{decimals}f}"
    return figure.replace(".", ",") + "\N{NO-BREAK SPACE}%" if language == "es" else f"{figure}%"
