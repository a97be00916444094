"""What a network read, as parts of a page.

All of it comes from `Judged`, so that a training's report and an evaluation of any
model file say the same in the same way.
"""

from __future__ import annotations

from collections.abc import Sequence

from palote.evaluation import Judged
from palote.train.pages.accuracy import classes, confusions
from palote.train.pages.certainty import certainty
from palote.train.pages.gallery import grid, mistakes
from palote.train.pages.markup import Html, tag
from palote.train.pages.page import anchor
from palote.train.pages.words import Words

__all__ = ["details_of"]


def details_of(words: Words, judged: Sequence[Judged]) -> list[Html]:
    """Return confusions, classes, certainty, mistakes and samples: of the first set in full.

    The same of the other sets is folded away below.
    """
    sections = _parts(words, judged[0])
    for one in judged[1:]:
        folded = tag(
            "details",
            tag("summary", words("The same for: {set}", set=words.name(one.name))),
            *_parts(words, one),
        )
        sections.append(tag("div", folded, id=anchor(f"more-{one.name}"), class_="more"))
    return sections


def _parts(words: Words, judged: Judged) -> list[Html]:
    return [
        confusions(words, judged),
        classes(words, judged),
        certainty(words, judged),
        mistakes(words, judged),
        grid(words, judged),
    ]
