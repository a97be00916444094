"""The window as a person has it: on a screen, a film for a camera, real keys and a mouse."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import pytest
from PIL import Image

from palote import Reader, Settings, data
from palote.model import catalog
from palote.model.scratch import ScratchClassifier
from palote.surfaces.webcam.layout import SIZE, Rect, layout
from palote.surfaces.webcam.pen import COLOURS
from tests.webcam import film

from .conftest import OpenWindow, Window, until

PLACES = layout(SIZE, (film.WIDTH, film.HEIGHT))


def part(picture: Image.Image, room: Rect) -> np.ndarray:
    return np.asarray(picture)[room.y : room.y + room.height, room.x : room.x + room.width]


def share(pixels: np.ndarray, colour: str) -> float:
    return float((pixels == COLOURS[colour]).all(axis=2).mean())


def test_a_film_is_read_as_it_plays(window: OpenWindow, movie: Path):
    shown = window("--source", movie)
    for title in ("7", "No digit", "3"):
        shown.wait(f"{title} - default - Palote")
    shown.press("q")
    assert shown.ended() == 0 and shown.said == ""


def test_what_is_on_the_screen(window: OpenWindow, slides: Path):
    shown = window("--source", slides)
    shown.wait("8 - default - Palote")
    until(lambda: share(part(shown.picture(), PLACES.bars[8]), "winner") > 0.3)
    picture = shown.picture()
    assert picture.size == SIZE
    greens = [share(part(picture, bar), "winner") for bar in PLACES.bars]
    assert np.argmax(greens) == 8 and sum(green > 0 for green in greens) == 1
    assert share(part(picture, PLACES.answer), "winner") > 0.01
    # Under the box lies the picture of the camera, point by point.
    scene = film.scene(8)[..., ::-1]
    seen = part(picture, PLACES.frame)
    assert (seen == scene).all(axis=2).mean() > 0.95
    box = (seen == COLOURS["winner"]).all(axis=2)
    ys, xs = np.nonzero(box)
    read = Reader().read(np.ascontiguousarray(scene)).digits[0]
    x, y, width, height = read.box
    assert (xs.min(), ys.min()) == pytest.approx((x - 6, y - 6), abs=3)
    assert (xs.max(), ys.max()) == pytest.approx((x + width + 6, y + height + 6), abs=3)
    # The ink on the screen is the network's, pixel by pixel.
    middles = 5 + 2 + 5 * np.arange(28)
    ink = part(picture, PLACES.ink)[np.ix_(middles, middles)][..., 0]
    assert np.array_equal(ink, np.rint(read.ink * 255))
    shown.press("Escape")
    assert shown.ended() == 0


def test_making_a_data_set(window: OpenWindow, movie: Path, tmp_path: Path):
    shown = window("--source", movie, "--save-to", "mine", "--pictures", "shots")
    shown.wait("7 - default - Palote")
    shown.press("7")
    shown.wait_said(r"Saved as 7: mine/7/[\d-]+\.png")
    shown.wait("3 - default - Palote")  # another frame: one frame is saved but once
    shown.press("space")
    until(lambda: part(shown.picture(), PLACES.frame)[2:20].mean() < 90)  # it says: frozen
    frozen = part(shown.picture(), PLACES.frame)[60:400]
    shown.press("2", "BackSpace", "3", "4")
    shown.wait_said(r"Saved as 2.*\n.*Deleted again.*\n.*Saved as 3.*\n.*Saved as 4")
    # Of one frame there is one file: the 3 was mended to a 4.
    saved = sorted(str(path.parent.name) for path in tmp_path.glob("mine/*/*.png"))
    assert saved == ["4", "7"]
    shown.press("s")
    path = shown.wait_said(r"Picture saved: (\S+)")[1]
    assert Path(path).parent == tmp_path / "shots"
    assert cv2.imread(path).shape == (480, 640, 3)
    whole = cv2.imread(path.replace(".png", "-window.png"))
    assert whole.shape[1::-1] == SIZE
    assert (part(shown.picture(), PLACES.frame)[60:400] == frozen).all(), "it stands still"
    counts = part(shown.picture(), PLACES.counts[4])
    assert share(counts, "chalk") > 0.05
    shown.press("space")
    shown.wait("(No digit|7) - default - Palote")
    shown.press("q")
    assert shown.ended() == 0
    assert "Pictures added to mine: 2. Train with them: palote train small" in shown.said
    own = data.ClassFolders.open(tmp_path / "mine", Settings())
    assert own.count("train") + own.count("test") == 2
    labels = {item.label for item in own.pictures("train")}
    assert labels == {4, 7}


def test_a_part_with_the_mouse(window: OpenWindow, tmp_path: Path):
    """Two digits side by side; the one that is framed is read."""
    page = np.concatenate([film.scene(7)[:, 140:460], film.scene(3)[:, 160:480]], axis=1)
    (tmp_path / "two").mkdir()
    cv2.imwrite(str(tmp_path / "two" / "page.png"), page)
    shown = window("--source", "two")
    shown.wait(".+ - default - Palote")
    x, y, width, height = PLACES.frame
    for left, digit in ((0, "7"), (width // 2, "3")):
        shown.drag((x + left + 10, y + 20), (x + left + width // 2 - 10, y + height - 20))
        shown.wait(f"{digit} - default - Palote")
    shown.press("h")
    until(lambda: share(part(shown.picture(), PLACES.stage), "card") > 0.4)
    shown.press("h", "w")
    shown.resize(820, 500)
    smaller = layout((820, 500), (film.WIDTH, film.HEIGHT))
    until(lambda: shown.picture().size == (820, 500))
    until(lambda: share(part(shown.picture(), smaller.frame), "desk") < 0.01)
    shown.press("q")
    assert shown.ended() == 0


def converted(keras: ModuleType, folder: Path) -> list[str]:
    """The shipped network in every format of Keras and LiteRT; return the files' names."""
    shutil.copy(catalog.ASSETS / "default.keras", folder)
    model = keras.saving.load_model(folder / "default.keras", compile=False)
    model.save(folder / "default.h5")
    (folder / "default.json").write_text(model.to_json())
    model.save_weights(folder / "default.weights.h5")
    model.export(folder / "default.tflite", format="litert", verbose=False)
    return ["default.tflite", "default.keras", "default.h5", "default.json"]


def go_through(shown: Window, names: list[str], answer: str) -> None:
    for name in names:
        shown.wait(f"{answer} - {re.escape(name)} - Palote")
        shown.press("m")
    shown.wait("8 - default - Palote")
    shown.press("q")
    assert shown.ended() == 0


def test_models_without_keras(window: OpenWindow, slides: Path, tmp_path: Path):
    """In a folder of several the better one reads, and it says so; m goes on to the others."""
    (tmp_path / "models").mkdir()
    shutil.copy(catalog.ASSETS / "default.onnx", tmp_path / "models" / "own.onnx")
    rng = np.random.default_rng(0)
    classifier = ScratchClassifier(hidden=(8,), epochs=1, random_state=0)
    classifier.fit(rng.random((40, 784), np.float32), np.arange(40) % 10)
    classifier.save(tmp_path / "models" / "own.npz")
    shown = window("--source", slides, "--model", "models")
    assert "own.onnx reads: ONNX reads fastest" in shown.wait_said("holds 2 models: .*")[0]
    shown.wait("8 - own.onnx - Palote")
    shown.press("m")
    go_through(shown, ["own.npz"], r".+")


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
def test_models_of_keras_and_litert(
    window: OpenWindow, slides: Path, tmp_path: Path, keras: ModuleType
):
    (tmp_path / "models").mkdir()
    names = converted(keras, tmp_path / "models")
    shown = window("--source", slides, "--model", "models")
    shown.wait_said("LiteRT starts and reads faster than Keras")
    go_through(shown, names, "8")


def test_a_model_that_cannot_be_loaded_is_passed_by(
    window: OpenWindow, slides: Path, tmp_path: Path
):
    (tmp_path / "models").mkdir()
    shutil.copy(catalog.ASSETS / "default.onnx", tmp_path / "models" / "own.onnx")
    (tmp_path / "models" / "worse.onnx").write_bytes(b"no model")
    shown = window("--source", slides, "--model", "models")
    shown.wait("8 - own.onnx - Palote")
    shown.press("m")
    shown.wait_said(r"worse\.onnx' is no ONNX model")
    assert shown.title == "8 - own.onnx - Palote"
    shown.press("m")
    shown.wait("8 - default - Palote")


def test_in_spanish(window: OpenWindow, tmp_path: Path):
    (tmp_path / "blank").mkdir()
    cv2.imwrite(str(tmp_path / "blank" / "a.png"), film.scene(None))
    shown = window("--source", "blank", "--lang", "es")
    shown.wait("No hay cifra - default - Palote")
    shown.press("7", "s")
    shown.wait_said("Imagen guardada: ")
    shown.process.send_signal(signal.SIGINT)
    assert shown.ended() in (0, 130)


def test_a_video_that_goes_away(window: OpenWindow, tmp_path: Path):
    path = film.write(tmp_path / "own.avi", [7], 10)
    shown = window("--source", path)
    shown.wait("7 - default - Palote")
    path.unlink()
    shown.wait_said("no video that can be read")
    film.write(tmp_path / "own.avi", [3], 10)
    shown.wait("3 - default - Palote")
    shown.press("q")
    assert shown.ended() == 0
    assert shown.said.count("no video") == 1


def run(*arguments: str, **environment: str | None) -> subprocess.CompletedProcess[str]:
    """Run ``palote webcam`` to its end, with some variables changed; None removes one."""
    variables = {**os.environ, **{k: v for k, v in environment.items() if v is not None}}
    for name, value in environment.items():
        if value is None:
            variables.pop(name, None)
    command = [sys.executable, "-m", "palote", "webcam", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=50, env=variables)


def test_figures_at_the_end(screen: str, movie: Path, tmp_path: Path):
    """With --verbose; the window is closed by the window manager, not by a key."""
    program = (
        "import sys, threading, pygame\n"
        "from palote.surfaces.cli import main\n"
        "post = lambda: pygame.event.post(pygame.event.Event(pygame.QUIT))\n"
        "threading.Timer(4, post).start()\n"
        "main(sys.argv[1:])\n"
    )
    arguments = ["-v", "webcam", "--source", str(movie), "--save-to", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        timeout=50,
        env={**os.environ, "DISPLAY": screen, "PYGAME_HIDE_SUPPORT_PROMPT": "1"},
    )
    assert done.returncode == 0, done.stderr
    found = re.search(r"(\d+) frames, ([\d.]+) a second; .* (\d+) ms \(median\)", done.stderr)
    assert found is not None, done.stderr
    assert int(found[1]) > 5 and float(found[2]) > 1


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems have a screen")
@pytest.mark.parametrize(
    "variables",
    [
        {"DISPLAY": None, "WAYLAND_DISPLAY": None, "SDL_VIDEODRIVER": None},
        {"DISPLAY": ":9977", "WAYLAND_DISPLAY": None, "SDL_VIDEODRIVER": None},
        {"SDL_VIDEODRIVER": "dummy"},
        {"SDL_VIDEODRIVER": "nosuch"},
    ],
)
def test_no_screen(variables: dict[str, str | None], slides: Path):
    done = run("--source", str(slides), **variables)
    assert done.returncode == 1 and done.stdout == ""
    assert re.fullmatch(
        r"palote: There is no screen to open a window on: .*palote serve .*\n", done.stderr
    )


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["--camera", "63"], 1, "There is no camera"),
        (["--source", "missing.avi"], 1, "There is no file 'missing.avi'"),
        (["--source", "empty"], 1, "There is no picture in the folder 'empty'"),
        (["--source", "notes.mp4"], 1, "'notes.mp4' is no video"),
        (["--source", "notes.png"], 1, "'notes.png' is text, not a picture"),
        (["--model", "nosuch"], 2, "There is no model 'nosuch'. Known names: default"),
        (["--model", "empty"], 2, "There is no model file"),
        (["--lang", "de"], 2, "--lang must be one of en, es; not 'de'"),
        (["--clean", "soap"], 2, "clean must be one of"),
        (["--save-to", "notes.mp4"], 2, "'notes.mp4' is a file"),
        (["--camera", "-1"], 2, "-1"),
    ],
)
def test_what_goes_wrong_at_the_start(
    screen: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    code: int,
    sentence: str,
):
    monkeypatch.chdir(tmp_path)
    Path("empty").mkdir()
    for name in ("notes.mp4", "notes.png"):
        Path(name).write_text("no video")
    done = run(*arguments, DISPLAY=screen)
    assert (done.returncode, done.stdout) == (code, "")
    assert sentence in done.stderr and "Traceback" not in done.stderr


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    from palote.surfaces.cli import main

    for name in ("pygame", *(f"palote.surfaces.webcam.{one}" for one in ("window", "draw", "pen"))):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, "pygame", None)
    with pytest.raises(SystemExit) as ended:
        main(["webcam"])
    assert ended.value.code == 1
    assert 'pip install "palote[webcam]"' in capsys.readouterr().err


@pytest.mark.soak
def test_25_frames_a_second(screen: str):
    """The goal, on a machine with nothing else to do."""
    from benchmarks.live_window import measure

    found = measure()
    assert found["fps"] >= 25, found
