"""Every word of the window, in English and Spanish, and how figures are written.

What goes wrong is told in the window in its language, and on the terminal with the
details, in English as everywhere in the terminal.
"""

from __future__ import annotations

from dataclasses import dataclass

from palote.errors import UsageError
from palote.settings import LANGUAGES

__all__ = ["Words", "words_in"]


@dataclass(frozen=True)
class Words:
    """The texts of one language; ``{...}`` are filled in."""

    comma: str
    waiting: str
    reading: str
    no_digit: str
    no_number: str
    no_number_here: str
    empty: str
    not_digit: str
    unsure: str
    perhaps: str
    sure: str
    bars: str
    texts: str
    lines: str
    looks_for: dict[str, str]
    one_by_one: str
    sees: str
    frozen: str
    part: str
    fps: str
    delay: str
    model: str
    loading: str
    chosen: str
    reasons: dict[str, str]
    only_model: str
    no_model: str
    not_read: str
    collection: str
    saved: str
    already: str
    nothing: str
    undone: str
    nothing_undone: str
    picture: str
    not_saved: str
    lost: str
    broken: str
    keys: str
    hints: tuple[tuple[str, str], ...]
    key_list: tuple[tuple[str, str], ...]
    summary: str

    def number(self, value: float, places: int = 0) -> str:
        """Return a figure as the language writes it."""
        return f"{value:.{places}f}".replace(".", self.comma)

    def percent(self, share: float) -> str:
        """Return a share of 1 as per cent: ``99.8 %``."""
        return f"{self.number(share * 100, 1)} %"


ENGLISH = Words(
    comma=".",
    waiting="Waiting for a picture…",
    reading="Reading…",
    no_digit="No digit",
    no_number="No number",
    no_number_here="Hold a number up to the camera.",
    empty="Hold a digit up to the camera.",
    not_digit="That does not look like a digit.",
    unsure="Not sure",
    perhaps="Perhaps {digit}",
    sure="{percent} sure",
    bars="If it is a digit, which one?",
    texts="Which number is it?",
    lines="The numbers, and how sure",
    looks_for={
        "digit": "Reads one digit (n: number)",
        "number": "Reads numbers (n: digit or number)",
        "auto": "Reads a digit or numbers (n: one digit)",
    },
    one_by_one="Digits are saved one by one: press n, and show one alone.",
    sees="What the network sees",
    frozen="Frozen; space goes on",
    part="Only this part is read; w reads all of it",
    fps="{fps} frames/s",
    delay="answer after {ms} ms",
    model="Model {model}",
    loading="Loading {model}…",
    chosen="{model} reads, of {count} models in the folder: {reason}.",
    reasons={
        "card": "it has its card beside it",
        ".onnx": "ONNX is the fastest",
        ".npz": "NumPy needs no further package",
        ".tflite": "LiteRT is faster than Keras",
        ".keras": "it is Keras's own format of today",
        ".h5": "its weights are in the same file",
        "precision": "it is not rounded to 8 bits",
        "name": "its name comes first",
    },
    only_model="There is no other model here. Add one: palote models add",
    no_model="{model} cannot be used; the terminal says why.",
    not_read="This picture cannot be read; the terminal says why.",
    collection="Pictures in {folder}: {count}",
    saved="Saved as {digit}: {path}",
    already="This picture is saved as {digit} already.",
    nothing="There is no digit to save.",
    undone="Deleted again: {path}",
    nothing_undone="Nothing was saved that could be deleted.",
    picture="Picture saved: {path}",
    not_saved="It could not be saved; the terminal says why.",
    lost="The camera gives no pictures. Plug it in again, or close what else uses it.",
    broken="The file gives no more pictures; the terminal says why.",
    keys="Keys",
    hints=(
        ("0-9", "save"),
        ("space", "freeze"),
        ("s", "picture"),
        ("n", "numbers"),
        ("m", "model"),
        ("h", "all keys"),
        ("q", "quit"),
    ),
    key_list=(
        ("0-9", "Save what is in the box as this digit, in its class folder"),
        ("Backspace", "Delete what was saved last"),
        ("Space", "Freeze the picture, or go on"),
        ("s", "Save the picture, and the window as it is"),
        ("n", "One digit, a number, or whichever it is"),
        ("m", "Next model"),
        ("Mouse", "Drag: read only this part"),
        ("w", "Read the whole picture again"),
        ("h  ?", "Show these keys, or hide them"),
        ("q  Esc", "Quit"),
    ),
    summary="Pictures added to {folder}: {count}. Train with them: "
    "palote train small --data mnist --data {folder}",
)

SPANISH = Words(
    comma=",",
    waiting="Esperando una imagen…",
    reading="Leyendo…",
    no_digit="No hay cifra",
    no_number="No hay número",
    no_number_here="Muestra un número a la cámara.",
    empty="Muestra una cifra a la cámara.",
    not_digit="Esto no parece una cifra.",
    unsure="No está claro",
    perhaps="Quizá un {digit}",
    sure="Seguro al {percent}",
    bars="Si es una cifra, ¿cuál?",
    texts="¿Qué número es?",
    lines="Los números, y con qué seguridad",
    looks_for={
        "digit": "Lee una cifra (n: número)",
        "number": "Lee números (n: cifra o número)",
        "auto": "Lee una cifra o números (n: una cifra)",
    },
    one_by_one="Las cifras se guardan de una en una: pulsa n y muestra una sola.",
    sees="Lo que ve la red",
    frozen="Imagen congelada; con espacio, sigue",
    part="Solo se lee esta parte; con w, la imagen entera",
    fps="{fps} imágenes/s",
    delay="respuesta en {ms} ms",
    model="Modelo {model}",
    loading="Cargando {model}…",
    chosen="Lee {model}, de los {count} modelos de la carpeta: {reason}.",
    reasons={
        "card": "tiene su ficha al lado",
        ".onnx": "ONNX es el más rápido",
        ".npz": "NumPy no necesita otros paquetes",
        ".tflite": "LiteRT es más rápido que Keras",
        ".keras": "es el formato actual de Keras",
        ".h5": "lleva los pesos en el mismo archivo",
        "precision": "no está redondeado a 8 bits",
        "name": "su nombre va primero",
    },
    only_model="Aquí no hay otro modelo. Añade uno: palote models add",
    no_model="No se puede usar {model}; la terminal dice por qué.",
    not_read="Esta imagen no se puede leer; la terminal dice por qué.",
    collection="Imágenes en {folder}: {count}",
    saved="Guardada como {digit}: {path}",
    already="Esta imagen ya está guardada como {digit}.",
    nothing="No hay ninguna cifra que guardar.",
    undone="Borrada de nuevo: {path}",
    nothing_undone="No se ha guardado nada que se pueda borrar.",
    picture="Imagen guardada: {path}",
    not_saved="No se ha podido guardar; la terminal dice por qué.",
    lost="La cámara no da imágenes. Conéctala de nuevo o cierra el programa que la usa.",
    broken="El archivo ya no da imágenes; la terminal dice por qué.",
    keys="Teclas",
    hints=(
        ("0-9", "guardar"),
        ("espacio", "congelar"),
        ("s", "imagen"),
        ("n", "números"),
        ("m", "modelo"),
        ("h", "todas las teclas"),
        ("q", "salir"),
    ),
    key_list=(
        ("0-9", "Guardar lo que está en el recuadro como esa cifra, en su carpeta"),
        ("Retroceso", "Borrar lo último que se guardó"),
        ("Espacio", "Congelar la imagen o seguir"),
        ("s", "Guardar la imagen, y la ventana tal como está"),
        ("n", "Una cifra, un número o lo que sea"),
        ("m", "Modelo siguiente"),
        ("Ratón", "Arrastrar: leer solo esa parte"),
        ("w", "Volver a leer la imagen entera"),
        ("h  ?", "Mostrar u ocultar estas teclas"),
        ("q  Esc", "Salir"),
    ),
    summary="Imágenes añadidas a {folder}: {count}. Para entrenar con ellas: "
    "palote train small --data mnist --data {folder}",
)

ALL = dict(zip(LANGUAGES, (ENGLISH, SPANISH), strict=True))


def words_in(language: str) -> Words:
    """Return the texts of a language.

    Raises:
        UsageError: it is not spoken here.
    """
    if language not in ALL:
        raise UsageError(f"--lang must be one of {', '.join(LANGUAGES)}; not {language!r}.")
    return ALL[language]
