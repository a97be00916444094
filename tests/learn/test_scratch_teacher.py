"""The NumPy network, taught picture by picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from palote import Reader, Settings
from palote.errors import NothingToLearn, UsageError
from palote.learn import ScratchTeacher, can_teach
from palote.model.scratch import ScratchClassifier
from palote.train.specimens import specimens
from tests.drawing import ring, seven
from tests.learn.conftest import Odd


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    patches, labels = specimens(700)
    made = ScratchClassifier(hidden=(64,), epochs=8, random_state=0, shift=1)
    made.fit(patches.reshape(len(patches), -1), labels)
    path = tmp_path_factory.mktemp("scratch") / "mine.npz"
    made.save(path)
    return path


def test_it_learns_and_remembers(network: Path, own: Settings) -> None:
    triangle = Odd("4", "40 20 80 90 10 90 40 20")
    reader = Reader(network, settings=own)
    trained = reader.read(triangle.write(0), expect="digit").digits[0]
    wanted = str((int(trained.value) + 3) % 10)
    teacher = ScratchTeacher(network, own)
    for _ in range(40):
        outcome = teacher.correct(triangle.write(0), wanted)
        if outcome.read_as == wanted:
            break
    assert outcome.read_as == wanted and outcome.learned
    # The reader that runs, a new one and a new teacher all know it; other digits are still read.
    for one in (reader, Reader(network, settings=own)):
        assert one.read(triangle.write(0), expect="digit").digits[0].value == wanted
        assert one.read(seven(), expect="digit").digits[0].value == "7"
        assert one.read(ring(), expect="digit").digits[0].value == "0"
    again = ScratchTeacher(network, own)
    assert again.status().corrections == outcome.corrections
    assert again.undo().corrections == outcome.corrections - 1
    with pytest.raises(NothingToLearn):
        again.undo()
    again.reset()
    now = reader.read(triangle.write(0), expect="digit").digits[0]
    np.testing.assert_array_equal(now.probabilities, trained.probabilities)
    assert not list(own.data_dir.rglob("*.png"))


def test_what_it_cannot_be_taught(network: Path, own: Settings) -> None:
    teacher = ScratchTeacher(network, own)
    with pytest.raises(UsageError, match="cannot be taught what is none"):
        teacher.correct(seven(), "none")
    with pytest.raises(NothingToLearn):
        teacher.correct(np.full((90, 90), 255, np.uint8), 1)
    with pytest.raises(UsageError, match="not taught in this way"):
        ScratchTeacher("default", own)
    assert (can_teach("default", own), can_teach(str(network), own)) == ("head", "scratch")


def test_a_damaged_file_is_not_used(network: Path, own: Settings) -> None:
    ScratchTeacher(network, own).correct(seven(), 7)
    (path,) = (own.data_dir / "learn" / "networks").glob("*.npz")
    path.write_bytes(path.read_bytes()[:-300])
    assert Reader(network, settings=own).read(seven(), expect="digit").digits[0].value == "7"


def test_profiles_are_the_shipped_networks(network: Path, own: Settings) -> None:
    with pytest.raises(UsageError, match="has no profiles"):
        Reader(network, settings=own, profile="Ana")
