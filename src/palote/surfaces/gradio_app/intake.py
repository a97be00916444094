"""The picture out of what a Gradio component sends; what lay on the disk for it is deleted.

Gradio writes an upload into its own folder before anyone sees it. Here it is read into
memory and deleted at once. Drawings and the frames of the camera come as data URLs and
never reach the disk.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from palote.errors import FileNotReadable, TooManyBytes
from palote.result import Json

__all__ = ["Intake", "data_url"]


def data_url(sent: Json) -> str | None:
    """Return what was sent if it holds a picture itself; a path or an address never counts."""
    return sent if isinstance(sent, str) and sent.startswith("data:") else None


class Intake:
    """Takes pictures out of what components send.

    Args:
        folder: where Gradio puts uploads; nothing outside is opened or deleted.
        most: largest picture, in bytes.
    """

    def __init__(self, folder: Path, most: int) -> None:
        self._folder = folder
        self._most = most

    def picture(self, sent: Json) -> bytes | str | None:
        """Return the picture that an Image sent: bytes, a data URL, or none.

        Raises:
            FileNotReadable: it is a web address, or has been deleted already.
            TooManyBytes: it is larger than may be read.
        """
        if not isinstance(sent, dict):
            return None
        if (url := data_url(sent.get("url"))) is not None:
            return url
        try:
            return self._read(sent.get("path"))
        finally:
            self._delete(sent.get("path"))

    def _read(self, name: Json) -> bytes | None:
        if not isinstance(name, str) or not name:
            return None
        if name[:8].lower().startswith(("http://", "https://")):
            raise FileNotReadable(f"{name!r} is a web address. Download the picture first.")
        path = Path(name)
        if not self._is_ours(path) or not path.is_file():
            raise FileNotReadable("The picture is no longer there. Open it again.")
        if path.stat().st_size > self._most:
            raise TooManyBytes(
                f"The picture has more than {self._most:,} bytes, the limit. Make it smaller, "
                "or raise PALOTE_MAX_BYTES."
            )
        return path.read_bytes()

    def _delete(self, name: Json) -> None:
        path = Path(name) if isinstance(name, str) and name else None
        if path is not None and self._is_ours(path):
            path.unlink(missing_ok=True)
            # Gradio gives each upload a folder of its own.
            with contextlib.suppress(OSError):
                path.parent.rmdir()

    def _is_ours(self, path: Path) -> bool:
        return self._folder.resolve() in path.resolve().parents
