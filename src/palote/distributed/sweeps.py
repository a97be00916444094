"""A sweep on a cluster: Ray Tune places the trials, tries again, and stops the poor ones early.

Which parameters are tried is the caller's, so that a sweep is the same wherever it is done.
What a trial gives goes by an actor on the machine of the command, for the machines need share
no disk.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from palote.distributed.cluster import check_cpus, cluster, last_line
from palote.distributed.trainings import RETRIES
from palote.errors import MissingExtra, PaloteError, ServerError

if TYPE_CHECKING:
    from ray.tune.experiment import Trial

__all__ = ["tune_on_ray"]

GRACE, THINNED = 3, 3
"""Asynchronous successive halving (Li and others, 2020): after 3, 9, 27 ... rounds a trial goes on
only if it is among the best third of those that came so far."""
NEVER = 1_000_000
"""Rounds after which a trial would be stopped however good it is."""
VALIDATION, NUMBER = "validation", "number"

Item = TypeVar("Item")
Result = TypeVar("Result")
Work = Callable[[Item, Callable[[float], None]], Result]
"""Does something for an item, and tells on its way how good it is; more is better."""


class Shelf(Generic[Result]):
    """Keeps what trials gave until it is taken; an actor."""

    def __init__(self) -> None:
        self._kept: dict[int, Result | PaloteError] = {}

    def put(self, number: int, outcome: Result | PaloteError) -> None:
        """Keep what came out of a trial."""
        self._kept[number] = outcome

    def take(self, number: int) -> Result | PaloteError | None:
        """Return it, once; None if the trial gave nothing."""
        return self._kept.pop(number, None)


class Remote(Protocol):
    """A method of an actor, as Ray hands it out."""

    def remote(self, *arguments: object) -> object:
        """Call it; what it gives comes later."""
        ...


class ShelfHandle(Protocol):
    """`Shelf` from afar."""

    put: Remote
    take: Remote


def tune_on_ray(
    work: Work[Item, Result],
    items: Sequence[Item],
    cpus: int,
    address: str | None,
    reached: Callable[[int, int, float], None],
    ended: Callable[[int, Result | PaloteError | None], None],
) -> None:
    """Do a piece of work for each item as a trial of Ray Tune.

    Args:
        work: done in a process of its own; begun anew if that is lost.
        items: what is tried.
        cpus: of each trial.
        address: see `cluster`.
        reached: is told the number of an item, how often it has told how good it is, and that.
        ended: is told the number of an item and what came out: the error if it failed, None if
            it was stopped because others were better.

    Raises:
        MissingExtra: Ray, or what Tune needs besides, is not installed.
        ServerError: the cluster cannot be reached or is lost, or no machine has so many CPUs.
    """
    # Tune would write each figure into files of three formats, insist on figures that a trial of
    # one round does not give, take Ctrl+C for itself, and print tables where data belongs.
    os.environ.setdefault("TUNE_DISABLE_AUTO_CALLBACK_LOGGERS", "1")
    os.environ.setdefault("TUNE_DISABLE_STRICT_METRIC_CHECKING", "1")
    os.environ.setdefault("TUNE_DISABLE_SIGINT_HANDLER", "1")
    os.environ.setdefault("RAY_AIR_NEW_OUTPUT", "0")
    with cluster(address), TemporaryDirectory(prefix="palote-") as folder:
        import ray
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        try:
            from ray import tune
            from ray.tune.progress_reporter import TrialProgressCallback
            from ray.tune.schedulers import ASHAScheduler
        except ImportError as error:
            raise MissingExtra("ray", "A sweep on Ray") from error
        check_cpus(cpus)
        # On this machine: if that is lost, all is; any other may be.
        here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
        shelf = ray.remote(Shelf).options(num_cpus=0, scheduling_strategy=here).remote()
        open_ones = set(range(len(items)))
        last: dict[int, int] = {}

        def over(number: int, outcome: Result | PaloteError | None) -> None:
            open_ones.discard(number)
            ended(number, outcome)

        class Told(TrialProgressCallback):  # type: ignore[misc]
            """What Tune says of a trial, handed on; in place of the one that would print it."""

            def on_trial_result(
                self,
                iteration: int,
                trials: list[Trial],
                trial: Trial,
                result: Mapping[str, float],
                **info: object,
            ) -> None:
                number, times = trial.config[NUMBER], int(result["training_iteration"])
                # At a trial's end Tune says once more what it said last.
                if VALIDATION in result and last.get(number) != times:
                    last[number] = times
                    reached(number, times, float(result[VALIDATION]))

            def on_trial_complete(
                self, iteration: int, trials: list[Trial], trial: Trial, **info: object
            ) -> None:
                number = trial.config[NUMBER]
                over(number, ray.get(shelf.take.remote(number)))

            def on_trial_error(
                self, iteration: int, trials: list[Trial], trial: Trial, **info: object
            ) -> None:
                said = last_line(trial.get_error() or RuntimeError("its process was lost"))
                over(trial.config[NUMBER], ServerError(f"It failed on the cluster: {said}"))

        trial = tune.with_parameters(_trial, work=work, items=tuple(items), shelf=shelf)
        tuner = tune.Tuner(
            tune.with_resources(trial, {"cpu": cpus}),
            param_space={NUMBER: tune.grid_search(sorted(open_ones))},
            tune_config=tune.TuneConfig(
                metric=VALIDATION,
                mode="max",
                scheduler=ASHAScheduler(max_t=NEVER, grace_period=GRACE, reduction_factor=THINNED),
            ),
            run_config=tune.RunConfig(
                name="sweep",
                storage_path=folder,
                verbose=0,
                failure_config=tune.FailureConfig(max_failures=RETRIES),
                callbacks=[Told()],
            ),
        )
        try:
            tuner.fit()
        except (ray.exceptions.RayError, tune.TuneError) as error:
            raise ServerError(
                f"The cluster failed: {last_line(error)} "
                "What is finished stays; the same command goes on."
            ) from error
        for number in sorted(open_ones):
            ended(number, ServerError("It did not come to its end on the cluster."))


def _trial(
    config: Mapping[str, int], work: Work[Item, Result], items: Sequence[Item], shelf: ShelfHandle
) -> None:
    import ray
    from ray import tune

    outcome: Result | PaloteError
    try:
        outcome = work(items[config[NUMBER]], lambda value: tune.report({VALIDATION: value}))
    except PaloteError as error:
        # What is wrong with the data stays wrong: it is told, not tried again.
        outcome = ServerError(str(error))
    ray.get(shelf.put.remote(config[NUMBER], outcome))
