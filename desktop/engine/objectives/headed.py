"""What objectives have in common whose model ends in a head instead of words; it knows none of them in particular."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from desktop.engine.errors import Problem
from desktop.engine.models.heads import can_end_in_head
from desktop.engine.objectives.base import Objective

if TYPE_CHECKING:
    from desktop.engine.job import JobSpec
    from desktop.engine.methods.base import Method, ModelFacts, Setting


class Headed(Objective):
    """An objective that puts a head in the place of the model's word head."""

    ends_in_head = True

    def refusal(self, method: Method, setting: Setting) -> str | None:
        """Refuse learned vectors in front of the text: a head finds the end of each row by its tokens."""
        if method.is_prompt:
            return (
                f"{self.title} reads a number off the end of each row, and the vectors {method.title} puts in front "
                "of it would move that place. Choose LoRA, or another adapter."
            )
        return super().refusal(method, setting)

    def problems(self, job: JobSpec, options: Any, facts: ModelFacts | None) -> list[Problem]:
        """Refuse the few architectures the library cannot end in a head."""
        found = super().problems(job, options, facts)
        if facts is not None and not can_end_in_head(facts.architecture):
            found.append(
                Problem(
                    "model",
                    f"a model of the {facts.architecture} architecture cannot end in anything but words.",
                    "Choose a model of another architecture, such as Llama, Qwen or BERT.",
                )
            )
        return found


def padded(rows: Sequence[Sequence[int]], pad: int) -> dict[str, Any]:
    """Return rows of tokens as a batch: ``input_ids`` and ``attention_mask``, both (rows, longest), padded at the end.

    The end, because the head of a generator reads at the last token, and its places must not move with the batch.
    """
    import torch

    longest = max(map(len, rows))
    return {
        "input_ids": torch.tensor([[*row, *[pad] * (longest - len(row))] for row in rows]),
        "attention_mask": torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows]),
    }
