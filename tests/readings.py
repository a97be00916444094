"""Readings, sets and finished trainings that the tests make up for themselves."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from palote.data import Item, Part, Skip
from palote.evaluation import NOTHING, Judged
from palote.model import catalog

PHASES = ("main", "main", "finish")


@dataclass(frozen=True)
class Pictures:
    """A set of given pictures."""

    name: str
    items: Sequence[tuple[NDArray[np.uint8], int]]

    def count(self, split: Part) -> int:
        return len(self.items) if split == "test" else 0

    def pictures(self, split: Part, skip: Skip | None = None) -> Iterator[Item]:
        for number, (pixels, label) in enumerate(self.items[: self.count(split)]):
            yield Item(pixels, label, f"made/up/{number}")


def patch(digit: int) -> NDArray[np.uint8]:
    """A printed digit as the network would see it."""
    picture = np.zeros((28, 28), np.uint8)
    cv2.putText(picture, str(digit), (7, 22), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 255, 2, cv2.LINE_AA)
    return picture


def judged(
    name: str = "mnist",
    count: int = 200,
    wrong: dict[int, int] | None = None,
    unsure: Sequence[int] = (),
) -> Judged:
    """What a reader might make of pictures that show 0, 1, ... 9, 0, 1, ...

    Args:
        wrong: index -> the wrong answer, or `NOTHING`.
        unsure: indices whose answer is withheld.
    """
    labels = np.arange(count) % 10
    answers = labels.copy()
    for index, answer in (wrong or {}).items():
        answers[index] = answer
    found = answers != NOTHING
    confidences = np.where(found, 0.9 + 0.0004 * (np.arange(count) % 200), 0.0)
    probabilities = np.zeros((count, 10), np.float32)
    rest = (1 - confidences) / 9
    probabilities[found] = rest[found, None]
    probabilities[found, answers[found]] = confidences[found]
    statuses = np.where(found, "ok", "empty").astype("<U9")
    statuses[list(unsure)] = "unsure"
    return Judged(
        name,
        probabilities,
        confidences.astype(np.float32),
        statuses,
        labels.astype(np.int64),
        np.stack([patch(int(label)) for label in labels]),
        np.array([f"home/ana/pictures/{label}/{i}.png" for i, label in enumerate(labels)]),
    )


def run_folder(folder: Path, *sets: Judged, name: str = "tiny") -> Path:
    """A finished training, with the shipped network as what came of it."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(catalog.ASSETS / "default.onnx", folder / f"{name}.onnx")
    card = json.loads((catalog.ASSETS / "default.card.json").read_text())
    digest = card["sha256"]["default.onnx"]
    card |= {"name": name, "sha256": {f"{name}.onnx": digest}, "data": ["mnist"]}
    (folder / f"{name}.card.json").write_text(json.dumps(card))
    config = {"network": name, "command": f"palote train {name} --epochs 3", "seed": 2026}
    (folder / "config.json").write_text(json.dumps(config))
    rows = [
        {
            "phase": phase,
            "epoch": number,
            "loss": 1.5 / (number + 1),
            "accuracy": 0.9 + 0.02 * number,
            # What is trained on everything at the end has nothing to be validated with.
            "val_loss": "" if phase == "finish" else 1.2 / (number + 1),
            "val_accuracy": "" if phase == "finish" else 0.93 + 0.02 * number,
            "learning_rate": 0.001,
            "seconds": 12.5,
        }
        for number, phase in enumerate(PHASES)
    ]
    with (folder / "metrics.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    layers = [
        {"name": "ink", "kind": "InputLayer", "shape": [28, 28, 1], "parameters": 0},
        {"name": "edges", "kind": "Conv2D", "shape": [28, 28, 16], "parameters": 160},
        {"name": "flat", "kind": "Flatten", "shape": [12544], "parameters": 0},
        {"name": "logits", "kind": "Dense", "shape": [10], "parameters": 125450},
    ]
    result = {
        "name": name,
        "description": "A network <for> tests.",
        "seconds": 3725.0,
        "stopped": False,
        "stages": [
            {"name": "main", "seconds": 3600.0, "val_accuracy": 0.95},
            {"name": "finish", "seconds": 125.0, "val_accuracy": None},
        ],
        "parameters": 125610,
        "layers": layers,
        "environment": {"Python": "3.11.2", "cores": "2"},
        "latency_ms": 0.25,
        "files": {f"{name}.onnx": 571784},
        "test": {one.name: {"right": one.hits, "count": len(one)} for one in sets},
    }
    (folder / "result.json").write_text(json.dumps(result))
    for one in sets:
        one.save(folder / f"judged-{one.name}.npz")
    return folder


class Page(HTMLParser):
    """A page, taken apart.

    Attributes:
        elements: name and attributes of every element, in order.
        tables: caption -> rows of the texts of its cells, heads included.
        text: all text, as a person reads it.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.source = path.read_text(encoding="utf-8")
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.tables: dict[str, list[list[str]]] = {}
        self._open: list[str] = []
        self._texts: list[str] = []
        self._caption = ""
        self.feed(self.source)
        self.close()
        assert not self._open, f"never closed: {self._open}"
        self.text = " ".join(" ".join(self._texts).replace("\u00a0", " ").split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in ("meta", "img", "br", "link"):
            self._open.append(tag)
        if tag == "table":
            self._caption = ""
        elif tag == "tr":
            self.tables[self._caption].append([])
        elif tag in ("td", "th"):
            self.tables[self._caption][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._open and self._open.pop() == tag, f"</{tag}> closes nothing"

    def handle_data(self, data: str) -> None:
        if "style" in self._open:
            return
        self._texts.append(data)
        if self._open[-1:] == ["caption"]:
            self._caption = data
            self.tables[data] = []
        elif "td" in self._open or "th" in self._open:
            self.tables[self._caption][-1][-1] += data.replace("\u00a0", " ")

    def ids(self, element: str = "section") -> list[str]:
        return [str(attrs["id"]) for name, attrs in self.elements if name == element]

    def check(self) -> None:
        """It opens offline, runs nothing, and can be heard."""
        names = {name for name, _ in self.elements}
        assert not names & {"script", "link", "iframe", "object", "embed", "base"}
        assert (
            "http" not in self.source and "url(" not in self.source and "@import" not in self.source
        )
        every = [attrs["id"] for _, attrs in self.elements if "id" in attrs]
        assert len(every) == len(set(every))
        for name, attrs in self.elements:
            assert not [key for key in attrs if key.startswith("on")]
            if name == "img":
                assert attrs["alt"] and str(attrs["src"]).startswith("data:image/png;base64,")
            if name == "svg":
                assert attrs.get("aria-label") or attrs.get("aria-hidden") == "true"
            if name == "a":
                assert str(attrs["href"]).removeprefix("#") in every
        assert self.tables and all(rows[0] for rows in self.tables.values())
