"""What ``palote learn`` says, in English and Spanish, and figures as each language writes them.

The English sentence is the key, so that the code that says it can be read. Errors come from
all over Palote, in English; only those that belong to learning alone have their Spanish here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from palote.errors import PaloteError, UsageError
from palote.settings import LANGUAGES

if TYPE_CHECKING:
    from palote.learn import Outcome

__all__ = ["Words"]

SPANISH = {
    "1 correction": "1 corrección",
    "{count} corrections": "{count} correcciones",
    "New pictures: {count}.": "Imágenes nuevas: {count}.",
    "Pictures: {count}.": "Imágenes: {count}.",
    "read as": "leída como",
    "learned": "aprendida",
    "waiting": "no aprendida",
    "aside": "apartada",
    "page": "página",
    "cli": "terminal",
    "import": "importada",
    "profile": "perfil",
    "reads with": "lee con",
    "corrections": "correcciones",
    "your set": "las tuyas",
    "everyone's": "las de todos",
    "kept in": "guardado en",
    "yours": "tuyas",
    ", learning is off": ", sin aprender",
    "version {number}": "la versión {number}",
    "the network as it came": "la red original",
    "{count}, learnt from {learned}": "{count}; aprendidas: {learned}",
    "{store}, {bytes} bytes of pictures": "{store}; {bytes} bytes de imágenes",
    "correction": "corrección",
    "undo": "retirada",
    "delete": "borrado",
    "model": "red nueva",
    "rollback": "vuelta atrás",
    "already_right": "ya se leía bien",
    "forgets": "olvida",
    "no_better": "no mejora",
    "worse": "empeora otra",
    "unchanged": "sin cambios",
    "Learning is on for {name}.": "{name} aprende.",
    "Learning is off for {name}.": "{name} no aprende; nada se ha borrado.",
    ", off": ", sin aprender",
    ", has a token": ", con código",
    "{corrections}, version {number}": "{corrections}, versión {number}",
    "The profile {name} has no token now.": "El perfil {name} ya no tiene código.",
    "Who has it teaches and sees the profile {name}. It is not shown again.": (
        "Quien lo tenga puede enseñar al perfil {name} y ver lo enseñado. El código no se vuelve "
        "a mostrar."
    ),
    ("What do the pictures show? Say --label 7, or give a folder with the folders 0 to 9 in it."): (
        "¿Qué muestran las imágenes? Dilo con --label 7, o da una carpeta que contenga las "
        "carpetas de la 0 a la 9."
    ),
    (
        "{path}: there seem to be several digits on it, {number}, and one was learnt. To take it "
        "back: palote learn undo. On the page, each digit of a number can be corrected."
    ): (
        "{path}: parece que hay varias cifras, {number}, y se ha aprendido una. Para retirarla: "
        "palote learn undo. En la página puedes corregir cada cifra de un número."
    ),
    "Name the corrections to delete by their ids, or give --all.": (
        "Nombra por su identificador las correcciones que quieres borrar, o usa --all."
    ),
}

OUTCOMES = {
    "already_right": "guardada; ya se leía bien, así que no hacía falta cambiar nada.",
    "forgets": (
        "guardada, pero no aprendida: se leerían peor las cifras de todos. ¿Es correcta la "
        "etiqueta?"
    ),
    "no_better": (
        "guardada, pero no aprendida: tus cifras no se leerían mejor. ¿Es correcta la etiqueta?"
    ),
    "worse": (
        "guardada, pero no aprendida: otra de tus correcciones se leería mal. ¿Se contradicen "
        "dos de ellas?"
    ),
    "emptied": "no queda nada aprendido: lee la red original.",
    "unchanged": ("guardada; alguien más corregía al mismo tiempo. Se aprenderá con la siguiente."),
}
"""Reason of an outcome -> what to say of it in Spanish."""

ERRORS = {
    "learning-off": "El aprendizaje está desactivado para este perfil. Actívalo: palote learn on",
    "nothing-to-learn": "No hay nada de lo que aprender ni que retirar.",
}
"""Code of an error -> what to say of it in Spanish."""

SPANISH_MARKS = str.maketrans(",.", "\N{NARROW NO-BREAK SPACE},")


class Words:
    """Sentences and figures in one language.

    Args:
        lang: one of `LANGUAGES`.

    Raises:
        UsageError: there is no such language.

    >>> Words("es")("{count} corrections", count=Words("es").count(1234))
    '1\u202f234 correcciones'
    """

    def __init__(self, lang: str) -> None:
        if lang not in LANGUAGES:
            raise UsageError(f"--lang must be one of {', '.join(LANGUAGES)}; not {lang!r}.")
        self.spanish = lang == "es"

    def __call__(self, sentence: str, **values: str) -> str:
        """Return a sentence in this language, with the values put in."""
        said = SPANISH[sentence] if self.spanish else sentence
        return said.format(**values) if values else said

    def known(self, word: str) -> str:
        """Return a word that the store keeps, or itself where it is somebody's own."""
        return SPANISH.get(word, word) if self.spanish else word

    def table(self, *rows: tuple[str, str]) -> list[str]:
        """Return names and what they stand for as lines, one below the other."""
        names = [self(name) if name else "" for name, _ in rows]
        width = max(11, *(len(name) for name in names))
        return [f"{name:{width}}  {said}" for name, (_, said) in zip(names, rows, strict=True)]

    def count(self, number: int) -> str:
        """Return a whole number."""
        return self._figure(f"{number:,}")

    def corrections(self, number: int) -> str:
        """Return how many corrections there are."""
        if number == 1:
            return self("1 correction")
        return self("{count} corrections", count=self.count(number))

    def percent(self, share: float | None) -> str:
        """Return a share in per cent."""
        from palote.learn import percent

        return self._figure(percent(share))

    def change(self, before: float | None, after: float | None) -> str:
        """Return two shares, one after the other."""
        return f"{self.percent(before)} -> {self.percent(after)}"

    def name(self, profile: str) -> str:
        """Return the name of a profile in quotation marks."""
        return f"«{profile}»" if self.spanish else repr(profile)

    def outcome(self, outcome: Outcome) -> str:
        """Return what came of a wish."""
        if not self.spanish:
            return outcome.message
        if outcome.reason == "learned":
            return (
                f"aprendido de {self.corrections(outcome.corrections)}: las tuyas "
                f"{self.change(outcome.own_before, outcome.own_after)}, las de todos "
                f"{self.change(outcome.general_before, outcome.general_after)}"
            )
        if outcome.reason == "rolled_back":
            now = f"la versión {outcome.version}" if outcome.version else "la red original"
            return f"desde ahora lee {now}; las correcciones posteriores quedan apartadas."
        return OUTCOMES[outcome.reason]

    def error(self, error: PaloteError) -> str:
        """Return what went wrong."""
        return ERRORS.get(error.code, str(error)) if self.spanish else str(error)

    def _figure(self, text: str) -> str:
        return text.translate(SPANISH_MARKS) if self.spanish else text
