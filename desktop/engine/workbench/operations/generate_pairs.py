"""The operation that makes answer pairs to judge: it streams them as they are made and keeps none."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field

from desktop.engine.generate.sampling import Sampling
from desktop.engine.options import Options
from desktop.engine.workbench.base import Operation, Reply
from desktop.engine.workbench.operations.chat import loaded


class Wanted(Options):
    """What is asked.

    Attributes:
        ref: the model, as a job names it.
        prompts: one question each.
        system: a system prompt before each, empty for none.
        sampling: the settings; at temperature 0 two answers of one contender are the same, and give no pair.
        names: who gives the first and who the second answer; empty means the tuned model both, or the base where
            there is no tuned one.
    """

    ref: str
    prompts: list[str] = Field(min_length=1)
    system: str = ""
    sampling: Sampling = Sampling(temperature=0.9)
    names: list[str] = Field(default_factory=list, max_length=2)


class GeneratePairs(Operation):
    """Draws two answers to each prompt."""

    id: ClassVar[str] = "generate_pairs"
    title: ClassVar[str] = "Making pairs"
    summary: ClassVar[str] = "Two different answers to each prompt, for somebody to judge."

    def run(self, params: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """Return how many were ``made`` and how many prompts were ``done``; each pair is streamed as it comes."""
        from desktop.engine.generate.pairs import make_pairs

        wanted = Wanted.model_validate(params)
        contenders = loaded(wanted.ref, reply)
        chosen = wanted.names or ["tuned" if "tuned" in contenders.members else "base"]
        head = [{"role": "system", "content": wanted.system}] if wanted.system else []
        prompts = [[*head, {"role": "user", "content": prompt}] for prompt in wanted.prompts]
        made = 0
        for pair in make_pairs(
            contenders,
            prompts,
            wanted.sampling,
            names=(chosen[0], chosen[-1]),
            wanted=lambda: not reply.cancelled,
        ):
            made += 1
            reply.stream(pair.as_dict() | {"prompt_text": wanted.prompts[pair.index]})
        return {"made": made, "prompts": len(prompts), "stopped": reply.cancelled}
