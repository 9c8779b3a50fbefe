"""The render operation: one row exactly as the model sees it, token by token; it loads a tokenizer, never a model."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from desktop.engine.data.rows import Row
from desktop.engine.errors import RequestError
from desktop.engine.job import DataSource
from desktop.engine.options import Options
from desktop.engine.workbench.base import Operation, Reply
from desktop.engine.workbench.subjects import DataParams, data_of, tokenizer_of


class RenderParams(Options):
    """What is asked: a row of a source, or ``messages`` given directly.

    Attributes:
        model: whose tokenizer and template.
        source: the data set.
        kinds: kinds of rows wanted from it.
        row: index among its good rows, from 0.
        messages: a conversation to render instead.
        answers: what is trained on.
        template: name of one of our templates instead of the model's own.
        max_length: tokens beyond which the row is cut.
    """

    model: str = "starter"
    source: DataSource | None = None
    kinds: tuple[str, ...] = ()
    row: int = Field(default=0, ge=0)
    messages: tuple[dict[str, str], ...] = ()
    answers: Literal["all", "last", "everything"] = "all"
    template: str | None = None
    max_length: int = Field(default=1_048_576, ge=1)


class Render(Operation):
    """Renders one row with its loss mask."""

    id: ClassVar[str] = "render"
    title: ClassVar[str] = "Rendering a row"
    summary: ClassVar[str] = "One row with its special tokens, token borders and what is trained on."

    def run(self, params: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """Return the text, its pieces as ``[text, trained]``, and the counts."""
        from desktop.engine.data.render import render_row
        from desktop.engine.data.templates import template_named

        asked = RenderParams.model_validate(params)
        row, kind, total = _row(asked, reply)
        template = template_named(asked.template) if asked.template else None
        rendered = render_row(row, kind, tokenizer_of(asked.model, reply), answers=asked.answers, template=template)
        cut = max(0, len(rendered.input_ids) - asked.max_length)
        return {
            "text": rendered.text,
            "pieces": [[text, trained] for text, trained in rendered.pieces],
            "tokens": len(rendered.input_ids),
            "trained": rendered.trained,
            "share": rendered.trained / len(rendered.input_ids) if rendered.input_ids else 0.0,
            "cut": cut,
            "row": asked.row,
            "total": total,
            "kind": kind,
        }


def _row(asked: RenderParams, reply: Reply) -> tuple[Row, str, int]:
    if asked.messages:
        return {"messages": [dict(message) for message in asked.messages]}, "chat", 1
    if asked.source is None:
        raise RequestError("no_row", "Neither a file nor a conversation was given to render.", "Choose a data file.")
    imported = data_of(DataParams(source=asked.source, kinds=asked.kinds), reply)
    if asked.row >= len(imported.rows):
        raise RequestError("no_row", f"There is no row {asked.row + 1}.", f"The last is row {len(imported.rows)}.")
    return imported.rows[asked.row], imported.kind, len(imported.rows)
