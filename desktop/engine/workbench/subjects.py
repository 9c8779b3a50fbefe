"""What several operations work on: the data set and the tokenizer of a request, kept until another is asked for.

It knows no operation.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop.engine.data.dataset import Imported, import_surveyed, survey
from desktop.engine.data.library.importing import Reading
from desktop.engine.data.library.pages import Pages
from desktop.engine.job import DataSource
from desktop.engine.models.library import resolve
from desktop.engine.options import Options
from desktop.engine.workbench.base import Reply

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


class DataParams(Options):
    """What every operation on data is asked with.

    Attributes:
        source: the data set, as in a job file.
        kinds: kinds of rows wanted; any, where empty.
    """

    source: DataSource
    kinds: tuple[str, ...] = ()


def telling(reply: Reply) -> Callable[[Reading], None]:
    """Return what tells ``reply`` how far an import is, and ends the import where nobody waits for it any more."""

    def tell(reading: Reading) -> None:
        reply.check()
        reply.stream(
            {
                "what": "Reading rows", "done": reading.bytes, "total": reading.total, "rows": reading.rows,
                "rate": reading.rate, "left": reading.left,
            }
        )  # fmt: skip

    return tell


def data_of(params: DataParams, reply: Reply) -> Imported:
    """Return the rows asked about; the file is read again only when it or the request has changed."""
    key = (params.source.model_dump_json(), params.kinds, fingerprint(Path(params.source.path).expanduser()))
    return reply.kept.hold("data", key, lambda: _read(params, reply))


def pages_of(params: DataParams, reply: Reply) -> Pages:
    """Return the rows asked about, good and bad, in pages."""
    imported = data_of(params, reply)
    key = (imported.entry.folder, imported.view.found_file)
    return reply.kept.hold("pages", key, lambda: Pages(imported.entry, imported.view, params.source.edits))


def _read(params: DataParams, reply: Reply) -> Imported:
    return import_surveyed(survey(params.source, params.kinds), params.kinds, telling(reply))


def tokenizer_of(model: str, reply: Reply) -> PreTrainedTokenizerBase:
    """Return the tokenizer of the model called ``model``."""
    ref = resolve(model)

    def load() -> Any:
        from desktop.engine.models.load import load_tokenizer

        return load_tokenizer(ref)

    loaded: PreTrainedTokenizerBase = reply.kept.hold("tokenizer", fingerprint(ref.tokenizer_folder), load)
    return loaded


def fingerprint(path: Path) -> tuple[str, int, int]:
    """Return what changes when the file or folder at ``path`` does, without reading it."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return (str(path), 0, 0)
    return (str(path), found.st_mtime_ns, found.st_size)
