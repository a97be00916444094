"""Pictures whose digit is known: MNIST, pen strokes, a person's own folders, and mixtures.

Where to find what::

    items.py     Item and Source: what every collection of pictures is
    sources.py   a name, with or without a weight -> a source
      digits.py    MNIST: from the person's folder, from the cache, or fetched
        idx.py       its four files, their digests, and how they are read
        mirrors.py   the files from public mirrors
      folders.py   a folder of class folders 0/ ... 9/
      labels.py    a folder with labels.csv, for judging
    strokes.py   pen trajectories: they are drawn in `palote.train.draw`
    patches.py   many pictures through `palote.ink`, in several processes
    mixing.py    gather: several sources -> training, validation and test patches
      splits.py    which pictures are set apart: stratified, and the same on every machine
    export.py    MNIST written out as class folders
    sheet.py     a contact sheet: pictures beside what the network sees
    places.py    where the data sets lie
    cache.py     what is kept in the cache folder, and freeing it
    saving.py    files that are written whole or not at all

Pictures are uint8; in MNIST's ink is bright, in a person's own it may be either.
Nobody's writing is trained on and judged with: what is for validation or for the test
is set apart before anything else, by writer where writers are known.
"""

from __future__ import annotations

from palote.data.cache import purge
from palote.data.digits import HELD_OUT, mnist
from palote.data.export import export_mnist
from palote.data.folders import ClassFolders
from palote.data.idx import Images
from palote.data.items import PARTS, Item, Part, Skip, Source
from palote.data.labels import Labelled, labelled
from palote.data.mirrors import MIRRORS, fetch
from palote.data.mixing import Dataset, Examples, gather
from palote.data.patches import patches_of, read_patches
from palote.data.places import folder
from palote.data.sheet import contact_sheet, save_sheet
from palote.data.sources import source
from palote.data.strokes import Split, Strokes, pen, pen_symbols

__all__ = [
    "HELD_OUT",
    "MIRRORS",
    "PARTS",
    "ClassFolders",
    "Dataset",
    "Examples",
    "Images",
    "Item",
    "Labelled",
    "Part",
    "Skip",
    "Source",
    "Split",
    "Strokes",
    "contact_sheet",
    "export_mnist",
    "fetch",
    "folder",
    "gather",
    "labelled",
    "mnist",
    "patches_of",
    "pen",
    "pen_symbols",
    "purge",
    "read_patches",
    "save_sheet",
    "source",
]
