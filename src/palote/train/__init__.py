"""Making networks: the only home of Keras (extra ``train``).

- ``draw.py``      pen strokes and small pictures as drawings, crops and photographs
- ``kinds.py``     the kinds of samples: those, through `palote.ink`, with labels
- ``samples.py``   many samples, made in parallel and kept on disk; the validation set
- ``augment.py``   small changes to finished patches, anew in every epoch
- ``networks.py``  every architecture, one short function each
- ``loop.py``      training, calibration, scores
- ``export.py``    ONNX and .keras files with their card
"""
