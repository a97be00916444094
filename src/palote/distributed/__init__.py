"""More than one machine: the only home of Ray (extra ``ray``).

Ray is handed whole pieces of work, parts of a reading job or trainings, that come out the
same wherever and however often they are done: so that it may lose a machine and do them again
elsewhere. The machines need Palote of the same version; they share no disk with this one but
what the sources and the target name.

    cluster.py     connecting with a cluster, or starting Ray on this machine
    parts.py       the parts of a reading job, on Ray Data
    trainings.py   trainings, each a task
    sweeps.py      trials of a sweep, on Ray Tune
"""

from palote.distributed.cluster import cluster
from palote.distributed.parts import read_on_ray
from palote.distributed.sweeps import tune_on_ray
from palote.distributed.trainings import each_on_ray

__all__ = ["cluster", "each_on_ray", "read_on_ray", "tune_on_ray"]
