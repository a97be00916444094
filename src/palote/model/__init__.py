"""The networks: which there are, how they are run.

- ``catalog.py``   name -> file, card, checksum
  - ``folder.py``    which file of a folder reads, and why
- ``library.py``   the person's own models: add, choose, remove
- ``card.py``      what a model says of itself: data, recipe, scores, InkSpec, calibration
- ``shapes.py``    between patches and what a file wants: size, order of axes, values
- ``engine.py``    the Engine protocol and ONNX Runtime, its only home
- ``formats.py``   engines for the other files that people have: Keras's
  - ``litert.py``    and LiteRT's (.tflite)
- ``onnx_check.py``, ``keras_check.py``  what such a file may not hold: code, other files
- ``saliency.py``  which ink spoke for the answer
- ``quiet.py``     what libraries tell their makers, kept off the terminal
- ``scratch.py``   the network in NumPy alone, forward beside backward
"""
