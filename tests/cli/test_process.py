"""The program as the shell sees it: standard input, closed pipes, Ctrl+C, terminals, time."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import PALOTE

Program = Callable[..., subprocess.CompletedProcess[bytes]]

posix = pytest.mark.skipif(os.name != "posix", reason="pipes, signals and terminals of POSIX")
MANY = 3000


def test_a_picture_on_standard_input(program: Program, photo: str) -> None:
    result = program("read", "-", "--json", stdin=Path(photo).read_bytes())
    answer = json.loads(result.stdout)
    assert (answer["path"], answer["text"]) == ("-", "7")
    assert (result.returncode, result.stderr) == (0, b"")


def test_nothing_on_standard_input(program: Program) -> None:
    result = program("read", "-")
    assert (result.returncode, result.stdout) == (1, b"")
    assert b"empty" in result.stderr and b"Traceback" not in result.stderr


def test_too_much_on_standard_input(
    program: Program, photo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PALOTE_MAX_BYTES", "100")
    result = program("read", "-", "--json", stdin=Path(photo).read_bytes())
    assert result.returncode == 1
    assert json.loads(result.stdout)["error"]["code"] == "too-many-bytes"


@posix
def test_a_closed_pipe_is_quiet(photo: str) -> None:
    with subprocess.Popen(
        [*PALOTE, "read", *[photo] * MANY], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        assert process.stdout.readline().startswith(b"7 ")
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(40) == 1


@posix
def test_a_pipe_that_closes_before_a_short_answer(photo: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    result = subprocess.run([*PALOTE, "read", photo], stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    assert (result.returncode, result.stderr) == (1, b"")


@posix
def test_interrupted(photo: str) -> None:
    process = subprocess.Popen(
        [*PALOTE, "read", *[photo] * MANY], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=40)
    assert (process.returncode, said) == (130, b"")


@posix
def test_standard_output_that_is_full_or_closed(photo: str) -> None:
    with open("/dev/full", "w") as full:
        result = subprocess.run([*PALOTE, "read", photo], stdout=full, stderr=subprocess.PIPE)
    assert result.returncode == 1
    assert result.stderr.startswith(b"palote: ") and b"No space left" in result.stderr
    assert result.stderr.count(b"\n") == 1
    closed = subprocess.run(
        ["sh", "-c", '"$@" >&-', "sh", *PALOTE, "read", photo], stderr=subprocess.PIPE
    )
    assert (closed.returncode, closed.stderr) == (0, b"")


@pytest.mark.skipif(sys.platform != "linux", reason="file names of any bytes are a Linux matter")
def test_a_name_that_no_encoding_knows(program: Program, photo: str) -> None:
    name = os.fsdecode(b"caf\xe9-\xff.png")
    os.rename(photo, name)
    for form in ((), ("--csv",)):
        result = program("read", name, *form)
        assert result.returncode == 0 and b"udce9" in result.stdout
    answer = json.loads(program("read", name, "--json").stdout)
    assert os.fsencode(answer["path"]) == b"caf\xe9-\xff.png"


def in_a_terminal(command: str) -> str:
    """Run a command of the shell in a terminal of its own; return what was drawn on it."""
    import pty

    child, terminal = pty.fork()
    if child == 0:
        os.environ |= {"PALOTE": f"{sys.executable} -m palote", "TERM": "xterm", "COLUMNS": "100"}
        os.execvp("sh", ["sh", "-c", command])
    drawn = b""
    try:
        while chunk := os.read(terminal, 65536):
            drawn += chunk
    except OSError:  # Linux says so when the other side has closed
        pass
    os.close(terminal)
    os.waitpid(child, 0)
    return drawn.decode()


@posix
def test_a_bar_on_the_terminal_and_only_there(photo: str) -> None:
    for number in range(40):
        shutil.copy(photo, f"{number:02}.png")
    drawn = in_a_terminal("$PALOTE read '??.png' > answers.txt")
    assert "40/40" in drawn and "  00.png" not in drawn
    answers = Path("answers.txt").read_text()
    assert answers.count("\n") == 40 and "\x1b" not in answers
    both = in_a_terminal("$PALOTE read '??.png' nosuch")
    assert "41/41" in both and "  39.png" in both and "There is no file 'nosuch'" in both
    assert "/" not in in_a_terminal(f"$PALOTE read {photo}")


@posix
def test_standard_input_that_is_the_keyboard() -> None:
    assert "Send one: palote read - < photo.png" in in_a_terminal("$PALOTE read -")


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_completion_in_bash(tmp_path: Path) -> None:
    folder = Path(sys.executable).parent
    script = (
        "_PALOTE_COMPLETE=source_bash palote > completion.sh; source completion.sh; "
        "complete -p palote; "
        'COMP_WORDS=(palote do); COMP_CWORD=1; _palote_completion palote; echo "${COMPREPLY[@]}"; '
        "COMP_WORDS=(palote read --clean ad); COMP_CWORD=3; _palote_completion palote; "
        'echo "${COMPREPLY[@]}"; '
        "COMP_WORDS=(palote read --model de); COMP_CWORD=3; _palote_completion palote; "
        'echo "${COMPREPLY[@]}"'
    )
    environment = os.environ | {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    result = subprocess.run(
        ["bash", "--norc", "-c", script],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    registered, command, cleaning, model = result.stdout.splitlines()
    assert "_palote_completion" in registered
    assert (command, cleaning, model) == ("doctor", "adaptive", "default")


LOADED = """
import sys
sys.argv = ["palote", "read", "photo.png"]
from palote.surfaces.cli import main
try:
    main()
except SystemExit as ended:
    assert not ended.code, ended.code
print(*sorted(sys.modules))
"""


def test_reading_loads_only_what_it_needs(photo: str) -> None:
    result = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True)
    answer, modules = result.stdout.splitlines()
    assert answer.startswith("7 ")
    loaded = set(modules.split())
    slow = {"fastapi", "importlib.metadata", "keras", "pydantic", "rich", "tensorflow", "uvicorn"}
    assert not loaded & slow
    assert "onnxruntime" in loaded


@posix
def test_from_start_to_answer(photo: str) -> None:
    """0.6 s on a quiet machine; here the processor's time counts, for others work on it too."""
    import resource

    def used() -> float:
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        return children.ru_utime + children.ru_stime

    times = []
    for _ in range(3):
        before = used()
        subprocess.run([*PALOTE, "read", photo], check=True, stdout=subprocess.DEVNULL)
        times.append(used() - before)
    assert min(times) < 1.5
