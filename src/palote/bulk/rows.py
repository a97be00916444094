"""An answer as a row; rows as Parquet, CSV or JSON lines; and rows counted again."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import BinaryIO, TypedDict

from palote import __version__
from palote.bulk.place import EXTRA
from palote.errors import MissingExtra, PaloteError, UsageError
from palote.result import Reading

__all__ = ["FORMATS", "Format", "Row", "failed", "format_of", "row"]

ERROR = "error"
"""Status of a picture that could not be read."""


class Row(TypedDict):
    """A row of the results.

    Attributes:
        path: what the picture is called.
        text: what was read; "" where there is nothing to read, or an error.
        raw: with separators.
        status: "ok", "unsure", "not_digit", "empty" or "error".
        confidence: calibrated, of the whole reading.
        value: the likeliest digits, however unsure.
        probabilities: for each digit, left to right, those of all ten.
        error: why it could not be read; "" if it was.
        code: the stable name of the error.
        model: name of the network.
        model_version: which one it was: start of its file's SHA-256, and what it had learnt.
        palote: version of Palote.
    """

    path: str
    text: str
    raw: str
    status: str
    confidence: float
    value: str
    probabilities: list[list[float]]
    error: str
    code: str
    model: str
    model_version: str
    palote: str


def row(path: str, reading: Reading, version: str) -> Row:
    """Return what was read as a row."""
    lines = reading.lines or (reading,)
    return Row(
        path=_clean(path),
        text=reading.text,
        raw=reading.raw,
        status=reading.status,
        confidence=round(reading.confidence, 6),
        value="\n".join("".join(digit.value for digit in line.digits) for line in lines),
        probabilities=[
            [round(float(share), 6) for share in digit.probabilities] for digit in reading.digits
        ],
        error="",
        code="",
        model=reading.model,
        model_version=version,
        palote=__version__,
    )


def failed(path: str, error: Exception, model: str, version: str) -> Row:
    """Return why a picture could not be read as a row."""
    known = isinstance(error, PaloteError)
    return Row(
        path=_clean(path),
        text="",
        raw="",
        status=ERROR,
        confidence=0.0,
        value="",
        probabilities=[],
        error=_clean(str(error) if known else f"Reading it failed: {error!r}."),
        code=error.code if isinstance(error, PaloteError) else "failed",
        model=model,
        model_version=version,
        palote=__version__,
    )


def _clean(text: str) -> str:
    # A name on Linux may hold bytes that are no letters, which no format takes.
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


@dataclass(frozen=True)
class Format:
    """A way of writing rows.

    Attributes:
        suffix: of the files.
        encode: rows -> a whole file.
        tally: a file -> status -> number of rows.
    """

    suffix: str
    encode: Callable[[Sequence[Row]], bytes]
    tally: Callable[[BinaryIO], Counter[str]]


OTHERS = frozenset(
    ("xls", "xlsx", "ods", "tsv", "txt", "json", "xml", "html", "db", "sqlite", "feather", "arrow")
)
"""Ends that say of a file what it is; any other may be that of a folder's name."""


def format_of(name: str | None, out: str) -> Format:
    """Return the format that is asked for by name, or by the end of the target's.

    Raises:
        UsageError: there is no such format.
        MissingExtra: it is Parquet, and PyArrow is not installed.
    """
    end = out.split("?")[0].rstrip("/").rpartition(".")[2].lower()
    if name is None and end in OTHERS:
        raise UsageError(
            f"Rows are not written as .{end}. End the target in .parquet, .csv or .jsonl; CSV is "
            "what every spreadsheet opens."
        )
    wanted = name or (end if end in FORMATS else "parquet")
    if wanted not in FORMATS:
        raise UsageError(f"There is no format {wanted!r}. Known ones: {', '.join(FORMATS)}.")
    if wanted == "parquet":
        try:
            import pyarrow.parquet  # noqa: F401
        except ImportError as error:
            raise MissingExtra(EXTRA, "Writing Parquet (unlike csv and jsonl)") from error
    return FORMATS[wanted]


def _parquet(rows: Sequence[Row]) -> bytes:
    import pyarrow as pa
    from pyarrow import parquet

    kinds = {"confidence": pa.float64(), "probabilities": pa.list_(pa.list_(pa.float32()))}
    schema = pa.schema([(name, kinds.get(name, pa.string())) for name in Row.__annotations__])
    content = pa.BufferOutputStream()
    parquet.write_table(pa.Table.from_pylist(list(rows), schema), content)
    return bytes(content.getvalue())


def _parquet_tally(file: BinaryIO) -> Counter[str]:
    from pyarrow import parquet

    return Counter(parquet.read_table(file, columns=["status"])["status"].to_pylist())


def _jsonl(rows: Sequence[Row]) -> bytes:
    return "".join(json.dumps(one) + "\n" for one in rows).encode("utf-8")


def _jsonl_tally(file: BinaryIO) -> Counter[str]:
    return Counter(str(json.loads(line)["status"]) for line in file)


def _csv(rows: Sequence[Row]) -> bytes:
    written = io.StringIO()
    table = csv.DictWriter(written, CSV_COLUMNS, lineterminator="\n", extrasaction="ignore")
    table.writeheader()
    for one in rows:
        # A spreadsheet has no lists; of several digits, `value` tells the likeliest.
        several = one["probabilities"]
        shares = several[0] if len(several) == 1 else [""] * 10
        table.writerow({**one, **{f"p{digit}": share for digit, share in enumerate(shares)}})
    return written.getvalue().encode("utf-8")


def _csv_tally(file: BinaryIO) -> Counter[str]:
    text = io.TextIOWrapper(file, "utf-8", newline="")
    found = Counter(one["status"] for one in csv.DictReader(text))
    text.detach()  # whoever opened the file closes it
    return found


CSV_COLUMNS = (
    *("path", "text", "raw", "status", "confidence", "value"),
    *(f"p{digit}" for digit in range(10)),
    *("error", "code", "model", "model_version", "palote"),
)
FORMATS = {
    "parquet": Format("parquet", _parquet, _parquet_tally),
    "csv": Format("csv", _csv, _csv_tally),
    "jsonl": Format("jsonl", _jsonl, _jsonl_tally),
}
