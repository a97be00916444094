"""What a person sees of learning: a wrong answer becomes right, and can be taken back."""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest

from palote import Reader, Settings
from palote.errors import InputError, LearnError, LearningOff, NothingToLearn, UsageError
from palote.learn import LABELS, Teacher, label_of
from palote.model.head import Head
from tests.drawing import ring, seven
from tests.learn.conftest import Odd

BLANK = np.full((100, 100), 255, np.uint8)


def test_a_wrong_answer_becomes_right(either: Settings, odd: tuple[Odd, ...]) -> None:
    one = odd[0]
    with Teacher(either) as teacher:
        teacher.add_profile("default")
        reader = Reader(settings=either)
        assert reader.read(one.write(0), expect="digit").text != one.label and reader.version == 0
        outcome = teacher.correct(one.write(0), one.label)
        assert outcome.learned and outcome.reason == "learned" and outcome.version == 1
        assert outcome.read_as == one.label
        assert (outcome.own_before, outcome.own_after) == (0.0, 1.0)
        assert outcome.general_after >= outcome.general_before - 0.0005
        assert outcome.message.startswith("learned from 1 correction: your set 0 % -> 100 %")
        # A reader that was there before notices, and so does a new one.
        assert (
            reader.read(one.write(0), expect="digit").digits[0].value == one.label
            and reader.version == 1
        )
        assert Reader(settings=either).version == 1
        untaught = Reader(settings=either, profile="none")
        assert untaught.version == 0
        same = untaught.for_profile("Default")
        assert same.version == 1 and same._trained is untaught._trained, "the network is shared"
        assert same.settings.profile == "Default" and untaught.settings.profile == "default"
        with pytest.raises(UsageError, match="no profile 'Nadie'"):
            untaught.for_profile("Nadie")
        kept = teacher.corrections()[0]
        assert outcome.correction == kept
        assert kept.label == one.label and kept.state == "learned" and kept.read_as != one.label
        assert json.loads(json.dumps(outcome.to_dict()))["correction"]["id"] == kept.id
        status = teacher.status()
        assert (status.corrections, status.learned, status.version) == (1, 1, 1)
        assert status.by_label == {one.label: 1} and status.bytes == len(teacher.picture(kept.id))
        assert json.dumps(status.to_dict()) and json.dumps(teacher.profiles()[0].to_dict())


def test_ordinary_digits_are_read_as_before(teacher: Teacher, odd: tuple[Odd, ...]) -> None:
    for one in odd[:3]:
        teacher.correct(one.write(0), one.label)
    reader = Reader(settings=teacher.settings)
    assert reader.version > 0
    assert (
        reader.read(seven(), expect="digit").text,
        reader.read(ring(), expect="digit").text,
    ) == ("7", "0")


def test_not_a_digit_is_learnt(teacher: Teacher) -> None:
    arrow = Odd("none", "10 50 90 50 / 60 20 90 50 60 80")
    picture = next(
        (
            p
            for n in range(40)
            if Reader().read(p := arrow.write(n), expect="digit").status != "not_digit"
        ),
        seven(),
    )
    outcome = teacher.correct(picture, "none")
    assert outcome.correction is not None and outcome.correction.label == "none"
    assert not outcome.learned or outcome.read_as == "none"


@pytest.mark.parametrize("label", ["10", -1, 10, True, "７", "", "seven", "None", 7.0])
def test_only_labels_are_labels(label: str | int) -> None:
    with pytest.raises(UsageError, match="is no label"):
        label_of(label)


def test_labels() -> None:
    assert [label_of(label) for label in (*range(10), "none")] == list(LABELS)


def test_what_cannot_be_learnt_from_is_not_kept(teacher: Teacher) -> None:
    with pytest.raises(NothingToLearn, match="no ink"):
        teacher.correct(BLANK, 1)
    with pytest.raises(InputError):
        teacher.correct(b"no picture", 1)
    with pytest.raises(UsageError, match="clean must be"):
        teacher.correct(seven(), 7, clean="soap")
    with pytest.raises(UsageError, match="name of a profile"):
        teacher.correct(seven(), 7, "a/b")
    assert teacher.corrections() == ()


def test_undo_delete_and_the_versions_derived(teacher: Teacher, odd: tuple[Odd, ...]) -> None:
    first, second = odd[0], odd[1]
    one = teacher.correct(first.write(0), first.label).correction
    two = teacher.correct(second.write(0), second.label).correction
    assert one and two
    assert [v.kept for v in teacher.history()] == [True, True]
    outcome = teacher.undo()
    assert outcome.correction == two and outcome.corrections == 1 and outcome.learned
    assert [(v.number, v.kept) for v in teacher.history()] == [(3, True), (2, False), (1, True)]
    outcome = teacher.delete(one.id)
    assert outcome.reason == "emptied" and outcome.version == 0
    assert not any(version.kept for version in teacher.history())
    assert Reader(settings=teacher.settings).version == 0
    with pytest.raises(NothingToLearn):
        teacher.undo()
    with pytest.raises(UsageError, match="no correction"):
        teacher.delete(one.id)
    with pytest.raises(UsageError, match="no version 1"):
        teacher.rollback(1)


def test_taking_one_back_teaches_nothing_that_was_refused(teacher: Teacher) -> None:
    for picture in (seven(), ring()):
        assert teacher.correct(picture, 4).reason in ("forgets", "no_better", "worse")
    outcome = teacher.undo()
    assert outcome.corrections == 1 and outcome.version == 0
    assert outcome.reason in ("forgets", "no_better", "worse")
    assert outcome.message.startswith("taken back") and outcome.learned
    assert [one.state for one in teacher.corrections()] == ["waiting"]
    assert outcome.general_after == outcome.general_before
    assert Reader(settings=teacher.settings).version == 0


def test_taking_back_a_refused_one_leaves_the_others_learnt(
    teacher: Teacher, odd: tuple[Odd, ...]
) -> None:
    one = odd[0]
    assert teacher.correct(one.write(0), one.label).reason == "learned"
    for picture in (seven(), ring()):
        assert teacher.correct(picture, 4).reason in ("forgets", "no_better", "worse")
    outcome = teacher.undo()
    assert outcome.version and outcome.own_after
    reader = Reader(settings=teacher.settings)
    assert reader.read(one.write(0), expect="digit").digits[0].value == one.label
    assert reader.read(seven(), expect="digit").text == "7"


def test_deleting_leaves_nothing_on_the_disk(own: Settings, odd: tuple[Odd, ...]) -> None:
    with Teacher(own) as teacher:
        for number in range(3):
            teacher.correct(odd[0].write(number), odd[0].label)
        pictures = [teacher.picture(one.id) for one in teacher.corrections()]
        content = b"".join(p.read_bytes() for p in own.data_dir.rglob("*") if p.is_file())
        assert all(picture[-200:] in content for picture in pictures)
        teacher.delete_all()
        content = b"".join(p.read_bytes() for p in own.data_dir.rglob("*") if p.is_file())
        assert not any(picture[-200:] in content for picture in pictures)
        heads = list((own.data_dir / "learn" / "heads").iterdir())
        assert heads and all(Head.from_file(path).version == 0 for path in heads)


def test_rollback_sets_later_corrections_aside(teacher: Teacher, odd: tuple[Odd, ...]) -> None:
    first, second = odd[0], odd[1]
    teacher.correct(first.write(0), first.label)
    teacher.correct(second.write(0), second.label)
    outcome = teacher.rollback(1)
    assert outcome.reason == "rolled_back" and outcome.version == 1 and outcome.corrections == 2
    assert [one.state for one in teacher.corrections()] == ["aside", "learned"]
    teacher.correct(first.write(1), first.label)
    assert [one.state for one in teacher.corrections()] == ["learned", "aside", "learned"]
    assert teacher.rollback(2).version == 2
    assert teacher.rollback(0).version == 0
    assert Reader(settings=teacher.settings).version == 0
    with pytest.raises(UsageError, match=r"There are: .*0 "):
        teacher.rollback(77)


def test_switched_off(teacher: Teacher, odd: tuple[Odd, ...]) -> None:
    one = odd[0]
    teacher.correct(one.write(0), one.label)
    reader = Reader(settings=teacher.settings)
    assert not teacher.switch(False).on
    assert reader.version == 0 and reader.read(one.write(0), expect="digit").text != one.label
    with pytest.raises(LearningOff, match="switched off"):
        teacher.correct(one.write(1), one.label)
    assert teacher.switch(True).version == 1 and reader.version == 1


def test_the_same_picture_again_is_one_correction(teacher: Teacher) -> None:
    teacher.correct(seven(), 1)
    outcome = teacher.correct(seven(), 7)
    assert outcome.corrections == 1 and outcome.correction and outcome.correction.label == "7"


def test_profiles_are_apart(teacher: Teacher, odd: tuple[Odd, ...]) -> None:
    one, settings = odd[0], teacher.settings
    teacher.add_profile("Año 3 B")
    outcome = teacher.correct(one.write(0), one.label, "año 3 b")
    assert outcome.correction and outcome.correction.profile == "Año 3 B"
    assert Reader(settings=settings, profile="AÑO 3 B").version == 1
    assert Reader(settings=settings).version == 0
    with pytest.raises(UsageError, match="no profile 'Ana'"):
        Reader(settings=settings, profile="Ana")
    with pytest.raises(UsageError, match="no profile"):
        teacher.status("Ana")
    with pytest.raises(UsageError, match="already"):
        teacher.add_profile("AÑO 3 B")
    with pytest.raises(UsageError, match="no correction"):
        teacher.add_profile("Ana")
        teacher.picture(outcome.correction.id, "Ana")
    teacher.remove_profile("Año 3 B")
    assert [profile.name for profile in teacher.profiles()] == ["Ana"]
    with pytest.raises(UsageError, match="no profile"):
        Reader(settings=settings, profile="Año 3 B")


@pytest.mark.parametrize("name", ["", "none", "NONE", "a/b", "..", "x" * 41, "a\nb", " ", "_a"])
def test_no_name_of_a_profile(teacher: Teacher, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be the name"):
        teacher.add_profile(name)


def test_tokens(teacher: Teacher) -> None:
    for name in ("Ana", "Luz"):
        teacher.add_profile(name)
    ana, luz = teacher.new_token("Ana"), teacher.new_token("Luz")
    assert (teacher.profile_of(ana), teacher.profile_of(luz)) == ("Ana", "Luz")
    assert teacher.profile_of("") is None and teacher.profile_of("ñ\udcff" + ana) is None
    newer = teacher.new_token("Ana")
    assert teacher.profile_of(ana) is None and teacher.profile_of(newer) == "Ana"
    teacher.drop_token("Luz")
    assert [p.has_token for p in teacher.profiles()] == [True, False]
    store = teacher.settings.data_dir / "learn" / "store.sqlite3"
    with sqlite3.connect(store) as connection:
        dump = "".join(connection.iterdump())
    connection.close()
    assert newer not in dump and newer.encode().hex() not in dump.lower()


def test_export_and_import(either: Settings, odd: tuple[Odd, ...], tmp_path: Path) -> None:
    with Teacher(either) as teacher:
        for one in odd[:2]:
            teacher.correct(one.write(0), one.label)
        teacher.correct(seven(), "none")
        count = teacher.export_folder(tmp_path / "out", "default")
        assert count == 3
        packed = teacher.export_zip()
        assert packed == teacher.export_zip()
        with zipfile.ZipFile(io.BytesIO(packed)) as file:
            names = sorted(file.namelist())
        assert names == sorted(
            p.relative_to(tmp_path / "out").as_posix() for p in (tmp_path / "out").rglob("*.png")
        )
        assert {name.split("/")[0] for name in names} == {odd[0].label, odd[1].label, "none"}
        before = {(one.label, teacher.picture(one.id)) for one in teacher.corrections()}
        outcome = teacher.import_folder(tmp_path / "out", "a")
        assert outcome.added == 3 and outcome.skipped == ()
        outcome = teacher.import_zip(packed, "b")
        assert outcome.added == 3
        for name in ("a", "b"):
            kept = teacher.corrections(name)
            assert {(one.label, teacher.picture(one.id, name)) for one in kept} == before
        assert teacher.import_zip(packed, "b").added == 0


def test_a_zip_of_ones_own_pictures(teacher: Teacher) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("mine/7/a.png", cv2.imencode(".png", seven())[1].tobytes())
        file.writestr("mine/0/blank.png", cv2.imencode(".png", BLANK)[1].tobytes())
        file.writestr("mine/0/notes.txt", "no picture")
        file.writestr("__MACOSX/7/._a.png", "left by a system")
        file.writestr("mine/eight/b.png", "another folder")
    outcome = teacher.import_zip(packed.getvalue())
    assert outcome.added == 1 and len(outcome.skipped) == 2
    assert "blank.png" in outcome.skipped[0] + outcome.skipped[1]


def test_what_is_no_archive(teacher: Teacher, tmp_path: Path) -> None:
    empty = io.BytesIO()
    zipfile.ZipFile(empty, "w").close()
    for content, said in ((b"no zip", "no zip file"), (empty.getvalue(), "no picture")):
        with pytest.raises(UsageError, match=said):
            teacher.import_zip(content)
    with pytest.raises(UsageError, match="no picture in"):
        teacher.import_folder(tmp_path)


def test_an_address_that_is_none(own: Settings) -> None:
    from dataclasses import replace

    for address in ("mysql://x@y/z", "nonsense"):
        with pytest.raises(UsageError, match="postgresql://"):
            Teacher(replace(own, store=address))
    away = replace(own, store="postgresql://me:secret@/none?host=/nowhere")
    with pytest.raises(LearnError, match="refuses") as caught:
        Teacher(away)
    assert "secret" not in str(caught.value)
