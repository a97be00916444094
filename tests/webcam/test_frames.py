"""Cameras and what stands in for them: pictures in order, again at the end, clear errors."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import cv2
import numpy as np
import pytest

from palote import Settings
from palote.errors import CorruptImage, FileNotReadable, NoCamera, UnsupportedFormat
from palote.surfaces.webcam import frames
from palote.surfaces.webcam.frames import Camera, Slides, Video
from tests.webcam import film


def shade(pixels: np.ndarray) -> int:
    return round(float(pixels.mean()))


def grey_film(path: Path, shades: list[int], rate: float = 30.0) -> Path:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), rate, (64, 48))
    for one in shades:
        writer.write(np.full((48, 64, 3), one, np.uint8))
    writer.release()
    return path


class Capture:
    """What OpenCV makes of a camera; ``gives`` says what it does next."""

    gives: ClassVar[list[np.ndarray | None]]
    opens = True
    released = 0
    made = 0

    def __init__(self, number: int) -> None:
        type(self).made += 1

    def isOpened(self) -> bool:
        return self.opens

    def set(self, *_: float) -> bool:
        return True

    def read(self) -> tuple[bool, np.ndarray | None]:
        one = self.gives.pop(0) if self.gives else None
        return one is not None, one

    def release(self) -> None:
        type(self).released += 1


@pytest.fixture
def capture(monkeypatch: pytest.MonkeyPatch) -> type[Capture]:
    class Own(Capture):
        gives: ClassVar[list[np.ndarray | None]] = []

    monkeypatch.setattr("cv2.VideoCapture", Own)
    monkeypatch.setattr(frames, "READ_PAUSE", 0.0)
    return Own


def test_a_video_begins_again_at_its_end(tmp_path: Path):
    video = Video(str(grey_film(tmp_path / "own.avi", [40, 120, 200])))
    assert video.pause == pytest.approx(1 / 30)
    assert [shade(video.next()) for _ in range(7)] == pytest.approx(
        [40, 120, 200, 40, 120, 200, 40], abs=2
    )
    video.close()


def test_colours_come_as_the_reader_wants_them(tmp_path: Path):
    writer = cv2.VideoWriter(
        str(tmp_path / "red.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 25, (64, 48)
    )
    writer.write(np.full((48, 64, 3), (20, 40, 220), np.uint8))
    writer.release()
    pixels = Video(str(tmp_path / "red.avi")).next()
    assert pixels.shape == (48, 64, 3) and pixels.flags.c_contiguous
    assert pixels.reshape(-1, 3).mean(0) == pytest.approx((220, 40, 20), abs=6)


def test_large_pictures_are_shrunk(tmp_path: Path):
    path = film.write(tmp_path / "wide.avi", [7], 1, size=(1920, 1080))
    assert Video(str(path)).next().shape == (720, 1280, 3)


@pytest.mark.parametrize("content", [b"", b"no video", b"\0\0\0\x18ftypmp42" + bytes(1000)])
def test_an_unreadable_video(tmp_path: Path, content: bytes, capfd: pytest.CaptureFixture[str]):
    (tmp_path / "own.mp4").write_bytes(content)
    with pytest.raises(UnsupportedFormat, match=r"own\.mp4.*no video that can be read.*MP4"):
        Video(str(tmp_path / "own.mp4"))
    # OpenCV and FFmpeg would say the same, at length.
    assert capfd.readouterr() == ("", "")


def test_a_video_that_is_cut_off_plays_as_far_as_it_goes(tmp_path: Path):
    whole = film.write(tmp_path / "own.avi", [7, None], 6).read_bytes()
    (tmp_path / "cut.avi").write_bytes(whole[: len(whole) // 2])
    video = Video(str(tmp_path / "cut.avi"))
    seen = [video.next().tobytes() for _ in range(12)]
    again = seen.index(seen[0], 1)
    assert 3 <= again <= 7 and seen[again + 1] == seen[1]


def test_a_video_that_is_missing(tmp_path: Path):
    for name in ("missing.avi", "rtsp://example/cam"):
        with pytest.raises(FileNotReadable, match="There is no file"):
            Video(name)


def test_a_video_that_goes_away(tmp_path: Path):
    path = grey_film(tmp_path / "own.avi", [40, 120])
    video = Video(str(path))
    assert shade(video.next()) and shade(video.next())
    path.unlink()
    with pytest.raises(UnsupportedFormat):
        video.next()


def test_slides_in_turn_without_the_bad_ones(tmp_path: Path):
    for name, one in (("a.png", 10), ("c.png", 90)):
        cv2.imwrite(str(tmp_path / name), np.full((40, 50), one, np.uint8))
    (tmp_path / "b.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    said: list[str] = []
    paths = [str(tmp_path / name) for name in ("a.png", "b.png", "c.png")]
    slides = Slides(paths, Settings(), said.append)
    assert [shade(slides.next()) for _ in range(5)] == [10, 90, 10, 90, 10]
    assert slides.next().shape == (40, 50, 3) and slides.pause > 1
    assert len(said) == 1 and "b.png" in said[0]
    slides.close()


def test_slides_of_which_none_can_be_read(tmp_path: Path):
    (tmp_path / "b.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    with pytest.raises(CorruptImage, match=r"b\.png"):
        Slides([str(tmp_path / "b.png")], Settings(), pytest.fail)


def test_a_camera_that_is_lost_and_comes_back(capture: type[Capture]):
    picture = np.full((48, 64, 3), (1, 2, 3), np.uint8)
    capture.gives = [None, None, picture, picture]
    camera = Camera(3)
    assert camera.next()[0, 0].tolist() == [3, 2, 1]
    with pytest.raises(NoCamera, match="Camera 3 gives no pictures"):
        camera.next()
    assert capture.released == 1
    capture.opens = False
    with pytest.raises(NoCamera):
        camera.next()
    capture.opens, capture.gives = True, [picture]
    assert camera.next().shape == (48, 64, 3)
    camera.close()
    assert capture.made == 3 and capture.released == 3


def test_a_camera_that_gives_nothing(capture: type[Capture]):
    with pytest.raises(NoCamera, match="gives no pictures"):
        Camera(0)


@pytest.mark.parametrize(
    ("system", "devices", "sentence"),
    [
        ("linux", [], "There is no camera. Plug one in"),
        ("linux", ["video2", "video3"], r"no camera 0\..*--camera: 2, 3"),
        ("linux", ["video0"], "used by no other|no other program"),
        ("darwin", [], "System Settings"),
        ("win32", [], "no other program"),
    ],
)
def test_why_there_is_no_camera(
    capture: type[Capture],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    system: str,
    devices: list[str],
    sentence: str,
):
    capture.opens = False
    for name in devices:
        (tmp_path / name).touch()
    monkeypatch.setattr(frames, "DEVICES", tmp_path)
    monkeypatch.setattr("sys.platform", system)
    with pytest.raises(NoCamera, match=sentence):
        Camera(0)


def test_a_camera_that_may_not_be_used(
    capture: type[Capture], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    capture.opens = False
    (tmp_path / "video0").touch()
    monkeypatch.setattr(frames, "DEVICES", tmp_path)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr("os.access", lambda *_: False)
    with pytest.raises(NoCamera, match="group video"):
        Camera(0)
