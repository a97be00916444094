"""A Ray cluster of two nodes on this machine, as a program that the tests talk to.

Ray leaves open files behind, so it has a process of its own. It says its address, then does
what it is told, a word a line: ``lose`` kills the second node, ``gain`` brings a new one. It
ends with its standard input.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ray._private.node import Node

os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
os.environ["RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO"] = "0"
# The memory monitor looks at the whole machine, of which others may take much.
os.environ["RAY_memory_monitor_refresh_ms"] = "0"
# A slow machine may take long to answer for a node that lives.
os.environ["RAY_health_check_period_ms"] = "1000"
os.environ["RAY_health_check_failure_threshold"] = "25"

# It reads all that while it is imported.
from ray._common.utils import get_default_ray_temp_dir
from ray.cluster_utils import Cluster

STORE = 80 * 1024 * 1024


TRIES = 4


def main() -> None:
    """Run the cluster."""
    with tempfile.TemporaryDirectory(prefix="r", ignore_cleanup_errors=True) as folder:
        cluster, second = _started(folder)
        print(cluster.address, flush=True)
        for line in sys.stdin:
            if line.strip() == "lose":
                cluster.remove_node(second, allow_graceful=False)
            else:
                second = cluster.add_node(num_cpus=1, object_store_memory=STORE)
            print("done", flush=True)
        cluster.shutdown()


def _started(folder: str) -> tuple[Cluster, Node]:
    """Start it; Ray gives a node thirty seconds, which a busy machine may not have."""
    # Wherever the nodes keep their things, the address is written there, too; where no Ray has run
    # before, nothing has made that folder.
    Path(get_default_ray_temp_dir()).mkdir(parents=True, exist_ok=True)
    # A socket's path has room for some hundred letters.
    head = {"num_cpus": 1, "object_store_memory": STORE, "temp_dir": folder}
    for tries_left in reversed(range(TRIES)):
        cluster = Cluster()
        try:
            cluster.add_node(**head, include_dashboard=False)
            return cluster, cluster.add_node(num_cpus=1, object_store_memory=STORE)
        except Exception:
            cluster.shutdown()
            if not tries_left:
                raise
    raise AssertionError


if __name__ == "__main__":
    main()
