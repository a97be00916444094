"""The manners that scikit-learn's tools expect of every estimator; nothing is learnt here."""

from __future__ import annotations

import inspect
from typing import Self

from palote.errors import UsageError

__all__ = ["Estimator"]


class Estimator:
    """Parameters by name, as clone() and grid searches want them.

    A class built on it takes its parameters in ``__init__`` by name, each with a default,
    and does nothing there but keep them as attributes of the same names.
    """

    def get_params(self, deep: bool = True) -> dict[str, object]:
        """Return the parameters by name; ``deep`` changes nothing here."""
        names = list(inspect.signature(type(self).__init__).parameters)[1:]
        return {name: getattr(self, name) for name in names}

    def set_params(self, **params: object) -> Self:
        """Set parameters by name.

        Raises:
            UsageError: there is none of that name; the message lists them.
        """
        known = self.get_params()
        for name, value in params.items():
            if name not in known:
                raise UsageError(
                    f"Invalid parameter {name!r} for {type(self).__name__}; "
                    f"there are {', '.join(known)}."
                )
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        defaults = inspect.signature(type(self).__init__).parameters
        changed = (
            f"{name}={value!r}"
            for name, value in self.get_params().items()
            if value is not defaults[name].default and value != defaults[name].default
        )
        return f"{type(self).__name__}({', '.join(changed)})"

    def __sklearn_tags__(self) -> object:
        # Only scikit-learn calls this, so it is there.
        from sklearn.utils import ClassifierTags, InputTags, Tags, TargetTags

        return Tags(
            estimator_type="classifier",
            target_tags=TargetTags(required=True),
            classifier_tags=ClassifierTags(),
            input_tags=InputTags(),
        )
