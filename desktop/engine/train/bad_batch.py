"""Names the rows of the batch in which a number stopped being one; it knows no objective in particular.

Objectives cut, split, pack and pair rows each in its own way, and most leave some out, so a place in the tokenised set
says little about the file. What always holds is that the words of a batch come from its rows: the batch is read back as
text and the rows whose words stand in it are named. Rows that say the same are named together.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from desktop.engine.data.mixing.lazy_rows import ChosenRows
from desktop.engine.errors import UserError
from desktop.engine.run_folder import write_atomically

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

    from desktop.engine.data.mixing.portions import Portions
    from desktop.engine.data.rows import Row

FILE = "bad_batch.json"
_NAMED, _SHORT = 6, 40  # rows, and characters of each, in a sentence
_OVERLAP = 12  # characters of a text cut off that must be seen before it counts as the same
_NO_TOKENS = ("mask", "position", "type", "task", "seq_idx", "label_ids")
_NO_WORDS = ("role", "label", "rating", "task", "id", "name", "group")


@dataclass(frozen=True)
class BadRow:
    """One row of a bad batch.

    Attributes:
        set: title of its data set.
        row: place among the rows of its source, from 1.
        line: line of the file where it begins, 0 where the format has no lines.
        text: its words.
    """

    set: str
    row: int
    line: int
    text: str


def texts_of(
    batches: Iterable[Mapping[str, Any]], tokenizer: PreTrainedTokenizerBase, *, encoder_decoder: bool = False
) -> list[str]:
    """Return the sequences of ``batches`` as text, special tokens left out; words hidden from a model are put back.

    Args:
        batches: what the model was given; every two-dimensional tensor of whole numbers among it holds tokens.
        tokenizer: of the model.
        encoder_decoder: whether labels are texts of their own and not the inputs over again.
    """
    found: list[str] = []
    for batch in batches:
        tokens = {key: value.detach().cpu() for key, value in batch.items() if _holds_tokens(key, value)}
        labels, inputs = tokens.get("labels"), tokens.get("input_ids")
        if labels is not None and inputs is not None and labels.shape == inputs.shape and not encoder_decoder:
            tokens["input_ids"] = torch.where(labels >= 0, labels, inputs)
            del tokens["labels"]
        for value in tokens.values():
            for row in value.tolist():
                text = str(tokenizer.decode([token for token in row if token >= 0], skip_special_tokens=True)).strip()
                if text and text not in found:
                    found.append(text)
    return found


def rows_in(texts: Sequence[str], portions: Portions) -> list[BadRow]:
    """Return the rows that are learned from whose words stand in ``texts``, in the order of the sets."""
    squeezed = [_squeezed(text) for text in texts]
    found = []
    for one in portions.sets:
        rows, title = one.imported.rows, one.imported.entry.about.title
        places = [*one.train.tolist(), *one.old.tolist()]
        for place, row in zip(places, ChosenRows(rows, np.array(places, np.int64)), strict=True):
            if _stands_in(row, squeezed):
                words = " / ".join(_words(row))
                found.append(BadRow(title, int(rows.numbers[place]), int(rows.lines[place]), words))
    return found


def named(folder: Path, what: str, step: int, texts: Sequence[str], portions: Portions) -> str:
    """Find the rows, keep them in the run's ``folder``, and return the sentence that names them."""
    rows = rows_in(texts, portions)
    write_bad_batch(folder, what, step, texts, rows)
    return sentence(rows, texts)


def write_bad_batch(folder: Path, what: str, step: int, texts: Sequence[str], rows: Sequence[BadRow]) -> None:
    """Keep what is known of the batch in the run's folder; a disk that refuses must not hide the sentence."""
    values = {"what": what, "step": step, "rows": [asdict(row) for row in rows], "sequences": list(texts)}
    with contextlib.suppress(UserError):
        write_atomically(folder / FILE, json.dumps(values, ensure_ascii=False, indent=1))


def sentence(rows: Sequence[BadRow], texts: Sequence[str]) -> str:
    """Return which rows were in the batch, in a sentence; empty where nothing is known of it."""
    if not texts:
        return ""
    if not rows:
        return f"The batch read {_quoted(texts[0])}{' and more' if len(texts) > 1 else ''}; {FILE} has all of it."
    several = len({row.set for row in rows}) > 1
    named = [f"{f'{row.set} ' if several else ''}row {row.row} {_quoted(row.text)}" for row in rows[:_NAMED]]
    more = f" and {len(rows) - _NAMED} more" if len(rows) > _NAMED else ""
    where = "" if several else f" of {rows[0].set}"
    return f"Its batch{where} held {', '.join(named)}{more}; {FILE} in the run's folder has their whole text."


def _holds_tokens(key: str, value: Any) -> bool:
    if not isinstance(value, torch.Tensor) or value.dim() != 2 or any(part in key for part in _NO_TOKENS):
        return False
    return not value.is_floating_point() and value.dtype != torch.bool


def _words(value: Any, key: str = "") -> Iterator[str]:
    if isinstance(value, str):
        if value.strip() and key not in _NO_WORDS:
            yield value.strip()
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _words(item, str(name))
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _words(item, key)


def _stands_in(row: Row, sequences: Sequence[str]) -> bool:
    """Tell whether all words of ``row`` are in the batch, or as far as they go before they were cut off."""
    parts = [part for text in _words(row) if (part := _squeezed(text))]
    if not parts:
        return False
    for sequence in sequences:
        if not _touches(parts[0], sequence):
            continue
        if _is_cut(parts[0], sequence) or all(any(_touches(part, s) for s in sequences) for part in parts[1:]):
            return True
        found = [part for part in parts if part in sequence]
        cut = next((part for part in parts if part not in sequence), "")
        if found == parts[: len(found)] and _ends_with_start_of(cut, sequence):
            return True
    return False


def _touches(part: str, sequence: str) -> bool:
    return part in sequence or _is_cut(part, sequence)


def _is_cut(part: str, sequence: str) -> bool:
    """Tell whether only some of ``part`` is in ``sequence``: its end, its beginning, or all that the sequence says."""
    if part in sequence:
        return False
    if len(sequence) >= _OVERLAP and sequence in part:
        return True
    tail = part[-_OVERLAP:]
    place = sequence.find(tail) if len(part) > _OVERLAP else -1
    starts = place >= 0 and part.endswith(sequence[: place + len(tail)])
    return starts or _ends_with_start_of(part, sequence)


def _ends_with_start_of(part: str, sequence: str) -> bool:
    place = sequence.rfind(part[:_OVERLAP]) if len(part) > _OVERLAP else -1
    return place >= 0 and part.startswith(sequence[place:])


def _squeezed(text: str) -> str:
    """Return ``text`` without what tokenizers change on the way: white space and capitals."""
    return "".join(text.split()).casefold()


def _quoted(text: str) -> str:
    line = " ".join(text.split())
    return f"“{line[:_SHORT].rstrip()}…”" if len(line) > _SHORT else f"“{line}”"
