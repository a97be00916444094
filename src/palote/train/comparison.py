"""Which of several networks to take, and whether one is really better than another.

Two accuracies that differ may do so by chance. Since every network reads the same
pictures, the pictures that only one of two reads right decide (McNemar's test), and
a difference within the noise is called one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from palote import metrics
from palote.result import Json
from palote.train.measure import Measured

__all__ = ["HANDWRITING", "MNIST", "Comparison", "Difference", "weight"]

SIGNIFICANT = 0.05
MNIST = "mnist"
HANDWRITING = "handwriting"
"""What the sets that decide are called together, if they are other than MNIST."""


@dataclass(frozen=True)
class Difference:
    """How a network compares with the best one.

    Attributes:
        points: by how much its share is higher (negative: lower).
        low: lower end of the 95 % interval of that.
        high: upper end of it.
        chance: how likely at least such a difference is between equally good networks.
    """

    points: float
    low: float
    high: float
    chance: float

    @property
    def worse(self) -> bool:
        """Whether it is measurably worse."""
        return self.points < 0 and self.chance < SIGNIFICANT


@dataclass(frozen=True, eq=False)
class Comparison:
    """What came out.

    Attributes:
        networks: with their figures; all read the same pictures.
        sets: names of the sets, in order.
        problems: name -> why it could not be compared.
    """

    networks: tuple[Measured, ...]
    sets: tuple[str, ...]
    problems: dict[str, str]

    @property
    def only_mnist(self) -> bool:
        """Whether there was no other handwriting than MNIST's."""
        return self.sets == (MNIST,)

    @property
    def deciding(self) -> tuple[str, ...]:
        """The sets that decide: handwriting other than MNIST, or MNIST if there is none."""
        return tuple(name for name in self.sets if name != MNIST) or self.sets

    def right(self, network: Measured, sets: Sequence[str] | None = None) -> NDArray[np.bool_]:
        """Which pictures a network reads right; of the deciding sets if none are given."""
        return np.concatenate([network.of(name).right for name in sets or self.deciding])

    def best(self, sets: Sequence[str] | None = None) -> Measured:
        """The network that reads most right; of equal ones the smallest."""
        return max(self.networks, key=lambda n: (int(self.right(n, sets).sum()), -weight(n)))

    def difference(self, network: Measured, sets: Sequence[str] | None = None) -> Difference:
        """How a network compares with the best of these sets."""
        best, own = self.right(self.best(sets), sets), self.right(network, sets)
        return Difference(*metrics.paired_difference(best, own), metrics.mcnemar(best, own))

    @property
    def recommended(self) -> Measured:
        """The smallest network that is not measurably worse than the best."""
        good = [n for n in self.networks if not self.difference(n).worse]
        return min(good, key=lambda n: (weight(n), n.latency_ms))

    def to_dict(self) -> dict[str, Json]:
        """Return it ready for JSON."""
        against: dict[str, Json] = {}
        for network in self.networks:
            found = self.difference(network)
            against[network.name] = {
                "difference": found.points,
                "interval": [found.low, found.high],
                "p": found.chance,
                "measurably_worse": found.worse,
            }
        return {
            "recommended": self.recommended.name,
            "best": self.best().name,
            "decided_on": list(self.deciding),
            "against_the_best": against,
            "networks": [network.to_dict() for network in self.networks],
            "problems": dict(self.problems),
        }


def weight(network: Measured) -> int:
    """Return the number of weights; where it is not known, what the file has room for."""
    return network.parameters or network.size // 4
