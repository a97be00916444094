"""Making networks: the only home of Keras (extra ``train``).

From a name to a finished run folder::

    lab.py           the road: begin, train, calibrate, export, score, report
      single.py        most networks: one phase
      transfer.py      MobileNetV2 in its stages
      bare.py          the network in NumPy alone, without Keras
      shipped.py       the network that is shipped, from samples of every kind
    frame.py         the network for small files as they are, which is heard in doubt
    networks.py      every architecture, one short function each
    loop.py          a phase of training: bar, checkpoints, logs
    augment.py       small changes to finished patches, anew in every epoch
    folders.py       the run folder while it is written; runs.py reads it back
    listener.py      who is told how it goes

What the shipped network learns from::

    draw.py          pen strokes and small pictures as drawings, crops and photographs
    kinds.py         the kinds of samples: those, through `palote.ink`, with labels
    samples.py       many samples, made in parallel and kept on disk; the validation set
    chunks.py        how samples and lines are made by several processes, a file at a time
    penned.py        the pen strokes as a source of pictures

Whole lines of digits, for a network that reads them at once::

    line.py          the recipe: lines, training, calibration, files
    line_network.py  the network for whole lines
    line_batches.py  lines of like width in a batch; the loss (CTC) and its metric
    strings.py       many lines, through `palote.ink`, made in parallel; line_store.py
                     keeps them
    compose.py       a line, set mark by mark, on a sheet with its neighbours; hand.py how
                     somebody writes, inked.py the ink of it
    glyphs.py        the marks: digits, separators, letters; contact.py lets digits touch
    schooled.py      rarer forms of digits; curves.py has their strokes
    phrases.py       what stands on a line
    labels.py        printed words beside numbers; letters.py units by hand, marks.py signs
    struck.py        what is crossed out
    grounds.py       what it stands on: paper, cheques, forms

Looking at what came out::

    report.py        report.html of a run, and of an evaluation; pages/ are its parts
    compare.py       several networks on the same pictures: contenders.py finds or trains
                     them, testsets.py has the pictures, measure.py size and latency,
                     comparison.py which one to take
    inside.py        the feature maps of each convolution

    many.py          several trainings, with several seeds perhaps, here or elsewhere
    sweep.py         with other parameters, which space.py draws; the best by validation

Taking it away::

    export.py        a network in every common format; job.py writes and compares one
    origin.py        where the network to export comes from
    writers.py       a function a format; cards.py the card inside ONNX files
    quantise.py      the formats in 8 bits; rounding.py prepares the weights for it
    specimens.py     digits written by code, to compare on where there is no data set
"""

from palote import _tensorflow

# Before Keras and TensorFlow are loaded, or they would take no notice of it.
_tensorflow.prepare()
