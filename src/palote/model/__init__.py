"""The networks: which there are, how they are run.

- ``catalog.py``   name -> file, card, checksum
- ``library.py``   the person's own models: add, choose, remove
- ``card.py``      what a model says of itself: data, recipe, scores, InkSpec, calibration
- ``shapes.py``    between patches and what a file wants: size, order of axes, values
- ``engine.py``    the Engine protocol and ONNX Runtime, its only home
- ``formats.py``   engines for the other files that people have
- ``saliency.py``  which ink spoke for the answer
- ``scratch.py``   the network in NumPy alone, forward beside backward
"""
