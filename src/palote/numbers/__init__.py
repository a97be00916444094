"""Whole numbers: from lines of ink to texts with probabilities.

    line --cut--> parts --edges_of--> lattice --judge--> symbols --decode--> texts

- ``lattice.py``  each run of parts as a patch, with measures of where it lies
- ``judge.py``    what an edge may be: a digit, a separator, or nothing whole
- ``pattern.py``  what is known beforehand, such as ``####``
- ``decode.py``   the likeliest texts, summed over all ways to cut
- ``reading.py``  all of it, for one picture
- ``alone.py``    the ink of one digit of a number, for learning from it

Finding lines and cutting them is ink's business (`palote.ink.ground`, ``rows``,
``segments``); the digit network is asked once for all edges of a picture.
"""
