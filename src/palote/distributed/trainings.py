"""Trainings on a cluster: each a task with its CPUs.

What is done and what comes back are the caller's; here it is sent, begun anew where a machine
is lost, and handed back as it is finished.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from palote.distributed.cluster import check_cpus, cluster, last_line
from palote.errors import PaloteError, ServerError

__all__ = ["RETRIES", "each_on_ray"]

RETRIES = 3
"""How often a training is begun anew when its machine or its process is lost."""

Item = TypeVar("Item")
Result = TypeVar("Result")


def each_on_ray(
    work: Callable[[Item], Result],
    items: Sequence[Item],
    cpus: int,
    address: str | None,
) -> Iterator[tuple[int, Result | PaloteError]]:
    """Do a piece of work for each item, somewhere on a cluster, and yield what is finished.

    Args:
        work: done in a process of its own; begun anew if that is lost.
        items: what it is done for.
        cpus: of each piece of work.
        address: see `cluster`.

    Yields:
        The number of the item, and what came out; the error if it failed.

    Raises:
        MissingExtra: Ray is not installed.
        ServerError: the cluster cannot be reached, or no machine has so many CPUs.
    """
    with cluster(address):
        import ray

        check_cpus(cpus)
        task = ray.remote(work).options(num_cpus=cpus, max_retries=RETRIES)
        running = {task.remote(item): number for number, item in enumerate(items)}
        while running:
            (done,), _ = ray.wait(list(running), num_returns=1)
            number = running.pop(done)
            try:
                yield number, ray.get(done)
            except (ray.exceptions.RayError, PaloteError) as error:
                yield number, ServerError(f"It failed on the cluster: {last_line(error)}")
