"""An outcome as an English sentence."""

from __future__ import annotations

from dataclasses import replace

from palote.learn.records import Outcome, Reason

__all__ = ["percent", "told"]

WHY: dict[Reason, str] = {
    "already_right": "kept, and not learnt: it is read right already.",
    "forgets": (
        "kept, and not learnt: everyone else's digits would be read worse. Is the label right?"
    ),
    "no_better": (
        "kept, and not learnt: your digits would not be read better. Is the label right?"
    ),
    "worse": (
        "kept, and not learnt: another of your corrections would be read wrong. Do two of "
        "them contradict each other?"
    ),
    "emptied": "nothing is learnt any more: the network reads as it came.",
    "unchanged": "kept; others were correcting at the same time. It is learnt with the next one.",
}


def told(outcome: Outcome) -> Outcome:
    """Return an outcome with its message."""
    if outcome.reason == "learned":
        message = _learned(outcome)
    elif outcome.reason == "rolled_back":
        now = f"version {outcome.version}" if outcome.version else "the network as it came"
        message = f"{now} reads from now on; later corrections are set aside."
    elif outcome.learned and outcome.reason != "emptied":
        message = "taken back; from what is left nothing is learnt, and it is kept."
    else:
        message = WHY[outcome.reason]
    return replace(outcome, message=message)


def percent(share: float | None) -> str:
    """Return a share as people write it.

    >>> percent(0.9968)
    '99.7 %'
    """
    if share is None:
        return "-"
    text = f"{100 * share:.1f}" if 0.98 < share < 1 else f"{100 * share:.0f}"
    return f"{text} %"


def _learned(outcome: Outcome) -> str:
    many = "1 correction" if outcome.corrections == 1 else f"{outcome.corrections:,} corrections"
    own = f"{percent(outcome.own_before)} -> {percent(outcome.own_after)}"
    general = f"{percent(outcome.general_before)} -> {percent(outcome.general_after)}"
    return f"learned from {many}: your set {own}, everyone's {general}"
