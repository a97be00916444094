"""One script for each question; each prints a table. The README's figures come from here.

- ``accuracy.py``    how many digits are read right, by data set, and what goes wrong
- ``latency.py``     where the time of one reading goes, stage by stage
- ``footprint.py``   cold start, memory, installed size

Run them from the clone: ``python -m benchmarks.accuracy``.
"""
