"""The render operation: one row exactly as the model sees it, token by token; it loads a tokenizer, never a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from desktop.engine.data.rendering.templates import trusted
from desktop.engine.data.rows import Row
from desktop.engine.errors import RequestError
from desktop.engine.job import DataSource
from desktop.engine.options import Options
from desktop.engine.workbench.base import Operation, Reply
from desktop.engine.workbench.subjects import DataParams, data_of, tokenizer_of
from desktop.engine.workbench.templates import conversation_of, template_for, tried_on

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

    from desktop.engine.data.rendering.rendered import Rendered


class RenderParams(Options):
    """What is asked: a row of a source, or ``messages`` given directly.

    Attributes:
        model: whose tokenizer and template.
        source: the data set.
        kinds: kinds of rows wanted from it.
        row: index among its good rows, from 0.
        messages: a conversation to render instead.
        tools: what that conversation may call.
        answers: what is trained on.
        template: name of one of our templates, or a template's text, instead of the model's own.
        max_length: tokens beyond which the row is too long.
        overlong: what happens to it then.
    """

    model: str = "starter"
    source: DataSource | None = None
    kinds: tuple[str, ...] = ()
    row: int = Field(default=0, ge=0)
    messages: tuple[dict[str, Any], ...] = ()
    tools: tuple[dict[str, Any], ...] = ()
    answers: Literal["all", "last", "everything"] = "all"
    template: str | None = None
    max_length: int = Field(default=1_048_576, ge=1)
    overlong: Literal["truncate", "drop", "split"] = "truncate"


class Render(Operation):
    """Renders one row with its loss mask."""

    id: ClassVar[str] = "render"
    title: ClassVar[str] = "Rendering a row"
    summary: ClassVar[str] = "One row with its special tokens, token borders and what is trained on."

    def run(self, params: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """Return the text, its pieces as ``[text, trained]`` with their ids, what is cut off, and the counts.

        Of a preference pair the better answer is described, and the other one in the same way under ``rejected``.
        """
        from desktop.engine.data.rendering.overlong import fate_of, fate_of_pair
        from desktop.engine.data.rendering.render import render_sides

        asked = RenderParams.model_validate(params)
        row, kind, total = _row(asked, reply)
        tokenizer = tokenizer_of(asked.model, reply)
        template = template_for(asked.template, tokenizer)
        messages = conversation_of(row, kind)
        if template is not None and messages is not None and not trusted(template):
            tried_on(template, row, messages, tokenizer)  # it may do to this row what it did to no other
        sides = render_sides(row, kind, tokenizer, answers=asked.answers, template=template)
        if kind == "pair":
            source, target = sides
            fates = [fate_of_pair(source, target, asked.max_length, asked.overlong)]
            sides = [source.followed_by(target)]
        else:
            fates = [fate_of(side, kind, asked.max_length, asked.overlong) for side in sides]
        found = [{**_described(side, tokenizer), **fate.as_dict(side)} for side, fate in zip(sides, fates, strict=True)]
        rejected = {"rejected": found[1]} if len(found) > 1 else {}
        note = _note(sides[0], tokenizer) if messages is not None else ""
        return {**found[0], **rejected, "note": note, "row": asked.row, "total": total, "kind": kind}


def _described(rendered: Rendered, tokenizer: PreTrainedTokenizerBase) -> dict[str, Any]:
    pieces = list(rendered.walk())
    known = tokenizer.added_tokens_decoder
    special = {*tokenizer.all_special_ids, *(id for id, token in known.items() if token.special)}
    ids = [None if piece.token is None else rendered.input_ids[piece.token] for piece in pieces]
    tokens = len(rendered.input_ids)
    return {
        "text": rendered.text,
        "pieces": [[piece.text, piece.trained] for piece in pieces],
        "ids": ids,
        "special": [id in special for id in ids],
        "tokens": tokens,
        "trained": rendered.trained,
        "share": rendered.trained / tokens if tokens else 0.0,
    }


def _note(rendered: Rendered, tokenizer: PreTrainedTokenizerBase) -> str:
    """Return what is odd about this template with this model, in a sentence; empty where nothing is."""
    learned = [id for id, kept in zip(rendered.input_ids, rendered.labels_mask, strict=True) if kept]
    if not learned or learned[-1] in tokenizer.added_tokens_decoder or learned[-1] in tokenizer.all_special_ids:
        return ""
    return (
        "An answer does not end with a mark that this model has as one token, so the model may not stop by itself. "
        "Choose a template that ends answers with the model's own mark."
    )


def _row(asked: RenderParams, reply: Reply) -> tuple[Row, str, int]:
    if asked.messages:
        tools = {"tools": [dict(tool) for tool in asked.tools]} if asked.tools else {}
        return {"messages": [dict(message) for message in asked.messages], **tools}, "chat", 1
    if asked.source is None:
        raise RequestError("no_row", "Neither a file nor a conversation was given to render.", "Choose a data file.")
    imported = data_of(DataParams(source=asked.source, kinds=asked.kinds), reply)
    if asked.row >= len(imported.rows):
        raise RequestError("no_row", f"There is no row {asked.row + 1}.", f"The last is row {len(imported.rows)}.")
    return imported.rows[asked.row], imported.kind, len(imported.rows)
