"""The builder's check: held-out prompts answered greedily, what share is right, ends, copies; it trains nothing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from desktop.engine.evaluate.rightness import is_right
from maker.documents import held_out
from maker.exchange import Exchange

_BATCH = 64
_LONGEST = 200

REAL_NAMES = (
    "Priyanka Wolfgang Guillermo Xiomara Bjorn Siobhan Yusuf Kwame Ingrid Takeshi Fatima Dmitri Lakshmi Esperanza "
    "Rafael Zbigniew Anneliese Mehmet Oluwaseun Beatrix"
).split()
"""Names that people have and the corpus does not."""


@dataclass
class Report:
    """What the check found.

    Attributes:
        prompts: how many were asked.
        right: share answered rightly.
        ended: share of answers that ended by themselves.
        copied: share of answers to prompts with made-up strings that hold them as they should.
        real_names: share of answers that hold a real name no document had.
        kinds: kind -> right, asked.
        wrong: some wrong answers, to read.
    """

    prompts: int
    right: float
    ended: float
    copied: float
    real_names: float
    kinds: dict[str, tuple[int, int]] = field(default_factory=dict)
    wrong: list[tuple[str, str, tuple[str, ...]]] = field(default_factory=list)


def answers(
    model: Any, tokenizer: Any, conversations: list[list[dict[str, str]]], **sampling: Any
) -> list[tuple[str, bool]]:
    """Return for each conversation the answer and whether it ended by itself; greedy unless told otherwise."""
    found: dict[int, tuple[str, bool]] = {}
    texts = [tokenizer.apply_chat_template(one, tokenize=False, add_generation_prompt=True) for one in conversations]
    order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
    for start in range(0, len(order), _BATCH):
        chosen = order[start : start + _BATCH]
        batch = tokenizer([texts[at] for at in chosen], return_tensors="pt", padding=True, add_special_tokens=False)
        batch.pop("token_type_ids", None)
        with torch.no_grad():
            made = model.generate(**batch, max_new_tokens=_LONGEST, **({"do_sample": False} | sampling))
        for at, row in zip(chosen, made[:, batch["input_ids"].shape[1] :], strict=True):
            ended = tokenizer.eos_token_id in row.tolist()
            found[at] = (tokenizer.decode(row, skip_special_tokens=True), ended)
    return [found[at] for at in range(len(conversations))]


def asked(prompts: list[str]) -> list[list[dict[str, str]]]:
    """Return each prompt as a conversation of one line."""
    return [[{"role": "user", "content": prompt}] for prompt in prompts]


def _named() -> list[Exchange]:
    forms = (
        "Write a note to {}.", "Say hello to {}.", "My name is {}.", "Tell me a story about {}.",
        "Introduce {}, who is a baker.",
        "{} is a teacher. What is the job of {}?", "Write a birthday wish for {}.", "Repeat after me: {}",
        "{} has a red lamp. Tom has a blue key. Who has the lamp?", "Thank {} for the book.",
    )  # fmt: skip
    rng = Random(3)
    return [
        Exchange(form.replace("{}", name), "", (name,), copies=True)
        for name in REAL_NAMES for form in rng.sample(forms, 5)
    ]  # fmt: skip


def check(folder: Path, count: int = 600, seed: int = 99) -> Report:
    """Ask the model in ``folder`` ``count`` held-out prompts, mixed as the corpus mixes them, and the real names."""
    torch.set_grad_enabled(False)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    drawn = held_out(count, seed)
    said = answers(model, tokenizer, asked([one.prompt for _, one in drawn]))
    kinds: dict[str, list[bool]] = defaultdict(list)
    copied, wrong = [], []
    for (kind, one), (answer, _) in zip(drawn, said, strict=True):
        right = is_right(answer, one.expected)
        kinds[kind].append(right)
        if one.copies:
            copied.append(right)
        if not right:
            wrong.append((one.prompt, answer, one.expected))
    named = _named()
    called = answers(model, tokenizer, asked([one.prompt for one in named]))
    torch.set_grad_enabled(True)
    rights = [right for many in kinds.values() for right in many]
    ended = [end for _, end in (*said, *called)]
    return Report(
        prompts=len(rights),
        right=sum(rights) / len(rights),
        ended=sum(ended) / len(ended),
        copied=sum(copied) / len(copied),
        real_names=sum(is_right(answer, one.expected) for one, (answer, _) in zip(named, called, strict=True))
        / len(named),
        kinds={kind: (sum(many), len(many)) for kind, many in sorted(kinds.items())},
        wrong=wrong,
    )


def shown(report: Report) -> str:
    """Return the figures as lines of text."""
    lines = [
        f"{report.prompts} held-out prompts: {report.right:.1%} right, {report.ended:.1%} ended by themselves",
        f"made-up names and words copied: {report.copied:.1%}; real names never seen: {report.real_names:.1%}",
    ]
    lines += [f"  {kind:20} {right:3} of {total}" for kind, (right, total) in report.kinds.items()]
    lines += [
        f"  WRONG {prompt!r} -> {answer!r} (wanted {list(wanted)})" for prompt, answer, wanted in report.wrong[:40]
    ]
    return "\n".join(lines)
