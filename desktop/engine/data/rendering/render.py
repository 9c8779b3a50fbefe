"""THE place where a row becomes tokens and a loss mask; training, preview and chat all come through here.

It knows tokenizers and templates, and nothing of models or trainers.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any

from desktop.engine.data.rendering.mask import mask_of
from desktop.engine.data.rendering.rendered import IGNORED as IGNORED
from desktop.engine.data.rendering.rendered import Answers as Answers
from desktop.engine.data.rendering.rendered import Rendered as Rendered
from desktop.engine.data.rendering.spans import Draft, chat_draft, rendered_text
from desktop.engine.data.rendering.templates import template_of
from desktop.engine.data.rows import Message, Row
from desktop.engine.errors import RequestError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

    Tools = list[dict[str, Any]] | None

BATCH = 1000
_PARALLEL = "TOKENIZERS_PARALLELISM"


def render_chat(
    messages: list[Message],
    tokenizer: PreTrainedTokenizerBase,
    *,
    answers: Answers = "all",
    template: str | None = None,
    tools: Tools = None,
) -> Rendered:
    """Return ``messages`` as tokens and loss mask.

    Args:
        messages: the conversation, ending with an answer.
        tokenizer: of the model, a fast one.
        answers: train on every answer, on the last one only, or on everything.
        template: a chat template to use instead of the model's own.
        tools: what the model may call, as JSON schemas.
    """
    return _tokenised(chat_draft(messages, tokenizer, template or template_of(tokenizer), answers, tools), tokenizer)


def render_prompt(
    messages: list[Message],
    tokenizer: PreTrainedTokenizerBase,
    *,
    template: str | None = None,
    tools: Tools = None,
) -> list[int]:
    """Return the tokens a model is given so that it answers ``messages`` next."""
    text = rendered_text(messages, tokenizer, template or template_of(tokenizer), tools, prompt=True)
    return list(tokenizer(text, add_special_tokens=False)["input_ids"])


def render_text(text: str, tokenizer: PreTrainedTokenizerBase) -> Rendered:
    """Return plain text as tokens, all trained on, between the marks of beginning and end the tokenizer has."""
    return _tokenised(_text_draft(text, tokenizer), tokenizer)


def render_row(
    row: Row, kind: str, tokenizer: PreTrainedTokenizerBase, *, answers: Answers = "all", template: str | None = None
) -> Rendered:
    """Return a canonical row of any kind as the model sees it, for previews and counts.

    Of a preference pair the chosen side is shown; a labelled text is only read; a target is trained on, its source not.
    """
    drafts = _drafts(row, kind, tokenizer, answers, template or template_of(tokenizer))
    return _whole([_tokenised(draft, tokenizer) for draft in drafts])


def render_sides(
    row: Row, kind: str, tokenizer: PreTrainedTokenizerBase, *, answers: Answers = "all", template: str | None = None
) -> list[Rendered]:
    """Return a row in the parts that are cut by themselves: both answers of a preference pair, source and target."""
    if kind == "preference":
        return [
            render_row({**row, "chosen": row[side]}, kind, tokenizer, template=template)
            for side in ("chosen", "rejected")
        ]
    drafts = _drafts(row, kind, tokenizer, answers, template or template_of(tokenizer))
    return [_tokenised(draft, tokenizer) for draft in drafts]


def render_many(
    rows: Iterable[Row],
    kind: str,
    tokenizer: PreTrainedTokenizerBase,
    *,
    answers: Answers = "all",
    template: str | None = None,
) -> Iterator[Rendered | RequestError]:
    """Yield what :func:`render_row` returns or raises for each row, with every core at work.

    Templates are written out here while the batch before is tokenised in a thread: tokenizers let go of the
    interpreter there, and spread a batch over the cores. Two batches are in memory at a time.
    """
    chosen = template or template_of(tokenizer)
    source = iter(rows)
    with ThreadPoolExecutor(1, thread_name_prefix="tokenise") as pool:
        waiting: tuple[list[list[Draft] | RequestError], Future[list[Any]]] | None = None
        while batch := list(islice(source, BATCH)):
            drafts = [_drafts_or_fault(row, kind, tokenizer, answers, chosen) for row in batch]
            texts = [draft.text for made in drafts if isinstance(made, list) for draft in made]
            ready, waiting = waiting, (drafts, pool.submit(encode_many, texts, tokenizer))
            if ready is not None:
                yield from _finished(ready[0], ready[1].result())
        if waiting is not None:
            yield from _finished(waiting[0], waiting[1].result())


def encode_many(texts: list[str], tokenizer: PreTrainedTokenizerBase) -> list[Any]:
    """Return an encoding (``ids`` and ``offsets``) of each text, spread over the cores."""
    _encoded("", tokenizer)  # refuses a slow tokenizer, and clears what cutting or padding an earlier call asked for
    backend: Any = tokenizer
    with _all_cores():
        return list(backend.backend_tokenizer.encode_batch(texts, add_special_tokens=False))


def tokens_of(texts: Iterable[str], tokenizer: PreTrainedTokenizerBase, *, marks: bool = False) -> Iterator[list[int]]:
    """Yield the tokens of each text, a batch at a time on every core; ``marks`` adds the tokenizer's own."""
    source = iter(texts)
    while batch := list(islice(source, BATCH)):
        with _all_cores():
            found: list[list[int]] = tokenizer(batch, add_special_tokens=marks)["input_ids"]
        yield from found


def _drafts(row: Row, kind: str, tokenizer: PreTrainedTokenizerBase, answers: Answers, template: str) -> list[Draft]:
    """Return the texts a row is made of; a pair has two, anything else one."""
    tools = row.get("tools")
    if kind == "chat":
        return [chat_draft(row["messages"], tokenizer, template, answers, tools)]
    if kind == "preference":
        return [chat_draft([*row["prompt"], *row["chosen"]], tokenizer, template, "last", tools)]
    if kind == "rated":
        return [chat_draft([*row["prompt"], *row["completion"]], tokenizer, template, "last", tools)]
    if kind == "prompt":
        return [Draft(rendered_text(row["prompt"], tokenizer, template, tools, prompt=True), [])]
    if kind == "pair":
        source, target = (_text_draft(row[side], tokenizer, begins=False) for side in ("source", "target"))
        return [Draft(source.text, []), target]
    draft = _text_draft(row["text"], tokenizer)
    return [draft if kind == "text" else Draft(draft.text, [])]


def _drafts_or_fault(
    row: Row, kind: str, tokenizer: PreTrainedTokenizerBase, answers: Answers, template: str
) -> list[Draft] | RequestError:
    try:
        return _drafts(row, kind, tokenizer, answers, template)
    except RequestError as error:
        return error


def _text_draft(text: str, tokenizer: PreTrainedTokenizerBase, *, begins: bool = True) -> Draft:
    before, after = _around(tokenizer)
    start = before if begins and not text.startswith(before) else ""
    return Draft(start + text + ("" if after and text.endswith(after) else after), None)


def _around(tokenizer: PreTrainedTokenizerBase) -> tuple[str, str]:
    """Return the marks of beginning and end that objectives put around a text of its own."""
    if tokenizer.mask_token is not None and tokenizer.cls_token is not None and tokenizer.sep_token is not None:
        return str(tokenizer.cls_token), str(tokenizer.sep_token)
    return str(tokenizer.bos_token or ""), str(tokenizer.eos_token or "")


def _finished(drafts: list[list[Draft] | RequestError], encodings: list[Any]) -> Iterator[Rendered | RequestError]:
    waiting = iter(encodings)
    for made in drafts:
        if isinstance(made, RequestError):
            yield made
        else:
            yield _whole([_masked(draft, *_ids_and_places(next(waiting))) for draft in made])


def _ids_and_places(encoding: Any) -> tuple[list[int], list[tuple[int, int]]]:
    return encoding.ids, encoding.offsets


def _whole(parts: list[Rendered]) -> Rendered:
    whole = parts[0]
    for part in parts[1:]:
        whole = whole.followed_by(part)
    return whole


def _tokenised(draft: Draft, tokenizer: PreTrainedTokenizerBase) -> Rendered:
    encoded = _encoded(draft.text, tokenizer)
    return _masked(draft, list(encoded["input_ids"]), [(a, b) for a, b in encoded["offset_mapping"]])


def _masked(draft: Draft, ids: list[int], offsets: list[tuple[int, int]]) -> Rendered:
    mask = [True] * len(ids) if draft.spans is None else mask_of(offsets, draft.spans)
    return Rendered(ids, mask, draft.text, offsets)


def _encoded(text: str, tokenizer: PreTrainedTokenizerBase) -> Any:
    try:
        # The template has written its special tokens already; the tokenizer would add its own a second time.
        return tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
    except NotImplementedError as error:
        raise RequestError(
            "slow_tokenizer",
            "The tokenizer of this model cannot tell which characters a token stands for, so no loss mask can be made.",
            "Use a model folder with a tokenizer.json.",
        ) from error


@contextmanager
def _all_cores() -> Iterator[None]:
    """Let tokenizers spread a batch over the cores; elsewhere they may not, for their threads outlive the call."""
    before = os.environ.get(_PARALLEL)
    os.environ[_PARALLEL] = "true"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_PARALLEL]
        else:
            os.environ[_PARALLEL] = before
