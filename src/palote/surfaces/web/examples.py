"""The examples of ``/openapi.json``: a picture of a 7 and its reading, which a test asks for."""

from __future__ import annotations

from typing import Final

from palote.result import Json

__all__ = ["PICTURE_URL", "READING"]

PICTURE_URL: Final = (
    "data:image/png;base64,"
    "iVBORw0KGgoAAAANSUhEUgAAABwAAAAcAQAAAABaduI5AAAAQUlEQVR42mP8z8DwkYmBgYEBg2DkYGBiYPgD4bIw"
    "/D8Bl4WyGP7/l/8AFfuvAJP95wCT/fEfJvsTbugnKIsRi70AFIAS5BuTH1cAAAAASUVORK5CYII="
)
"""28 x 28 points, black or white: small enough to be read by people, too."""

SHARES: Final[list[Json]] = [
    *(0.000017, 0.000577, 0.000023, 0.000023, 0.000018),
    *(0.000005, 0.000006, 0.999245, 0.000009, 0.000076),
]
READING: Final[dict[str, Json]] = {
    "text": "7",
    "status": "ok",
    "confidence": 0.9992,
    "model": "default",
    "raw": "7",
    "digits": [
        {"value": "7", "confidence": 0.9992, "probabilities": SHARES, "box": [8, 5, 14, 19]}
    ],
    "lines": [],
    "alternatives": [],
}
