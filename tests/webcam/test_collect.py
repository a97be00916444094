"""A data set of one's own: class folders that training takes as they are."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from palote import Reader, Settings, data
from palote.errors import DataError, UsageError
from palote.surfaces.webcam.collect import Collection, cut_out
from palote.surfaces.webcam.frames import Frame
from palote.surfaces.webcam.threads import Answer
from tests.webcam import film

from .conftest import answer, frame, reading


def seen(reader: Reader, digit: int, step: int = 0) -> Answer:
    """What the window has of a frame with a digit."""
    pixels = np.ascontiguousarray(film.scene(digit, step)[..., ::-1])
    return Answer(Frame(step, pixels, 0.0), (0, 0, 640, 480), reader.read(pixels), "default")


def test_the_folder_is_a_data_set_at_once(reader: Reader, tmp_path: Path):
    collection = Collection(tmp_path / "my-digits")
    answers = {
        (digit, step): seen(reader, digit, step) for digit in range(10) for step in (0, 9, 20)
    }
    for (digit, _), one in answers.items():
        path = collection.save(one, digit, reader.read)
        assert path is not None and path.parent == tmp_path / "my-digits" / str(digit)
    assert collection.counts == [3] * 10 and collection.added == 30

    own, weight = data.source(str(tmp_path / "my-digits"), Settings())
    assert (own.count("train"), own.count("test"), weight) == (20, 10, 1.0)
    dataset = data.gather([str(tmp_path / "my-digits")], Settings())
    assert not dataset.skipped and not dataset.leaks()
    # The same road again: a network that is trained on these sees what the window saw.
    patches = {
        origin: patch
        for part in (dataset.train, dataset.validation, dataset.test)
        for patch, origin in zip(part.patches, part.origins, strict=True)
    }
    assert len(patches) == 30
    for origin, patch in patches.items():
        digit = int(Path(origin).parent.name)
        inks = [one.reading.digits[0].ink for (d, _), one in answers.items() if d == digit]
        gaps = [float(np.abs(ink - patch / 255).mean()) for ink in inks]
        assert min(gaps) < 0.03, (origin, gaps)


def test_a_file_holds_the_digit_and_little_else(reader: Reader, tmp_path: Path):
    one = seen(reader, 7)
    path = Collection(tmp_path).save(one, 7, reader.read)
    saved = cv2.imread(str(path))
    assert saved.shape[0] < 480 and saved.shape[1] < 400
    assert saved.shape[1] > one.boxes[0][2] and saved.shape[0] > one.boxes[0][3]
    # In colour, and blue stays blue.
    assert saved.reshape(-1, 3)[saved.sum(axis=2).argmin()].argmax() == 0
    assert reader.read(path).text == "7"


def test_all_is_saved_where_the_cut_reads_otherwise():
    one = answer(reading("7"))
    other = reading("7")
    other.digits[0].ink.setflags(write=True)
    other.digits[0].ink[:] = 1.0
    assert cut_out(one, lambda pixels: one.reading).shape == (72, 56, 3)
    assert cut_out(one, lambda pixels: other).shape == (480, 640, 3)
    assert cut_out(one, lambda pixels: reading(status="empty")).shape == (480, 640, 3)


def test_of_a_part_only_the_part_is_saved():
    one = Answer(frame(), (300, 200, 100, 90), reading("7"), "default")
    assert cut_out(one, lambda pixels: reading(status="empty")).shape == (90, 100, 3)


def test_the_same_frame_is_not_saved_twice(tmp_path: Path):
    collection = Collection(tmp_path)
    one = answer(reading("7"))
    first = collection.save(one, 7, lambda pixels: one.reading)
    assert collection.save(one, 7, lambda pixels: one.reading) is None
    assert collection.counts[7] == 1
    # With another digit it is mended.
    second = collection.save(one, 1, lambda pixels: one.reading)
    assert first is not None and not first.exists()
    assert second is not None and second.parent.name == "1"
    assert (collection.counts[1], collection.counts[7], collection.added) == (1, 0, 1)


def test_undo(tmp_path: Path):
    collection = Collection(tmp_path)
    paths = [collection.save(answer(reading()), 7, lambda p: reading()) for _ in range(3)]
    assert len(set(paths)) == 3, "in the same millisecond, too"
    assert collection.undo() == paths[2] and collection.undo() == paths[1]
    assert [path.exists() for path in paths if path] == [True, False, False]
    assert collection.counts[7] == 1
    collection.undo()
    assert collection.undo() is None and collection.counts[7] == 0


def test_what_is_there_is_counted(tmp_path: Path):
    for name in ("7/a.png", "7/deep/b.jpg", "0/c.png", "7/.hidden.png", "3/Thumbs.db"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert Collection(tmp_path).counts == [1, 0, 0, 0, 0, 0, 0, 2, 0, 0]
    assert Collection(tmp_path / "new").counts == [0] * 10
    assert not (tmp_path / "new").exists()


def test_a_folder_in_parts_grows_in_its_training_part(tmp_path: Path):
    (tmp_path / "test" / "7").mkdir(parents=True)
    (tmp_path / "test" / "7" / "a.png").touch()
    path = Collection(tmp_path).save(answer(reading()), 7, lambda pixels: reading())
    assert path is not None and path.parent == tmp_path / "train" / "7"
    (tmp_path / "train").rename(tmp_path / "Training")
    collection = Collection(tmp_path)
    assert collection.counts[7] == 1
    path = collection.save(answer(reading()), 2, lambda pixels: reading())
    assert path is not None and path.parent == tmp_path / "Training" / "2"


def test_a_folder_of_other_things(tmp_path: Path):
    (tmp_path / "holidays").mkdir()
    (tmp_path / ".git").mkdir()
    with pytest.raises(UsageError, match=r"'holidays'\. Give a new or an empty folder"):
        Collection(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="is a file"):
        Collection(tmp_path / "file")


def test_a_place_that_cannot_be_written(tmp_path: Path):
    collection = Collection(tmp_path / "own")
    (tmp_path / "own").touch()
    with pytest.raises(DataError, match="cannot be written"):
        collection.save(answer(reading()), 7, lambda pixels: reading())
    assert collection.counts[7] == 0 and collection.added == 0
