"""The lengths operation: tokens a row, and what a longest length would cut; it loads a tokenizer, never a model."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from desktop.engine.workbench.base import Operation, Reply
from desktop.engine.workbench.subjects import DataParams, data_of, tokenizer_of


class LengthsParams(DataParams):
    """What is asked.

    Attributes:
        model: whose tokenizer and template.
        max_length: the longest length to measure against.
        answers: what is trained on.
        most: rows to count at most, spread evenly over a larger set.
    """

    model: str = "starter"
    max_length: int = Field(default=256, ge=1)
    answers: Literal["all", "last", "everything"] = "all"
    most: int = Field(default=20_000, ge=1)


class MeasureLengths(Operation):
    """Counts the tokens of every row."""

    id: ClassVar[str] = "lengths"
    title: ClassVar[str] = "Counting tokens"
    summary: ClassVar[str] = "A histogram of row lengths in tokens, and the share that would be cut."

    def run(self, params: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """Return the fields of :class:`desktop.engine.data.lengths.Lengths`, and how many rows were ``refused``."""
        from desktop.engine.data.lengths import measure
        from desktop.engine.data.render import render_row
        from desktop.engine.errors import RequestError

        asked = LengthsParams.model_validate(params)
        imported = data_of(DataParams(source=asked.source, kinds=asked.kinds), reply)
        tokenizer = tokenizer_of(asked.model, reply)
        step = -(-len(imported.rows) // asked.most)
        rows = imported.rows[::step]
        lengths: list[int] = []
        first: list[int] = []
        trained: list[int] = []
        refused: list[str] = []
        for number, row in enumerate(rows, start=1):
            if number % 100 == 0:
                reply.check()
                reply.stream({"what": "Counting tokens", "done": number, "total": len(rows)})
            try:
                rendered = render_row(row, imported.kind, tokenizer, answers=asked.answers)
            except RequestError as error:
                refused.append(str(error))
                continue
            mask = rendered.labels_mask
            lengths.append(len(mask))
            trained.append(sum(mask))
            first.append(mask.index(True) if True in mask else len(mask))
        if refused and not lengths:
            raise RequestError("template_refuses", refused[0])
        return {
            **measure(lengths, first, trained, asked.max_length).as_dict(),
            "refused": len(refused),
            "sampled": step > 1,
            "total": len(imported.rows),
        }
