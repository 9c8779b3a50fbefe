"""The lengths operation: tokens a row, and what a longest length would cut; it loads a tokenizer, never a model."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from desktop.engine.workbench.base import Operation, Reply
from desktop.engine.workbench.subjects import DataParams, data_of, tokenizer_of
from desktop.engine.workbench.templates import template_for


class LengthsParams(DataParams):
    """What is asked.

    Attributes:
        model: whose tokenizer and template.
        max_length: the longest length to measure against.
        answers: what is trained on.
        most: rows to count at most, spread evenly over a larger set.
        template: name of one of our templates, or a template's text, instead of the model's own.
        batch_size: rows a batch, for what padding wastes.
        seed: of the order the batches are drawn in.
    """

    model: str = "starter"
    max_length: int = Field(default=256, ge=1)
    answers: Literal["all", "last", "everything"] = "all"
    most: int = Field(default=20_000, ge=1)
    template: str | None = None
    batch_size: int = Field(default=8, ge=1)
    seed: int = 7


class MeasureLengths(Operation):
    """Counts the tokens of every row."""

    id: ClassVar[str] = "lengths"
    title: ClassVar[str] = "Counting tokens"
    summary: ClassVar[str] = "A histogram of row lengths in tokens, and the share that would be cut."

    def run(self, params: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """Return what :func:`desktop.engine.data.rendering.token_lengths.measured` does."""
        from desktop.engine.data.rendering.token_lengths import measured

        asked = LengthsParams.model_validate(params)
        imported = data_of(DataParams(source=asked.source, kinds=asked.kinds), reply)
        tokenizer = tokenizer_of(asked.model, reply)

        def told(done: int, total: int) -> None:
            reply.check()
            if done:
                reply.stream({"what": "Counting tokens", "done": done, "total": total})

        return measured(
            imported.rows,
            imported.kind,
            tokenizer,
            asked.max_length,
            answers=asked.answers,
            template=template_for(asked.template, tokenizer),
            most=asked.most,
            batch_size=asked.batch_size,
            seed=asked.seed,
            told=told,
        )
