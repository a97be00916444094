"""A Ray cluster: connected with, or started on this machine, and what goes wrong with it."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from palote.errors import MissingExtra, ServerError
from palote.model.quiet import quiet

__all__ = ["check_cpus", "cluster", "last_line"]

STORE = 256 * 1024 * 1024
"""Bytes of Ray's object store where it is started here; only small rows pass through it."""

TRIES = 3
"""How often Ray is started here before it is given up."""


@contextmanager
def cluster(address: str | None) -> Iterator[int]:
    """Connect with a cluster, or start Ray on this machine, while the body runs.

    Args:
        address: "HOST:PORT" or "auto"; ``RAY_ADDRESS`` or this machine if not given.

    Yields:
        The number of CPUs.

    Raises:
        MissingExtra: Ray is not installed.
        ServerError: the cluster cannot be reached, or Ray does not start.
    """
    # Ray would send statistics to its makers, and warn of what is to change in its next version.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    # What its processes tell each other is no message to a person; that they keep it, neither.
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    try:
        import ray
    except ImportError as error:
        raise MissingExtra("ray", "Reading or training on Ray") from error
    wanted = address or os.environ.get("RAY_ADDRESS")
    try:
        if wanted:
            _knock(wanted)
        with quiet():
            _begin(wanted)
    except Exception as error:  # of many kinds, ours none
        said = (str(error).splitlines() or [type(error).__name__])[0][:300]
        where = f"The Ray cluster at {wanted!r} cannot be reached" if wanted else "Ray cannot start"
        raise ServerError(
            f"{where}: {said} Look with: ray status. Start one with: ray start --head"
        ) from error
    try:
        yield max(1, int(ray.cluster_resources().get("CPU", 1)))
    finally:
        ray.shutdown()


def _begin(wanted: str | None) -> None:
    """Connect, or start Ray; it gives itself thirty seconds, which a busy machine may not have."""
    import ray

    for tries_left in reversed(range(1 if wanted else TRIES)):
        try:
            ray.init(
                address=wanted or "local",
                include_dashboard=None if wanted else False,
                object_store_memory=None if wanted else STORE,
                logging_level=logging.ERROR,
                log_to_driver=False,
            )
            return
        except Exception as error:  # a plain one
            ray.shutdown()
            if not tries_left or "timed out" not in str(error):
                raise


def _knock(address: str) -> None:
    """Raise OSError where nobody listens: Ray would try for a minute, and then end the process."""
    host, _, port = address.rpartition("://")[2].rpartition(":")
    if host and port.isdecimal():
        socket.create_connection((host, int(port)), timeout=10).close()


def check_cpus(cpus: int) -> None:
    """Refuse a piece of work that no machine of the cluster is large enough for.

    Args:
        cpus: of each piece of work.

    Raises:
        ServerError: no machine has so many.
    """
    import ray

    most = max(node["Resources"].get("CPU", 0) for node in ray.nodes() if node["Alive"])
    if most < cpus:
        raise ServerError(
            f"No machine of the cluster has {cpus} CPUs; the largest has {most:g}. "
            "Give fewer with --cpus."
        )


def last_line(error: Exception) -> str:
    """Return what went wrong; Ray puts the whole traceback of the worker before it."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[-1] if lines else type(error).__name__)[:300]
