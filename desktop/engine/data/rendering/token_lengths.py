"""Counts the tokens of many rows and says what a longest length would do to them; it knows no file and no process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from desktop.engine.data.rendering.lengths import measure, pad
from desktop.engine.data.rendering.render import render_many
from desktop.engine.data.rendering.rendered import Answers
from desktop.engine.data.rows import Row
from desktop.engine.errors import RequestError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

MOST = 20_000
BATCH_SIZE = 8
SEED = 7
_TELL_EVERY = 500


def _quiet(done: int, total: int) -> None:
    """Tell nobody."""


def measured(
    rows: Sequence[Row],
    kind: str,
    tokenizer: PreTrainedTokenizerBase,
    max_length: int,
    *,
    answers: Answers = "all",
    template: str | None = None,
    most: int = MOST,
    batch_size: int = BATCH_SIZE,
    seed: int = SEED,
    told: Callable[[int, int], None] = _quiet,
) -> dict[str, Any]:
    """Return the fields of :class:`~desktop.engine.data.rendering.lengths.Lengths` and ``Padding`` for ``rows``.

    Of more than ``most`` rows some are taken, spread evenly (``sampled``); those the template does not take are
    ``refused``. ``told(done, total)`` is called now and then; what it raises ends the counting.

    Raises:
        RequestError: the template takes none of the rows.
    """
    step = max(1, -(-len(rows) // most))
    places = range(0, len(rows), step)
    lengths: list[int] = []
    first: list[int] = []
    trained: list[int] = []
    refused: list[RequestError] = []
    told(0, len(places))
    made = render_many(_chosen(rows, places), kind, tokenizer, answers=answers, template=template)
    for number, rendered in enumerate(made, start=1):
        if number % _TELL_EVERY == 0:
            told(number, len(places))
        if isinstance(rendered, RequestError):
            refused.append(rendered)
            continue
        mask = rendered.labels_mask
        lengths.append(len(mask))
        trained.append(sum(mask))
        first.append(mask.index(True) if True in mask else len(mask))
    if refused and not lengths:
        raise refused[0]
    return {
        **measure(lengths, first, trained, max_length).as_dict(),
        **asdict(pad(lengths, max_length, batch_size, seed)),
        "refused": len(refused),
        "sampled": step > 1,
        "total": len(rows),
    }


def _chosen(rows: Sequence[Row], places: range) -> Iterator[Row]:
    return iter(rows) if places.step == 1 else (rows[place] for place in places)
