"""Parquet tables of pictures, or of their paths, a piece at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from palote.bulk.place import EXTRA, Place
from palote.errors import DataError, MissingExtra, UsageError

if TYPE_CHECKING:
    from pyarrow import DataType, Schema
    from pyarrow.parquet import ParquetFile

__all__ = ["SUFFIX", "Table"]

SUFFIX = ".parquet"
PICTURES = ("image", "picture", "bytes", "content", "data", "png", "jpg")
PATHS = ("path", "file", "file_name", "filename", "url", "uri", "image", "picture")
NAMES = ("id", "path", "file_name", "filename", "file", "url", "uri", "name")
AT_ONCE = 64


@dataclass(frozen=True)
class Columns:
    """What is taken from a table.

    Attributes:
        picture: name of the column with pictures or paths.
        inside: whether the pictures themselves are in it.
        name: column that says what to call a row in the results, if there is one.
    """

    picture: str
    inside: bool
    name: str | None


class Table:
    """One Parquet file; closed when its ``with`` ends.

    Args:
        where: the place that it lies in.
        file: its name there.
        column: name of the column with pictures or paths; found by name and type if not given.

    Raises:
        MissingExtra: PyArrow is not installed.
        DataError: it is no Parquet file.
        UsageError: it has no such column.
    """

    def __init__(self, where: Place, file: str, column: str | None = None) -> None:
        try:
            from pyarrow import ArrowException, parquet
        except ImportError as error:
            raise MissingExtra(EXTRA, "Reading Parquet tables") from error
        self.url = f"{where.url}/{file}".rstrip("/")
        self._stream = where.open(file)
        try:
            self._file: ParquetFile = parquet.ParquetFile(self._stream)
            self.columns = _columns(self._file.schema_arrow, column, self.url)
        except (ArrowException, OSError) as error:
            self._stream.close()
            raise DataError(f"{self.url!r} is no Parquet table: {error}") from error
        except UsageError:
            self._stream.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self._stream.close()

    def __len__(self) -> int:
        return int(self._file.metadata.num_rows)

    def listed(self) -> Iterator[tuple[str, str | None]]:
        """Yield for each row what it is called, and its path if there is no picture inside."""
        taken = self.columns
        wanted = [] if taken.inside else [taken.picture]
        wanted += [taken.name] if taken.name and taken.name not in wanted else []
        number = 0
        if not wanted:
            yield from ((f"{self.url}#{row}", None) for row in range(len(self)))
            return
        for batch in self._file.iter_batches(AT_ONCE * AT_ONCE, columns=wanted):
            for row in batch.to_pylist():
                name = str(row[taken.name]) if taken.name and row[taken.name] is not None else ""
                path = None if taken.inside else str(row[taken.picture] or "")
                yield name or path or f"{self.url}#{number}", path
                number += 1

    def pictures(self, rows: Sequence[int]) -> Iterator[bytes]:
        """Yield the pictures of some rows; ``b""`` where there is none.

        Args:
            rows: their numbers from 0 on, ascending.
        """
        wanted = iter(rows)
        row = next(wanted, None)
        first = 0
        for group in range(self._file.num_row_groups):
            count = self._file.metadata.row_group(group).num_rows
            if row is not None and row < first + count:
                start = first
                for batch in self._file.iter_batches(
                    AT_ONCE, row_groups=[group], columns=[self.columns.picture]
                ):
                    while row is not None and row < start + len(batch):
                        yield _bytes(batch.column(0)[row - start].as_py())
                        row = next(wanted, None)
                    start += len(batch)
                    if row is None:
                        return
            first += count


def _bytes(value: bytes | dict[str, bytes | None] | None) -> bytes:
    # Tables of Hugging Face keep a picture as {"bytes": ..., "path": ...}.
    return (value.get("bytes") if isinstance(value, dict) else value) or b""


def _columns(schema: Schema, column: str | None, url: str) -> Columns:
    from pyarrow import types

    if column is not None and column not in schema.names:
        raise UsageError(
            f"The table {url!r} has no column {column!r}. It has: {', '.join(schema.names)}."
        )
    inside = [one.name for one in schema if _holds_pictures(one.type)]
    texts = [
        one.name for one in schema if types.is_string(one.type) or types.is_large_string(one.type)
    ]
    best = [name for name in PICTURES if name in inside]
    paths = [name for name in PATHS if name in texts]
    candidates = [column] if column else [*best, *(inside if len(inside) == 1 else []), *paths]
    if not candidates or candidates[0] not in (*inside, *texts):
        raise UsageError(
            f"Which column of the table {url!r} has the pictures, or their paths? Say it: "
            f"--column NAME. It has: {', '.join(schema.names)}."
        )
    picture = candidates[0]
    names = [name for name in NAMES if name in schema.names and name != picture]
    return Columns(picture, picture in inside, names[0] if names and picture in inside else None)


def _holds_pictures(kind: DataType) -> bool:
    from pyarrow import types

    if types.is_struct(kind):
        found = kind.get_field_index("bytes")
        return found >= 0 and _holds_pictures(kind.field(found).type)
    return bool(
        types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind)
    )
