"""The NumPy network's .npz file: what is kept, and every way in which a file can be wrong."""

from __future__ import annotations

import errno
import io
import json
import os
import pickle
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pytest

from palote import Reader
from palote.errors import InkSpecMismatch, ModelCorrupt
from palote.ink import InkSpec
from palote.model import catalog
from palote.model.card import Card
from palote.model.scratch import ScratchClassifier, classic
from palote.model.scratch.engine import ScratchEngine
from tests.drawing import seven

RNG = np.random.default_rng(3)
X = RNG.random((60, 784), np.float32)
Y = np.arange(60) % 10


@pytest.fixture(scope="module")
def fitted() -> ScratchClassifier:
    return ScratchClassifier(hidden=(12, 8), epochs=2, random_state=0, l2=0.25).fit(X, Y)


@pytest.fixture
def path(fitted: ScratchClassifier, tmp_path: Path) -> Path:
    fitted.save(tmp_path / "own.npz")
    return tmp_path / "own.npz"


def arrays(path: Path) -> dict[str, np.ndarray]:
    with np.load(path, allow_pickle=False) as file:
        return dict(file)


def with_member(path: Path, member: str, content: bytes) -> bytes:
    """Return the file with other bytes in the place of one array."""
    with zipfile.ZipFile(path) as packed:
        kept = {name: packed.read(name) for name in packed.namelist()} | {member: content}
    anew = io.BytesIO()
    with zipfile.ZipFile(anew, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, inside in kept.items():
            packed.writestr(name, inside)
    return anew.getvalue()


def changed(path: Path, **changes: object) -> Path:
    """Write the file anew with some arrays changed; None leaves one out."""
    kept = arrays(path) | changes
    np.savez(path, **{name: array for name, array in kept.items() if array is not None})
    return path


def test_what_was_learnt_comes_back(fitted: ScratchClassifier, path: Path):
    again = ScratchClassifier.load(path)
    assert np.array_equal(again.predict_proba(X), fitted.predict_proba(X))
    assert again.get_params() == fitted.get_params() and repr(again) == repr(fitted)
    assert again.classes_.tolist() == list(range(10)) and again.n_features_in_ == 784
    assert [entry.name for entry in path.parent.iterdir()] == ["own.npz"], "nothing else is left"
    again.partial_fit(X, Y)


def test_the_classic_network_takes_whole_patches(tmp_path: Path):
    classifier = classic().set_params(epochs=1).fit(X, Y)
    classifier.save(tmp_path / "classic.npz")
    again = ScratchClassifier.load(tmp_path / "classic.npz")
    assert again.n_features_in_ == 784 and again.network_.dense[0].weights.shape == (400, 100)
    assert np.array_equal(again.predict_proba(X), classifier.predict_proba(X))


def test_texts_as_classes_and_a_card_travel_along(tmp_path: Path):
    classifier = ScratchClassifier(hidden=(), epochs=1).fit([[0.0], [1.0]], ["bb", "ä"])
    classifier.save(tmp_path / "own.npz", card_json='{"name": "año"}')
    again = ScratchClassifier.load(tmp_path / "own.npz")
    assert again.classes_.tolist() == ["bb", "ä"] and again.card_json_ == '{"name": "año"}'
    again.save(tmp_path / "own.npz")
    assert ScratchClassifier.load(tmp_path / "own.npz").card_json_ == '{"name": "año"}'


def test_numpy_values_as_parameters_can_be_kept(tmp_path: Path):
    sizes, seed = (np.int64(4),), np.int64(9)
    classifier = ScratchClassifier(sizes, batch_size=np.int32(5), epochs=1, random_state=seed)
    classifier.fit(X, Y).save(tmp_path / "own.npz")
    again = ScratchClassifier.load(tmp_path / "own.npz")
    assert (again.hidden, again.batch_size, again.random_state) == ((4,), 5, 9)


def test_parameters_changed_after_learning_do_not_spoil_the_file(tmp_path: Path):
    classifier = ScratchClassifier(hidden=(4,), epochs=1).fit(X, Y)
    classifier.set_params(hidden=(99,), activation="sigmoid", look="binary20")
    classifier.save(tmp_path / "own.npz")
    again = ScratchClassifier.load(tmp_path / "own.npz")
    assert np.array_equal(again.predict_proba(X), classifier.predict_proba(X))


def test_nothing_learnt_is_not_saved(tmp_path: Path):
    with pytest.raises(ValueError, match="learnt nothing yet"):
        ScratchClassifier().save(tmp_path / "own.npz")
    assert not list(tmp_path.iterdir())


def test_a_full_disk_leaves_the_old_file(
    fitted: ScratchClassifier, path: Path, monkeypatch: pytest.MonkeyPatch
):
    old = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        fitted.save(path)
    assert path.read_bytes() == old and len(list(path.parent.iterdir())) == 1


def test_what_cannot_be_read_back_does_not_replace_the_old_file(
    fitted: ScratchClassifier, path: Path
):
    old, broken = path.read_bytes(), ScratchClassifier.load(path)
    broken.network_.parameters[0][0, 0] = np.inf
    with pytest.raises(ModelCorrupt, match="not finite"):
        broken.save(path)
    assert path.read_bytes() == old and len(list(path.parent.iterdir())) == 1


def test_the_folder_must_be_there(fitted: ScratchClassifier, tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        fitted.save(tmp_path / "none" / "own.npz")


class Bomb:
    """Unpickling it makes a file."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[Path, str]]:
        return Path.write_text, (self.mark, "run")


def test_pickle_is_never_run(path: Path, tmp_path: Path):
    mark = tmp_path / "mark"
    bomb = np.array([Bomb(mark)], dtype=object)
    packed = io.BytesIO()
    np.lib.format.write_array(packed, bomb)
    for name in ("weights_0", "classes", "settings"):
        with pytest.raises(ModelCorrupt, match=f"{name}.*object, not numbers"):
            ScratchClassifier.from_bytes(with_member(path, f"{name}.npy", packed.getvalue()), "x")
    (tmp_path / "plain.npz").write_bytes(pickle.dumps(Bomb(mark)))
    with pytest.raises(ModelCorrupt, match=r"no \.npz file"):
        ScratchClassifier.load(tmp_path / "plain.npz")
    assert not mark.exists()


def npy(header: str) -> bytes:
    head = header.encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head


@pytest.mark.parametrize(
    "shape", ["(1000000000000,)", "(4000000, 4000000)", "(-1, -8)", "(0, 99)", "(3,)"]
)
def test_a_header_that_lies_about_the_shape(path: Path, shape: str):
    head = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}"
    with pytest.raises(ModelCorrupt, match=r"says that it has the shape|do not fit|and shape"):
        ScratchClassifier.from_bytes(with_member(path, "weights_0.npy", npy(head)), "x")


@pytest.mark.parametrize(
    "descr", ["'|O'", "'<U0'", "'<U500000000'", "[('a', '<f4')]", "'<c8'", "'|V4'", "'<f2'"]
)
def test_a_header_with_another_dtype(path: Path, descr: str):
    head = f"{{'descr': {descr}, 'fortran_order': False, 'shape': (), }}"
    with pytest.raises(ModelCorrupt, match=r"settings|damaged"):
        ScratchClassifier.from_bytes(with_member(path, "settings.npy", npy(head)), "x")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x93NUMPY",
        b"\x93NUMPY\x03\x00" + b"\xff" * 20,
        b"\x93NUMPY\x01\x00\xff\xff" + b"(" * 0xFFFF,
        npy("((((((((("),
        npy("__import__('os').abort()"),
        npy("{'descr': '<f4', 'fortran_order': False}"),
    ],
)
def test_a_header_that_is_none(path: Path, content: bytes):
    with pytest.raises(ModelCorrupt):
        ScratchClassifier.from_bytes(with_member(path, "weights_0.npy", content), "x")


def test_a_zip_bomb_is_not_unpacked(path: Path):
    bomb = npy("{'descr': '<f4', 'fortran_order': False, 'shape': (20000000,), }")
    content = with_member(path, "weights_0.npy", bomb + bytes(80_000_000))
    assert len(content) < 1_000_000
    with pytest.raises(ModelCorrupt, match="unpacks to more than 64 MB"):
        ScratchClassifier.from_bytes(content, "bomb")


def test_too_many_arrays(path: Path):
    with pytest.raises(ModelCorrupt, match="holds 106 arrays"):
        ScratchClassifier.load(changed(path, **{f"x{number}": np.zeros(1) for number in range(96)}))


def test_an_array_twice(path: Path):
    with zipfile.ZipFile(path, "a") as packed, pytest.warns(UserWarning, match="Duplicate"):
        packed.writestr("classes.npy", packed.read("classes.npy"))
    with pytest.raises(ModelCorrupt, match="'classes' twice"):
        ScratchClassifier.load(path)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"bias_1": None}, "'bias_1' is missing"),
        ({"weights_1": None}, "is missing|not known"),
        ({"settings": None}, "'settings' is missing"),
        ({"extra": np.zeros(3)}, "'extra' is not known"),
        ({"format": np.array(2)}, "its format is 2, this Palote reads 1; use a newer Palote"),
        ({"format": np.array("1")}, "'format' is no whole number"),
        ({"weights_1": np.zeros((12, 9), np.float32)}, "'weights_1' .* do not fit"),
        ({"weights_1": np.zeros((11, 8), np.float32)}, "'weights_1' .* do not fit"),
        ({"bias_0": np.zeros(12)}, "do not fit"),
        ({"bias_0": np.zeros((12, 1), np.float32)}, "'bias_0' is of dtype float32 and shape"),
        ({"weights_0": np.zeros((784, 12), int)}, "'weights_0' is of dtype int"),
        ({"weights_0": np.full((784, 12), np.nan, np.float32)}, "not finite"),
        ({"bias_2": np.full(10, -np.inf, np.float32)}, "not finite"),
        ({"classes": np.arange(9)}, "'classes' does not name its 10 outputs"),
        ({"classes": np.zeros(10, int)}, "in rising order"),
        ({"classes": np.arange(10.0) * np.nan}, "in rising order"),
        ({"settings": np.array("[]")}, "'settings' is no JSON object"),
        ({"settings": np.array("{")}, "damaged"),
        ({"settings": np.array("[" * 100_000)}, "damaged"),
        ({"settings": np.array(["{}"])}, "'settings' is no text"),
        ({"settings": np.array('{"hidden": [12, 9]}')}, "not those of its layers"),
        ({"settings": np.array('{"hidden": 5}')}, "not those of its layers"),
        ({"settings": np.array('{"hidden": [12, 8], "look": "binary20"}')}, "not those of its"),
        ({"settings": np.array('{"hidden": [12, 8], "look": ["x"]}')}, "not those of its"),
        ({"settings": np.array('{"hidden": [12, 8], "os": 1}')}, "Invalid parameter 'os'"),
        ({"settings": np.array('{"hidden": [12, 8], "epochs": null}')}, "epochs must be"),
        ({"settings": np.array('{"hidden": [12, 8], "random_state": "x"}')}, "random_state must"),
    ],
)
def test_arrays_that_do_not_make_a_network(path: Path, changes: dict[str, object], sentence: str):
    with pytest.raises(ModelCorrupt, match=sentence):
        ScratchClassifier.load(changed(path, **changes))


def test_other_npz_files_and_other_files(path: Path, tmp_path: Path):
    np.savez(path, pts=np.zeros(3))
    with pytest.raises(ModelCorrupt, match="no network made by palote train scratch"):
        ScratchClassifier.load(path)
    for content in (b"", b"PK\x03\x04", b"not a model", catalog.find("default").path.read_bytes()):
        path.write_bytes(content)
        with pytest.raises(ModelCorrupt, match=r"no \.npz file, or it is damaged"):
            ScratchClassifier.load(path)
    with pytest.raises(ModelCorrupt, match="cannot be read"):
        ScratchClassifier.load(tmp_path)


def test_every_truncation_and_many_flipped_bits_are_refused_or_harmless(path: Path):
    content = path.read_bytes()
    for end in [*range(0, 600, 7), *range(600, len(content), 997), len(content) - 1]:
        with pytest.raises(ModelCorrupt):
            ScratchClassifier.from_bytes(content[:end], "cut")
    rng, refused = np.random.default_rng(0), 0
    names = [content.find(name.encode()) for name in ("weights_0.npy", "classes.npy")]
    directory = content.rfind(b"PK\x01\x02") - 500
    for start, stop in [(0, 400), (names[0], names[0] + 200), (directory, len(content))]:
        for place in rng.integers(start, stop, 250):
            damaged = bytearray(content)
            damaged[place] ^= 1 << int(rng.integers(8))
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # NumPy's, of a mended header
                try:
                    ScratchClassifier.from_bytes(bytes(damaged), "flipped")
                except ModelCorrupt:
                    refused += 1
    assert refused > 300


def entry(path: Path, card: Card | None = None) -> catalog.Entry:
    return catalog.Entry("own", path, card)


def test_the_engine_gives_logits_and_the_last_hidden_layer(fitted: ScratchClassifier, path: Path):
    engine = ScratchEngine(entry(path))
    inks = X.reshape(-1, 28, 28)
    outputs = engine(inks)
    assert outputs.logits.shape == (60, 10) and outputs.embedding.shape == (60, 8)
    assert outputs.logits.dtype == outputs.embedding.dtype == np.float32
    assert (outputs.logits.argmax(axis=1) == fitted.predict(X)).all()
    last = fitted.network_.dense[-1]
    assert outputs.logits == pytest.approx(outputs.embedding @ last.weights + last.bias, abs=1e-5)
    assert engine.card.name == "own" and engine.card.ink == InkSpec()
    assert engine(inks[:0]).logits.shape == (0, 10)


def test_the_engine_takes_the_card_inside_or_beside(fitted: ScratchClassifier, path: Path):
    fitted.save(path, Card("inner", temperature=1.5).to_json())
    assert ScratchEngine(entry(path)).card.temperature == 1.5
    assert ScratchEngine(entry(path, Card("beside"))).card.name == "beside"
    other = Card("x", ink=InkSpec.sized(32))
    with pytest.raises(ModelCorrupt, match=r"\[784\].*32x32"):
        ScratchEngine(entry(path, other))
    with pytest.raises(InkSpecMismatch):
        ScratchEngine(entry(path, Card("x")), InkSpec.sized(28, low=1.0, high=0.0))


def test_the_engine_refuses_what_reads_no_digits(tmp_path: Path):
    ScratchClassifier(hidden=(), epochs=1).fit(X, Y % 3).save(tmp_path / "own.npz")
    with pytest.raises(ModelCorrupt, match=r"knows the classes 0, 1, 2; .* 0 to 9"):
        ScratchEngine(entry(tmp_path / "own.npz"))


def test_a_damaged_file_is_noticed_by_its_card(path: Path):
    with pytest.raises(ModelCorrupt, match="damaged: its SHA-256"):
        ScratchEngine(entry(path, Card("x", sha256={"own.npz": "0" * 64})))


def test_a_reader_reads_with_it(path: Path):
    answer = Reader(path).read(seven()).digits[0]
    assert answer.probabilities.shape == (10,) and answer.ink.shape == (28, 28)


def test_settings_are_plain_json(path: Path):
    settings = json.loads(arrays(path)["settings"].item())
    assert settings["hidden"] == [12, 8] and settings["random_state"] == 0
    assert not zipfile.ZipFile(io.BytesIO(path.read_bytes())).testzip()
