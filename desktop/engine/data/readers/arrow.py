"""Arrow: a single file or stream, or a folder the datasets library saved; it knows nothing of what it holds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from desktop.engine.data.readers.base import Reader
from desktop.engine.data.reading.arrow_batches import not_readable, records_of
from desktop.engine.data.rows import BadRow, Record
from desktop.engine.errors import RequestError
from desktop.paths import is_inside


class Arrow(Reader):
    """An ``.arrow`` file, a folder with ``data-*.arrow`` files beside a ``state.json``, or a folder of such splits."""

    id: ClassVar[str] = "arrow"
    title: ClassVar[str] = "Arrow"
    summary: ClassVar[str] = "A table in memory form, as the datasets library saves it."
    suffixes: ClassVar[tuple[str, ...]] = (".arrow", ".feather")
    order: ClassVar[int] = 60

    def takes(self, path: Path) -> bool:
        """Tell whether ``path`` is such a file or folder."""
        return super().takes(path) or (path.is_dir() and (_is_saved(path) or bool(_splits(path))))

    def files_in(self, folder: Path) -> list[Path]:
        """Return the files of the saved set, or of the split that is taken; of any other folder all Arrow files."""
        if not folder.is_dir():
            return [folder]
        if splits := _splits(folder):
            folder = folder / _taken(splits)
        if _is_saved(folder):
            return sorted(path for path in folder.glob("data-*.arrow") if is_inside(path, folder))
        return super().files_in(folder)

    def read_file(self, path: Path, encoding: str) -> Iterator[Record | BadRow]:
        """Yield the rows of the file."""
        import pyarrow as pa

        try:
            yield from records_of(path, _batches(path), 0)
        except (pa.ArrowException, OSError, ValueError) as error:
            raise not_readable(path, "Arrow") from error

    def about(self, path: Path, encoding: str = "auto") -> dict[str, str]:
        """Return which of several splits is read."""
        splits = _splits(path) if path.is_dir() else []
        if not splits:
            return {}
        taken = _taken(splits)
        others = ", ".join(name for name in splits if name != taken)
        return {"split": f"{taken} (not read: {others})" if others else taken}


def _is_saved(folder: Path) -> bool:
    return (folder / "state.json").is_file() and any(folder.glob("data-*.arrow"))


def _splits(folder: Path) -> list[str]:
    """Return the names of the splits that the datasets library saved beside each other."""
    listing = folder / "dataset_dict.json"
    if not listing.is_file():
        return []
    try:
        names = json.loads(listing.read_text(encoding="utf-8"))["splits"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise RequestError(
            "not_readable", f"{listing} does not list the splits of a data set.", "Choose one of the folders in it."
        ) from None
    known = [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
    return [name for name in known if is_inside(folder / name, folder) and _is_saved(folder / name)]


def _taken(splits: list[str]) -> str:
    return "train" if "train" in splits else splits[0]


def _batches(path: Path) -> Iterator[Any]:
    import pyarrow as pa

    with pa.memory_map(str(path)) as source:
        try:
            file = pa.ipc.open_file(source)
        except pa.ArrowInvalid:  # not the file form: the stream form has no closing table of contents
            source.seek(0)
            with pa.ipc.open_stream(source) as stream:
                yield from stream
            return
        with file:
            for index in range(file.num_record_batches):
                yield file.get_batch(index)
