"""The picture out of what a component sends, and that nothing of it stays on the disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from palote.errors import FileNotReadable, TooManyBytes
from palote.result import Json
from palote.surfaces.gradio_app.intake import Intake, data_url


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "uploads"
    made.mkdir()
    return made


@pytest.fixture
def intake(folder: Path) -> Intake:
    return Intake(folder, 1000)


def uploaded(folder: Path, name: str, content: bytes = b"picture") -> dict[str, Json]:
    """A file as Gradio puts it down: in a folder of its own, named after its content."""
    place = folder / f"hash-of-{name}"
    place.mkdir()
    (place / name).write_bytes(content)
    return {"path": str(place / name), "url": f"http://127.0.0.1/file={name}"}


def test_an_upload_is_read_and_deleted(intake: Intake, folder: Path) -> None:
    assert intake.picture(uploaded(folder, "a.png")) == b"picture"
    assert list(folder.iterdir()) == []


def test_a_picture_in_memory(intake: Intake) -> None:
    url = "data:image/png;base64,AAAA"
    assert intake.picture({"path": None, "url": url}) == url
    assert intake.picture(None) is None
    assert intake.picture({"path": None, "url": None}) is None


def test_nothing_outside_the_folder_is_opened_or_deleted(
    intake: Intake, folder: Path, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"secret")
    (folder / "link.png").symlink_to(secret)
    for path in (secret, folder / ".." / "secret.png", folder / "link.png", folder):
        with pytest.raises(FileNotReadable, match="no longer there"):
            intake.picture({"path": str(path)})
    assert secret.read_bytes() == b"secret"


def test_an_address_is_refused(intake: Intake) -> None:
    with pytest.raises(FileNotReadable, match="is a web address"):
        intake.picture({"path": "HTTPS://example.org/a.png"})


def test_too_large_a_file_is_deleted_too(intake: Intake, folder: Path) -> None:
    with pytest.raises(TooManyBytes, match="more than 1,000 bytes"):
        intake.picture(uploaded(folder, "a.png", bytes(1001)))
    assert list(folder.iterdir()) == []


def test_only_a_data_url_holds_a_drawing() -> None:
    assert data_url("data:image/png;base64,AAAA") == "data:image/png;base64,AAAA"
    for sent in ("/etc/hostname", "https://example.org/a.png", "", None, {"path": "a"}):
        assert data_url(sent) is None
