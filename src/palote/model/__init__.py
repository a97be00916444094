"""The networks: which there are, how they are run.

- ``catalog.py``  name -> file, card, checksum
- ``card.py``     what a model says of itself: data, recipe, scores, InkSpec, calibration
- ``engine.py``   the Engine protocol and ONNX Runtime, its only home
"""
