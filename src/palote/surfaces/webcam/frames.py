"""Where pictures come from: a camera, or what stands in for one.

A video plays at its own speed and begins again at its end; a folder of pictures is played
as slides, round and round. So a window with either goes on until it is closed, as with a
camera.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from palote.errors import FileNotReadable, NoCamera, PaloteError, UnsupportedFormat
from palote.pixels import load
from palote.settings import Settings

__all__ = ["Camera", "Frame", "FrameSource", "Slides", "Video"]

WIDTH, HEIGHT = 640, 480
"""What a camera is asked for; it gives what it has."""
MOST_SIDE = 1280
"""Larger pictures are shrunk: neither screen nor network needs more."""
SLIDE_SECONDS = 2.0
USUAL_RATE, MOST_RATE = 25.0, 240.0
DEVICES = Path("/dev")
"""Where Linux keeps its cameras."""
READS_TRIED, READ_PAUSE = 10, 0.05


@dataclass(frozen=True, eq=False)
class Frame:
    """One picture of a source.

    Attributes:
        number: counts up from 1.
        pixels: uint8 (height, width, 3) RGB.
        taken: when it came, in seconds of `time.perf_counter`.
    """

    number: int
    pixels: NDArray[np.uint8]
    taken: float


class FrameSource(Protocol):
    """Gives one picture after another, for ever."""

    @property
    def pause(self) -> float:
        """Seconds from one picture to the next; 0 where `next` itself waits for it."""
        ...

    def next(self) -> NDArray[np.uint8]:
        """Return the next picture, uint8 (h, w, 3) RGB.

        Raises:
            InputError: there is none now; a later call may succeed.
        """
        ...

    def close(self) -> None:
        """Let the camera or file go."""
        ...


class Camera:
    """A camera by its number; opened when it is made.

    Args:
        number: 0 is the system's first.

    Raises:
        NoCamera: there is none of this number, it is in use, or not permitted.
    """

    pause = 0.0

    def __init__(self, number: int) -> None:
        self._number = number
        self._capture: cv2.VideoCapture | None = None
        self.next()

    def next(self) -> NDArray[np.uint8]:
        """Wait for a picture; a camera that was lost is opened again.

        Raises:
            NoCamera: it cannot be opened, or gives no picture.
        """
        if self._capture is None:
            self._capture = self._open()
        for _ in range(READS_TRIED):
            there, pixels = self._capture.read()
            if there:
                return _rgb(pixels)
            # Some give nothing at first, or for a moment.
            time.sleep(READ_PAUSE)
        self.close()
        raise NoCamera(
            f"Camera {self._number} gives no pictures. Is it plugged in, and used by no other "
            "program? It is tried again every second."
        )

    def close(self) -> None:
        """Switch the camera off."""
        if self._capture is not None:
            self._capture.release()
            self._capture = None

    def _open(self) -> cv2.VideoCapture:
        capture = _captured(self._number)
        if capture is None:
            raise NoCamera(_no_camera(self._number))
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, WIDTH)
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, HEIGHT)
        # Of pictures that wait in the driver, the oldest would come first.
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        return capture


class Video:
    """A video file, at its own speed, again from the start at its end.

    Args:
        path: of the file.

    Raises:
        FileNotReadable: there is no such file.
        UnsupportedFormat: it is no video that OpenCV can read.
    """

    def __init__(self, path: str) -> None:
        if not os.path.isfile(path):
            raise FileNotReadable(f"There is no file {path!r}. Check the name.")
        self._path = path
        self._capture: cv2.VideoCapture | None = None
        self._rate = 0.0
        self._waiting: NDArray[np.uint8] | None = self._read()

    @property
    def pause(self) -> float:
        """Seconds from one picture to the next, as the file says."""
        return 1 / (self._rate if 0 < self._rate <= MOST_RATE else USUAL_RATE)

    def next(self) -> NDArray[np.uint8]:
        """Return the next picture of the video.

        Raises:
            UnsupportedFormat: it cannot be read (any more).
        """
        waiting, self._waiting = self._waiting, None
        return self._read() if waiting is None else waiting

    def close(self) -> None:
        """Close the file."""
        if self._capture is not None:
            self._capture.release()
            self._capture = None

    def _read(self) -> NDArray[np.uint8]:
        if self._capture is not None:
            there, pixels = self._capture.read()
            if there:
                return _rgb(pixels)
            self.close()
        # Not every format can be wound back; every file can be opened again.
        self._capture = _captured(self._path)
        if self._capture is not None:
            self._rate = float(self._capture.get(cv2.CAP_PROP_FPS))
            there, pixels = self._capture.read()
            if there:
                return _rgb(pixels)
            self.close()
        raise UnsupportedFormat(
            f"{self._path!r} is no video that can be read. "
            "Save it as MP4 (H.264) or AVI (MJPEG); for pictures, name their folder."
        )


class Slides:
    """Pictures in files, one after another, again from the first at the end.

    Args:
        paths: of the pictures; one that cannot be read is left out.
        settings: the limits for pictures.
        skip: told once of each that is left out.

    Raises:
        InputError: none of them can be read; the error of the last.
    """

    pause = SLIDE_SECONDS

    def __init__(self, paths: Sequence[str], settings: Settings, skip: Callable[[str], None]):
        self._paths = list(paths)
        self._settings = settings
        self._skip = skip
        self._place = 0
        self._find()

    def next(self) -> NDArray[np.uint8]:
        """Return the next picture.

        Raises:
            InputError: none of them can be read any more.
        """
        pixels = self._find()
        self._place += 1
        return pixels

    def close(self) -> None:
        """There is nothing to let go."""

    def _find(self) -> NDArray[np.uint8]:
        """Return the picture that is next in turn, without those that cannot be read."""
        while True:
            self._place %= len(self._paths)
            path = self._paths[self._place]
            try:
                return _bounded(load(path, self._settings).pixels)
            except PaloteError as error:
                if len(self._paths) == 1:
                    raise
                self._skip(str(error) if repr(path) in str(error) else f"{path!r}: {error}")
                del self._paths[self._place]


def _captured(source: int | str) -> cv2.VideoCapture | None:
    # OpenCV writes notes of its own to the terminal; our errors say what to do.
    level = cv2.utils.logging.getLogLevel()
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        capture = cv2.VideoCapture(source)
        if capture.isOpened():
            return capture
        capture.release()
    except cv2.error:
        pass
    finally:
        cv2.utils.logging.setLogLevel(level)
    return None


def _no_camera(number: int) -> str:
    """Say why a camera cannot be opened, as well as the system tells."""
    if sys.platform == "darwin":
        return (
            f"Camera {number} cannot be opened. Allow the terminal to use it (System Settings, "
            "Privacy & Security, Camera), or choose another one with --camera."
        )
    if sys.platform.startswith("linux"):
        device = DEVICES / f"video{number}"
        others = sorted(DEVICES.glob("video*"))
        if not others:
            return "There is no camera. Plug one in, or show a video or pictures with --source."
        if not device.exists():
            numbers = ", ".join(path.name.removeprefix("video") for path in others)
            return f"There is no camera {number}. Numbers to try with --camera: {numbers}."
        if not os.access(device, os.R_OK | os.W_OK):
            return (
                f"Camera {number} may not be opened by this user. "
                "Add the user to the group video: sudo usermod -aG video $USER; then log in again."
            )
    return (
        f"Camera {number} cannot be opened. Is there one, and is no other program using it? "
        "Choose another one with --camera, or show a video with --source."
    )


def _rgb(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a picture of OpenCV, which has blue first, in the order that Palote reads."""
    return _bounded(pixels[..., ::-1])


def _bounded(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return RGB of no more than `MOST_SIDE` a side, C-contiguous."""
    if pixels.ndim == 2:
        pixels = np.repeat(pixels[..., None], 3, axis=2)
    longest = max(pixels.shape[:2])
    if longest > MOST_SIDE:
        share = MOST_SIDE / longest
        size = tuple(max(1, round(side * share)) for side in pixels.shape[1::-1])
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    return np.ascontiguousarray(pixels)
