"""A neural network in NumPy alone, to read from the first line to the last.

It learns handwritten digits to about 99 %, and nothing in it is hidden in a library. In the
order of a lesson:

- ``layers.py``      dense, ReLU, sigmoid, softmax cross-entropy: forward beside backward
- ``network.py``     layers in a row, and the chain rule through all of them
- ``optimizers.py``  momentum and Adam: how the weights follow the gradients
- ``training.py``    mini-batches, epochs, early stopping with the best weights kept
- ``patches.py``     28x28 pixels as features, as a 20x20 binary patch, and shifted a little
- ``classifier.py``  all of it as a classifier with scikit-learn's manners, and its file
- ``presets.py``     the two that ``palote train scratch`` makes

Around it: ``parameters.py`` and ``checks.py`` (what is refused), ``estimator.py`` (what
scikit-learn's tools ask for), ``storage.py`` (.npz without pickle), ``engine.py`` (the
network as what Palote reads with; the only one that is not loaded here).
"""

from palote.model.scratch.classifier import ScratchClassifier
from palote.model.scratch.layers import Dense, ReLU, Sigmoid, softmax, softmax_cross_entropy
from palote.model.scratch.network import Network
from palote.model.scratch.optimizers import Adam, Momentum
from palote.model.scratch.patches import binary_patches, flat, shifted
from palote.model.scratch.presets import classic, modern
from palote.model.scratch.training import Epoch

__all__ = [
    "Adam",
    "Dense",
    "Epoch",
    "Momentum",
    "Network",
    "ReLU",
    "ScratchClassifier",
    "Sigmoid",
    "binary_patches",
    "classic",
    "flat",
    "modern",
    "shifted",
    "softmax",
    "softmax_cross_entropy",
]
