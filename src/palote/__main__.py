"""``python -m palote``: the command line, where the ``palote`` program is not on the path."""

from __future__ import annotations

from palote.surfaces.cli import main

main()
