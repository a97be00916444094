"""What a browser shows that was not let in: a plain page, in both languages.

It loads nothing, for a stranger gets nothing else from here. Its style is in the page, and
its content security policy names that one style by its hash.
"""

from __future__ import annotations

import base64
import hashlib
import html
from dataclasses import dataclass

from starlette.responses import HTMLResponse

__all__ = ["ADMITTED", "NO_TOKEN", "TOO_MANY", "WRONG_TOKEN", "Sentence", "page"]


@dataclass(frozen=True)
class Sentence:
    """A heading and what to do, in English and in Spanish."""

    english_title: str
    english: str
    spanish_title: str
    spanish: str

    def __str__(self) -> str:
        return f"{self.english_title}. {self.english}"


NO_TOKEN = Sentence(
    "This device has not been let in",
    "Scan the code that Palote shows in the terminal of the computer where it runs. If the code "
    "has been used, press Enter there for another, or start Palote again.",
    "Este dispositivo no tiene permiso",
    "Escanea el código que muestra Palote en la terminal del ordenador donde está en marcha. Si "
    "ya se ha usado, pulsa Intro allí para pedir otro, o vuelve a arrancar Palote.",
)
WRONG_TOKEN = Sentence(
    "This code is not valid",
    "It has been used already, has been replaced, or is incomplete. Press Enter in the terminal "
    "of the computer where Palote runs, or start it again, and scan the new code.",
    "Este código no vale",
    "Ya se ha usado, se ha cambiado por otro o está incompleto. Pulsa Intro en la terminal del "
    "ordenador donde está en marcha Palote, o vuelve a arrancarlo, y escanea el código nuevo.",
)
TOO_MANY = Sentence(
    "Too many wrong codes",
    "Wait a minute. Then scan the code that Palote shows in its terminal.",
    "Demasiados códigos incorrectos",
    "Espera un minuto. Después, escanea el código que muestra Palote en la terminal.",
)
ADMITTED = Sentence(
    "This device has been let in",
    "Palote opens by itself.",
    "Este dispositivo ya tiene permiso",
    "Palote se abre solo.",
)

STYLE = """
:root { color-scheme: light dark; --desk: #f4eee0; --text: #242a3d; --rule: #ec9f99; }
@media (prefers-color-scheme: dark) {
  :root { --desk: #101916; --text: #e9efe8; --rule: #b3786e; }
}
body {
  margin: 0 auto; padding: 12vh 1.5rem 2rem; max-width: 32rem;
  background: var(--desk); color: var(--text);
  font: 1.1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
h1, h2 { margin: 0 0 .5rem; font: 700 1.5rem/1.25 "Century Schoolbook", "C059", Georgia, serif; }
section { margin-bottom: 2rem; padding-left: 1rem; border-left: 3px solid var(--rule); }
p { margin: 0; }
a { color: inherit; }
"""

POLICY = "; ".join(
    (
        "default-src 'none'",
        f"style-src 'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

DOCUMENT = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Palote</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>{style}</style>
</head>
<body>
<main>
<section><h1>{english_title}</h1><p>{english}</p></section>
<section lang="es"><h2>{spanish_title}</h2><p>{spanish}</p></section>
</main>
</body>
</html>
"""


def page(sentence: Sentence, status: int, goes_on: bool = False) -> HTMLResponse:
    """Return the page with a sentence; one that goes on leads to Palote at once."""
    document = DOCUMENT.format(
        style=STYLE,
        english_title=html.escape(sentence.english_title),
        english=html.escape(sentence.english),
        spanish_title=html.escape(sentence.spanish_title),
        spanish=html.escape(sentence.spanish),
    )
    headers = {"Content-Security-Policy": POLICY}
    if goes_on:
        headers["Refresh"] = "0; url=/"
    return HTMLResponse(document, status, headers)
