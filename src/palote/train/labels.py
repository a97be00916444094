"""Printed words beside a number: what it counts, and its unit. They are no digits.

On a line of `phrases` each printed word is one mark, a character of Unicode's private use area.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["AFTER", "AHEAD", "LABELS", "label", "printed"]

WORDS_AHEAD = (
    *("Total", "Total:", "Sum", "Suma", "Amount:", "Importe", "Price", "Precio", "Cost", "Valor"),
    *("No", "No.", "Nr.", "Nº", "Num.", "#", "Ref.", "ID", "ID:", "Code", "Code:", "Tel", "Tel."),
    *("Phone:", "Date:", "Fecha", "Hora", "Age", "Edad:", "Year", "Name", "Room", "Page", "Pág."),
    *("Qty", "Cant.", "Weight", "Peso", "Height:", "Size", "C.P.", "Zip", "PIN", "NIF", "DNI:"),
    *("a)", "b)", "c)", "d)", "A", "B", "x =", "y =", "n =", "A:", "R:", "€", "EUR", "$", "£"),
    "kg",
)
WORDS_AFTER = (
    *("kg", "g", "mg", "t", "m", "cm", "mm", "km", "m²", "km/h", "ml", "cl", "h", "min", "s", "ºC"),
    *("€", "EUR", "eur", "$", "USD", "£", "%", "pcs", "uds", "ud.", "pts", "years", "años", "days"),
    *("Euro", "euros", "cts", "Watt", "kW", "kWh", "V", "mm²", "px", "dpi", "pt", "x", "M", "A4"),
)
LETTERS = "abcdefghijkmnpqrtuvwxyzABCDEFGHKLMNPQRTUVWXYZ"
FIRST = 0xE000

AHEAD = "".join(chr(FIRST + number) for number in range(len(WORDS_AHEAD)))
AFTER = "".join(chr(FIRST + len(AHEAD) + number) for number in range(len(WORDS_AFTER)))
CHANCE = chr(FIRST + len(AHEAD) + len(AFTER))
"""A word of letters by chance."""

LABELS = AHEAD + AFTER + CHANCE
"""All that stands for a printed word."""

FACES = ("sans", "italic")
CAPITAL = 26
"""Height of a capital letter in the picture, in pixels; a font's size is 1.4 times that."""


def label(ahead: bool, rng: np.random.Generator) -> str:
    """Return the character of a word that stands ahead of a number, or after it.

    Args:
        ahead: which.
        rng: chance.
    """
    return CHANCE if rng.random() < 0.3 else str(rng.choice(list(AHEAD if ahead else AFTER)))


def printed(character: str, rng: np.random.Generator) -> tuple[NDArray[np.uint8], float, float]:
    """Print a word.

    Args:
        character: one of `LABELS`.
        rng: chance.

    Returns:
        uint8 (h, w), 255 is ink, cut to it; how far its upper edge lies above the baseline, and
        how high a capital letter is, in pixels.
    """
    number = ord(character) - FIRST
    words = WORDS_AHEAD + WORDS_AFTER
    chance = "".join(rng.choice(list(LETTERS), int(rng.integers(2, 8))))
    word = words[number] if number < len(words) else chance
    size = round(1.4 * CAPITAL)
    sheet = np.zeros((4 * CAPITAL, (2 + len(word)) * size), np.uint8)
    base, weight = 2 * CAPITAL, int(rng.integers(200, 800))
    face = cv2.FontFace(str(rng.choice(FACES)))
    cv2.putText(sheet, word, (size // 2, base), 255, face, size, weight)
    x, y, width, height = cv2.boundingRect(sheet)
    return np.ascontiguousarray(sheet[y : y + height, x : x + width]), float(base - y), CAPITAL
