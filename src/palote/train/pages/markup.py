"""HTML and SVG as text, with everything escaped that is not markup already.

Names of models, files and sets come from people and go into pages that people
open, so no text reaches a page but through `tag`.
"""

from __future__ import annotations

import base64
from html import escape

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["Html", "joined", "picture_url", "tag"]

VOID = frozenset({"br", "col", "img", "link", "meta"})

Value = str | int | float | bool | None


class Html(str):
    """Text that is markup already and is not escaped again."""


def tag(name: str, /, *children: str, **attributes: Value) -> Html:
    """Return an element.

    Args:
        name: of the element.
        children: what is in it; plain text is escaped, `Html` is not.
        attributes: in ``aria_label`` an underscore stands for a hyphen; a trailing one is
            dropped (``class_``). None and False leave an attribute out, True gives it no
            value; numbers are rounded to hundredths.

    >>> tag("p", "a < b", class_="note")
    '<p class="note">a &lt; b</p>'
    """
    given = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in VOID:
        return Html(f"<{name}{given}>")
    return Html(f"<{name}{given}>{joined(*children)}</{name}>")


def joined(*children: str) -> Html:
    """Return the children one after the other, plain text escaped."""
    return Html("".join(c if isinstance(c, Html) else escape(c, quote=False) for c in children))


def picture_url(pixels: NDArray[np.uint8]) -> str:
    """Return a picture, uint8 (h, w) grey or (h, w, 3 or 4) RGB or RGBA, as a PNG data URL."""
    # OpenCV wants blue first.
    ordered = pixels if pixels.ndim == 2 else pixels[..., [2, 1, 0, 3][: pixels.shape[2]]]
    _, png = cv2.imencode(".png", np.ascontiguousarray(ordered), [cv2.IMWRITE_PNG_COMPRESSION, 9])
    return "data:image/png;base64," + base64.b64encode(png.tobytes()).decode("ascii")


def _attribute(key: str, value: Value) -> str:
    name = key.removesuffix("_").replace("_", "-")
    if value is None or value is False:
        return ""
    if value is True:
        return f" {name}"
    text = f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
    return f' {name}="{escape(text)}"'
