"""What ``/metrics`` says: requests, stages, queue, readings, for Prometheus.

Each application has a registry of its own, so that several can live in one process. With
several workers a scrape reaches any one of them and must speak for all. prometheus-client has
a way for that, and it is taken as it is: each worker writes its figures into a file of the
folder ``PROMETHEUS_MULTIPROC_DIR`` (in memory, a few microseconds each), and whoever is asked
adds up the files. Counts of a worker that died stay in the sum, as they must, for a counter
never falls; what stood in its queue does not, and that is found out at each scrape, so that
no supervisor has to tell.

The library looks at the variable when it is imported, so it must be set before: in the
environment that the workers are started with. A worker that begins as a copy calls `share`.
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import Literal, get_args

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
    values,
)
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from palote.errors import UsageError
from palote.model.card import Card
from palote.result import Reading
from palote.settings import VARIABLES

__all__ = ["METRICS_TYPE", "Metrics", "Stage", "share"]

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Stage = Literal["receive", "wait", "decode", "read", "answer"]
"""receive: the body comes in. wait: for a thread. decode: bytes to pixels. read: ink and
network. answer: the reading becomes JSON."""

METHODS = ("GET", "HEAD", "POST", "DELETE", "OPTIONS")
"""Others are counted as "other": a client must not be able to make new series."""

SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
SHARES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)


def share() -> None:
    """Have the library look again at where figures are kept, for all `Metrics` made from now on."""
    values.ValueClass = values.get_value_class()  # type: ignore[no-untyped-call]


class Metrics:
    """The figures of one application; safe between threads.

    Args:
        shared: folder of the figures of all workers, if there are several.

    Raises:
        UsageError: the library was imported without knowing of that folder, or this is Windows,
            where no process can be asked whether it lives without being sent a signal.
    """

    def __init__(self, shared: Path | None = None) -> None:
        if shared is not None and sys.platform == "win32":
            raise UsageError("Several workers need Linux or macOS.")
        if shared is not None and not values.ValueClass._multiprocess:
            raise UsageError(
                f"{VARIABLES['shared_dir']} must be set before Palote starts, not later."
            )
        self._shared = shared
        self._own = own = CollectorRegistry()
        self._requests = Counter(
            "palote_requests",
            "Requests, by route and status; 499 where the client left before the answer.",
            ["method", "route", "status"],
            registry=own,
        )
        self._request_seconds = Histogram(
            "palote_request_seconds",
            "From the head of a request to the end of its answer.",
            ["route"],
            buckets=SECONDS,
            registry=own,
        )
        self._stage_seconds = Histogram(
            "palote_stage_seconds",
            "Of a picture: receive, wait, decode, read (ink and network), answer.",
            ["stage"],
            buckets=SECONDS,
            registry=own,
        )
        # To look one up by its label each time costs as much as to count does.
        self._stages = {stage: self._stage_seconds.labels(stage) for stage in get_args(Stage)}
        self._readings = Counter(
            "palote_readings",
            "Pictures that were read, by what came of it.",
            ["model", "status"],
            registry=own,
        )
        self._confidence = Histogram(
            "palote_confidence",
            "Calibrated confidence of readings with ink; if it sinks, the pictures have changed.",
            ["model"],
            buckets=SHARES,
            registry=own,
        )
        self._models = Gauge(
            "palote_model_info",
            "1 for each model that is loaded; sha256 of its network.",
            ["model", "sha256"],
            registry=own,
            multiprocess_mode="livemax",
        )
        self._running = _gauge("palote_queue_running", "Readings that run now.", own)
        self._waiting = _gauge("palote_queue_waiting", "Readings that wait for a thread.", own)
        self.refused = Counter(
            "palote_queue_refused", "Requests sent away because the queue was full.", registry=own
        )
        self.limited = Counter(
            "palote_rate_limited", "Requests sent away by the rate limit.", registry=own
        )
        _gauge("palote_workers", "Processes that serve.", own).set(1)
        self.queue(0, 0)
        if shared is None:
            ProcessCollector(registry=own)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request.

        Args:
            method: as it came.
            route: the template of its path, such as ``/v2/models/{name}``.
            status: of the answer.
            seconds: from its head to the end of the answer.
        """
        known = method if method in METHODS else "other"
        self._requests.labels(known, route, str(status)).inc()
        self._request_seconds.labels(route).observe(seconds)

    def stage(self, stage: Stage, seconds: float) -> None:
        """Note how long a stage took."""
        self._stages[stage].observe(seconds)

    def reading(self, reading: Reading) -> None:
        """Count a reading."""
        self._readings.labels(reading.model, reading.status).inc()
        if reading.status != "empty":
            self._confidence.labels(reading.model).observe(reading.confidence)

    def loaded(self, name: str, card: Card) -> None:
        """Say that a model is loaded."""
        digest = next(iter(card.sha256.values()), "")
        self._models.labels(name, digest).set(1)

    def queue(self, running: int, waiting: int) -> None:
        """Note how many readings run and wait in this worker."""
        self._running.set(running)
        self._waiting.set(waiting)

    def exposition(self) -> bytes:
        """Return the figures of all workers in Prometheus' text format."""
        if self._shared is None:
            return generate_latest(self._own)
        self._bury()
        everyone = CollectorRegistry()
        MultiProcessCollector(everyone, str(self._shared))  # type: ignore[no-untyped-call]
        return generate_latest(everyone)

    def _bury(self) -> None:
        """Forget what stood in the queues of workers that are no longer there."""
        assert self._shared is not None
        for file in self._shared.glob("gauge_live*_*.db"):
            worker = int(file.stem.rpartition("_")[2])
            try:
                os.kill(worker, 0)
            except ProcessLookupError:
                # Another worker may be burying it too.
                with contextlib.suppress(FileNotFoundError):
                    mark_process_dead(worker, str(self._shared))  # type: ignore[no-untyped-call]
            except PermissionError:
                continue


def _gauge(name: str, what: str, registry: CollectorRegistry) -> Gauge:
    return Gauge(name, what, registry=registry, multiprocess_mode="livesum")
