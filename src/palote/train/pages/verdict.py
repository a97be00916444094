"""Which network to take, in plain sentences that follow from the figures."""

from __future__ import annotations

from palote.metrics import wilson_interval
from palote.train.comparison import HANDWRITING, Comparison, weight
from palote.train.pages.words import Words

__all__ = ["verdict"]


def verdict(words: Words, found: Comparison) -> list[str]:
    """Return the recommendation, what it rests on, and what it does not say."""
    return [
        _choice(words, found),
        *_trade(words, found),
        *_others(words, found),
        *_doubts(words, found),
    ]


def _choice(words: Words, found: Comparison) -> str:
    chosen, best = found.recommended, found.best()
    right = found.right(chosen)
    hits = int(right.sum())
    figures = {
        "name": chosen.name,
        "share": words.percent(hits / len(right)),
        "count": words.count(len(right)),
        "sets": words.name(found.deciding[0] if len(found.deciding) == 1 else HANDWRITING),
        "interval": words.interval(*wilson_interval(hits, len(right))),
    }
    if len(found.networks) == 1:
        return words(
            "{name} reads {share} of {count} pictures right ({sets}; 95 % interval {interval}). "
            "There is nothing to compare it with.",
            **figures,
        )
    good = [network for network in found.networks if not found.difference(network).worse]
    if len(good) == 1:
        return words(
            "Take {name}: it reads {share} of {count} pictures right ({sets}; 95 % interval "
            "{interval}), and every other network here is measurably worse.",
            **figures,
        )
    if chosen is best:
        return words(
            "Take {name}: it reads {share} of {count} pictures right ({sets}; 95 % interval "
            "{interval}), more than any other, and it is the smallest of the {good} that are not "
            "measurably worse.",
            good=words.count(len(good)),
            **figures,
        )
    return words(
        "Take {name}: it reads {share} of {count} pictures right ({sets}; 95 % interval "
        "{interval}), and is the smallest of the {good} networks that are not measurably worse "
        "than the best.",
        good=words.count(len(good)),
        **figures,
    )


def _trade(words: Words, found: Comparison) -> list[str]:
    """Say what the best has over the recommended one."""
    chosen, best = found.recommended, found.best()
    if chosen is best:
        return []
    gap = found.difference(chosen)
    times = weight(best) / max(weight(chosen), 1)
    return [
        words(
            "{best} reads {points} percentage points more (95 % interval of the difference {low} "
            "to {high}), which is within the noise: two equally good networks would differ at "
            "least so much in {chance} of such comparisons. It has {times} times as many weights.",
            best=best.name,
            points=words.number(-100 * gap.points, 2),
            low=words.points(-gap.high),
            high=words.points(-gap.low),
            chance=words.percent(gap.chance, 0),
            times=words.number(times, 1 if times < 10 else 0),
        )
    ]


def _others(words: Words, found: Comparison) -> list[str]:
    gaps = {network.name: found.difference(network) for network in found.networks}
    worse = sorted((n for n in gaps if gaps[n].worse), key=lambda name: -gaps[name].points)
    if not worse:
        return []
    listed = ", ".join(f"{name} ({words.points(gaps[name].points)})" for name in worse)
    return [words("Measurably worse than the best, in percentage points: {listed}.", listed=listed)]


def _doubts(words: Words, found: Comparison) -> list[str]:
    said = []
    for name in found.sets if len(found.sets) > 1 else ():
        if found.difference(found.recommended, (name,)).worse:
            best = found.best((name,))
            said.append(
                words(
                    "Of {set} alone, {best} reads measurably more: {best_share} against {share}.",
                    set=words.name(name),
                    best=best.name,
                    best_share=words.percent(best.of(name).accuracy),
                    share=words.percent(found.recommended.of(name).accuracy),
                )
            )
    if found.only_mnist:
        said.append(
            words(
                "Only MNIST was at hand, whose pictures are cut out and centred already: it says "
                "little about your own handwriting. Give pictures of your own with --data."
            )
        )
    return said
