"""Whole numbers: from lines of ink to texts with probabilities.

    line --cut--> parts --edges_of--> lattice --judge--> symbols --decode--> texts
    line --line network--> steps --ctc--> texts, and both opinions into one

- ``lattice.py``  each run of parts as a patch, with measures of where it lies
- ``judge.py``    what an edge may be: a digit, a separator, or nothing whole
- ``pattern.py``  what is known beforehand, such as ``####``
- ``decode.py``   the likeliest texts, summed over all ways to cut
- ``ctc.py``      the likeliest texts of the network that reads whole lines
- ``second.py``   that network's opinion, and the sum of both
- ``quick.py``    the cuts of lines that it is sure of
- ``opinion.py``  what a line is read as; ``trust.py`` how far that may be trusted
- ``opened.py``   a line that the line network was asked about, cut only if need be
- ``hearing.py``  both networks asked about all lines of a picture, within bounds
- ``words.py``    words beside a number, and ``crossed.py`` what is crossed out: both are left
  out, and the ``rest.py`` of the line read anew; ``operands.py`` the numbers between signs of
  arithmetic; ``spacing.py`` the spaces in a number
- ``reading.py``  all of it, for one picture; ``page.py`` which interpretation of it says more
- ``alone.py``    the ink of one digit of a number, for learning from it
- ``doubt.py``    a single digit that its network is not sure of

Finding lines and cutting them is ink's business (`palote.ink.ground`, ``rows``,
``segments``); the digit network is asked once for the lines read quickly, and once for the rest.
"""
