"""What several operations work on: the data set and the tokenizer of a request, kept until another is asked for.

It knows no operation.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop.engine.data.dataset import Imported, open_source
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


def data_of(params: DataParams, reply: Reply) -> Imported:
    """Return the rows asked about; the file is read again only when it or the request has changed."""

    def tell(rows: int) -> None:
        reply.check()
        reply.stream({"what": "Reading rows", "done": rows, "total": 0})

    key = (params.source.model_dump_json(), params.kinds, fingerprint(Path(params.source.path).expanduser()))
    return reply.kept.hold("data", key, lambda: open_source(params.source, params.kinds, tell))


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
