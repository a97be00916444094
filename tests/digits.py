"""Folders of drawn digits, a tiny MNIST, and mirrors on this machine."""

from __future__ import annotations

import gzip
import hashlib
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from palote import Settings
from palote.data.idx import FILES, IdxFile

Folder = Callable[..., Path]


@pytest.fixture(scope="session")
def own(datasets: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings with the real data sets."""
    return Settings(datasets=datasets, cache_dir=tmp_path_factory.mktemp("cache"))


def drawn(digit: int, variant: int) -> NDArray[np.uint8]:
    """A digit, dark on white; each variant another place, size and thickness."""
    picture = np.full((90 + variant % 7, 80 + variant % 5), 255, np.uint8)
    place = (15 + variant % 9, 70 - variant % 4)
    size = 1.8 + 0.07 * (variant % 11)
    cv2.putText(picture, str(digit), place, cv2.FONT_HERSHEY_SIMPLEX, size, 0, 3 + variant % 4)
    return picture


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Call it to write class folders: ``folder("mine/train", {3: 5, 7: 2})``."""

    def write(name: str, counts: dict[int, int], first: int = 0) -> Path:
        for digit, count in counts.items():
            place = tmp_path / name / str(digit)
            place.mkdir(parents=True, exist_ok=True)
            for variant in range(first, first + count):
                cv2.imwrite(str(place / f"{variant:03d}.png"), drawn(digit, variant))
        return tmp_path / name

    return write


def idx_images(pixels: NDArray[np.uint8]) -> bytes:
    return np.array([2051, len(pixels), 28, 28], ">i4").tobytes() + pixels.tobytes()


def idx_labels(labels: NDArray[np.uint8]) -> bytes:
    return np.array([2049, len(labels)], ">i4").tobytes() + labels.tobytes()


@dataclass(frozen=True)
class Tiny:
    """A MNIST of a few noisy pictures, whose digests are asked for in place of the real ones."""

    contents: dict[str, bytes]

    @property
    def packed(self) -> dict[str, bytes]:
        return {f"{name}.gz": gzip.compress(body, mtime=0) for name, body in self.contents.items()}

    def write(self, where: Path) -> None:
        where.mkdir(parents=True, exist_ok=True)
        for name, body in self.packed.items():
            (where / name).write_bytes(body)


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> Tiny:
    rng = np.random.default_rng(5)
    contents = {}
    for split, count in (("train", 60), ("test", 30)):
        pixels = np.zeros((count, 28, 28), np.uint8)
        labels = np.arange(count, dtype=np.uint8) % 10
        for index, label in enumerate(labels):
            small = cv2.resize(255 - drawn(int(label), index), (20, 20))
            pixels[index, 4:24, 4:24] = np.clip(small + rng.integers(0, 9), 0, 255)
        images, names = FILES[split]
        contents[images.name] = idx_images(pixels)
        contents[names.name] = idx_labels(labels)
        files = tuple(
            IdxFile(
                file.name,
                len(contents[file.name]),
                (("SHA-256", hashlib.sha256(contents[file.name]).hexdigest()),),
            )
            for file in (images, names)
        )
        monkeypatch.setitem(FILES, split, files)
    return Tiny(contents)


@dataclass
class Mirror:
    """A mirror on this machine; what it does wrong is set by the test.

    Attributes:
        url: its address.
        files: name -> bytes.
        ranges: whether it sends a part of a file when it is asked for one.
        cut: it sends so many bytes of an answer, and closes the line.
        cuts_left: how many answers are cut.
        shift: it begins so many bytes after what was asked for.
        moved: where it sends those who ask.
        asked: what it was asked for: path and range.
    """

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    ranges: bool = True
    cut: int | None = None
    cuts_left: int = 0
    shift: int = 0
    moved: str = ""
    asked: list[tuple[str, str | None]] = field(default_factory=list)


def _handler(mirror: Mirror) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            name = self.path.rpartition("/")[2]
            wanted = self.headers.get("Range")
            mirror.asked.append((name, wanted))
            if mirror.moved:
                self.send_response(302)
                self.send_header("Location", mirror.moved + name)
                self.end_headers()
                return
            body = mirror.files.get(name)
            if body is None:
                self.send_error(404)
                return
            start = 0
            if wanted and mirror.ranges:
                found = re.fullmatch(r"bytes=(\d+)-", wanted)
                assert found is not None
                start = int(found[1]) + mirror.shift
                if start >= len(body):
                    self.send_error(416)
                    return
                self.send_response(206)
                self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
            else:
                self.send_response(200)
            rest = body[start:]
            self.send_header("Content-Length", str(len(rest)))
            self.end_headers()
            if mirror.cut is not None and mirror.cuts_left:
                mirror.cuts_left -= 1
                rest = rest[: mirror.cut]
            self.wfile.write(rest)

    return Handler


@pytest.fixture
def mirror() -> Iterator[Callable[..., Mirror]]:
    """Call it to start a mirror with the given files."""
    servers = []

    def start(files: dict[str, bytes], **rest: object) -> Mirror:
        made = Mirror(files=files, **rest)  # type: ignore[arg-type]
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(made))
        made.url = f"http://127.0.0.1:{server.server_port}/mnist/"
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        return made

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()
