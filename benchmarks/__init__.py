"""One script for each question; each prints a table. The README's figures come from here.

- ``accuracy.py``    how many digits are read right, by data set, and what goes wrong
- ``latency.py``     where the time of one reading goes, stage by stage
- ``corruptions.py``  the corruptions of MNIST-C, for ``accuracy.py``
- ``live.py``        the camera: answers a second and their delay, in the page and in the window
- ``footprint.py``   cold start, memory, installed size
- ``serve.py``       requests a second under load, beside what people would otherwise run

Run them from the clone: ``python -m benchmarks.accuracy``.
"""
