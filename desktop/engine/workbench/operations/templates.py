"""The operations of chat templates: list ours, and try one that is being edited on a row; no model is loaded."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field

from desktop.engine.data.rendering.templates import listed, marks_answers, shipped, template_named
from desktop.engine.data.rows import Message, Row
from desktop.engine.errors import RequestError
from desktop.engine.job import DataSource
from desktop.engine.options import Options
from desktop.engine.workbench.base import Operation, Reply
from desktop.engine.workbench.subjects import DataParams, data_of, tokenizer_of
from desktop.engine.workbench.templates import conversation_of, tried_on

_SAMPLE: list[Message] = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "What is bread made of?"},
    {"role": "assistant", "content": "Flour, water, salt and time."},
]


class Templates(Operation):
    """Lists the templates that came with the program."""

    id: ClassVar[str] = "templates"
    title: ClassVar[str] = "Listing templates"
    summary: ClassVar[str] = "The chat templates to choose from, each with a sentence."
    quick: ClassVar[bool] = True

    def run(self, params: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """Return ``templates``, each with its id, title and sentence and what it shows."""
        return {
            "templates": [
                {"id": one.id, "title": one.title, "sentence": one.about, "system": one.system, "tools": one.tools}
                for one in listed()
            ]
        }


class TrialParams(Options):
    """What is asked.

    Attributes:
        model: whose special tokens the template can name.
        template: its text, or the name of one of ours.
        source: the data set to try it on; a sample of ours, where there is none.
        kinds: kinds of rows wanted from it.
        row: index among its good rows, from 0.
    """

    model: str = "starter"
    template: str
    source: DataSource | None = None
    kinds: tuple[str, ...] = ()
    row: int = Field(default=0, ge=0)


class TemplateTrial(Operation):
    """Renders a template in a child that is ended where it loops or takes too much memory."""

    id: ClassVar[str] = "template_trial"
    title: ClassVar[str] = "Trying the template"
    summary: ClassVar[str] = "What an edited chat template makes of a row, or what is wrong with it."

    def run(self, params: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """Return the ``text``, and whether the template ``marks_answers`` by itself."""
        asked = TrialParams.model_validate(params)
        template = template_named(asked.template) if asked.template in shipped() else asked.template
        row, messages = _row(asked, reply)
        text = tried_on(template, row, messages, tokenizer_of(asked.model, reply))
        return {"text": text, "marks_answers": marks_answers(template)}


def _row(asked: TrialParams, reply: Reply) -> tuple[Row, list[Message]]:
    if asked.source is not None:
        imported = data_of(DataParams(source=asked.source, kinds=asked.kinds), reply)
        if asked.row >= len(imported.rows):
            raise RequestError("no_row", f"There is no row {asked.row + 1}.", f"The last is row {len(imported.rows)}.")
        row = imported.rows[asked.row]
        messages = conversation_of(row, imported.kind)
        if messages is not None:
            return row, messages
    return {}, _SAMPLE
