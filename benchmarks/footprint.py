"""Cold start, memory and installed size.

    python -m benchmarks.footprint

Cold start is the wall time of a new process, best and median of several; memory is the
largest resident set of that process; size is what the base packages take on disk.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from importlib.metadata import distribution, requires
from pathlib import Path

from benchmarks.latency import pictures

PEAK = """
import pathlib, re, resource, sys
{code}
status = pathlib.Path("/proc/self/status")
if status.exists():  # getrusage would count the process that started this one
    peak = int(re.search(r"VmHWM:\\s+(\\d+)", status.read_text())[1]) / 1024
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
print(peak, file=sys.stderr)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    command = str(Path(sysconfig.get_path("scripts")) / "palote")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "one.png"
        path.write_bytes(pictures()["280x280 PNG"])
        programs = {
            "python -c pass": [sys.executable, "-c", "pass"],
            "import palote": [sys.executable, "-c", "import palote"],
            "palote --version": [command, "--version"],
            "palote read one.png": [command, "read", str(path)],
        }
        print(f"{'cold start':<28}{'best':>8}{'median':>9}   s")
        for name, program in programs.items():
            times = [_timed(program) for _ in range(options.runs)]
            print(f"{name:<28}{min(times):>8.2f}{statistics.median(times):>9.2f}")
        reading = f"import palote; palote.read({str(path)!r})"
        print(f"\n{'memory, peak':<28}{'MB':>8}")
        for name, code in (("python", "pass"), ("palote.read, one picture", reading)):
            print(f"{name:<28}{_peak(code):>8.0f}")
    print(f"\n{'installed':<28}{'MB':>8}")
    sizes = {name: _size(name) for name in sorted(_needed("palote"))}
    for name, size in sorted(sizes.items(), key=lambda item: -item[1])[:8]:
        print(f"{name:<28}{size / 1e6:>8.1f}")
    print(f"{'together, ' + str(len(sizes)) + ' packages':<28}{sum(sizes.values()) / 1e6:>8.1f}")


def _timed(program: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(program, check=True, capture_output=True)
    return time.perf_counter() - started


def _peak(code: str) -> float:
    done = subprocess.run(
        [sys.executable, "-c", PEAK.format(code=code)], check=True, capture_output=True, text=True
    )
    return float(done.stderr.strip().splitlines()[-1])


def _needed(name: str, seen: frozenset[str] = frozenset()) -> frozenset[str]:
    """Return a package and all that its base installation needs."""
    from packaging.requirements import Requirement

    seen |= {name}
    for line in requires(name) or []:
        requirement = Requirement(line)
        wanted = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        if wanted and requirement.name.lower() not in seen:
            seen = _needed(requirement.name.lower(), seen)
    return seen


def _size(name: str) -> int:
    found = distribution(name)
    files = [Path(str(found.locate_file(file))) for file in found.files or []]
    return sum(file.stat().st_size for file in files if file.is_file())


if __name__ == "__main__":
    main()
