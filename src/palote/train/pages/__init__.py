"""Pages that open offline: reports of a training, of an evaluation, of a comparison.

- ``page.py``, ``page.css``  the frame: head, sections, tables
- ``markup.py``    elements, with everything escaped
- ``words.py``     the language, and how it writes figures; ``spanish.py`` the Spanish
- ``charts.py``    charts as SVG; ``axes.py`` their scales
- ``sections.py``  all parts that come from what was read: ``accuracy.py``,
  ``certainty.py``, ``gallery.py``
- ``inside.py``    which ink decided, what the filters see
- ``training.py``  curves, layers, how a network was made
- ``versus.py``    a comparison of networks; ``verdict.py`` what it recommends
"""
