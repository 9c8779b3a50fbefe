"""When to use which method, as a table: what each is good and bad at; it knows no model, machine or data in particular.

One source for the adviser's ranking, the table in the window and the one in the book. The grades are the field's common
judgement, gathered from the methods' own papers and from the surveys of Ding et al. 2023 (Parameter-efficient
fine-tuning of large-scale pre-trained language models, section 4), Lialin et al. 2023 (Scaling Down to Scale Up,
section 4) and Biderman et al. 2024 (LoRA Learns Less and Forgets Less, section 4).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from desktop.engine.advise.base import GOALS

Kind = Literal["whole", "part", "low_rank", "scaling", "bottleneck", "bias", "prompt"]


@dataclass(frozen=True)
class WhenToUse:
    """One row of the table.

    Attributes:
        method: id.
        kind: by what it changes a model: methods of a kind share the sentences about goals.
        data: how much data suits it, in words.
        model: which models suit it, in words.
        memory: how it stands with memory, in words.
        goal: what to take it for, in words.
        fewest: rows below which it learns too little to be worth it.
        enough: rows from which moving that many weights pays; 0 where any number does.
        smallest_model: weights below which it does not work well.
        slower: time for a token as a multiple of LoRA's, measured on the starter; weights that learn are counted apart.
        grades: one a goal, in the order of ``GOALS``, from 0 (does not do it) to 5 (the first choice).
    """

    method: str
    kind: Kind
    data: str
    model: str
    memory: str
    goal: str
    fewest: int
    enough: int
    smallest_model: float
    slower: float
    grades: tuple[float, ...]

    def grade(self, goal: str) -> float:
        """Return how well it does what ``goal`` asks."""
        return self.grades[[one.id for one in GOALS].index(goal)]


def _row(
    method: str, kind: Kind, grades: str, words: tuple[str, str, str, str], *,
    fewest: int = 50, enough: int = 0, smallest_model: float = 0, slower: float = 1.0,
) -> WhenToUse:  # fmt: skip
    data, model, memory, goal = words
    found = tuple(float(grade) for grade in grades.split())
    return WhenToUse(method, kind, data, model, memory, goal, fewest, enough, smallest_model, slower, found)


# Grades:             style domain language tasks smallest memory quality classification
TABLE: tuple[WhenToUse, ...] = (
    _row(
        "full", "whole", "3.6 4.6 5.0 2.6 0.0 0.0 4.7 4.2",
        ("thousands of rows and more", "small ones, or large ones on large cards", "most: 16 bytes a weight",
         "a new language, deep knowledge, a new tokenizer"),
        enough=20_000,
    ),
    _row(
        "selective", "part", "3.0 3.7 3.9 2.2 0.8 2.4 3.6 3.7",
        ("some thousand rows", "any", "between full and LoRA, as much as you let learn",
         "most of what full gives, with less memory and less forgetting"),
        enough=5_000, slower=0.55,
    ),
    _row(
        "bitfit", "bias", "3.2 1.6 1.0 3.0 4.2 3.4 2.6 4.5",
        ("tens to a few thousand rows", "those with biases: BERT, GPT-2, Qwen2", "low",
         "classification with small data, tiny results"),
        slower=0.9,
    ),
    _row(
        "lora", "low_rank", "5.0 4.4 3.2 4.6 3.0 3.4 4.6 4.4",
        ("fifty rows to millions", "any", "low: the base once, and little beside it", "nearly everything"),
    ),
    _row(
        "qlora", "low_rank", "4.8 4.2 3.0 4.2 3.0 5.0 4.2 3.8",
        ("fifty rows to millions", "large ones", "lowest: the base in four bits",
         "what LoRA does, where LoRA does not fit"),
        slower=1.3,
    ),
    _row(
        "dora", "low_rank", "4.7 4.4 3.3 4.3 2.9 3.0 4.8 4.3",
        ("a few hundred rows and more", "any", "as LoRA, a little more", "the last bit of quality at a low rank"),
        slower=1.4,
    ),
    _row(
        "adalora", "low_rank", "4.2 4.1 3.1 3.9 2.9 3.0 4.5 4.3",
        ("a thousand rows and more: its schedule needs steps", "any", "as LoRA with one and a half times the rank",
         "seeing which layers matter, and spending the rank there"),
        fewest=500, slower=1.2,
    ),
    _row(
        "loha", "low_rank", "3.7 3.6 2.8 3.4 2.9 2.8 3.9 3.6",
        ("a few hundred rows and more", "any", "as LoRA, more work a step", "a higher rank for the same size of file"),
        slower=1.8,
    ),
    _row(
        "lokr", "low_rank", "3.6 3.4 2.6 3.5 4.0 2.9 3.6 3.6",
        ("a few hundred rows and more", "any", "as LoRA, with a smaller file", "small files with much room in them"),
        slower=1.7,
    ),
    _row(
        "oft", "low_rank", "3.8 3.3 2.4 3.5 2.8 2.6 3.9 3.7",
        ("a few hundred rows and more", "any", "as LoRA, more work a step", "changing little of what the model knows"),
        slower=1.0,
    ),
    _row(
        "vera", "scaling", "3.6 2.6 1.4 3.9 5.0 3.2 3.2 3.8",
        ("a hundred rows and more", "large ones", "as LoRA, with a file a tenth as large",
         "very many tuned models of one base"),
        smallest_model=1e8, slower=1.8,
    ),
    _row(
        "gptq", "low_rank", "4.6 4.0 2.8 4.1 3.0 4.9 4.0 3.6",
        ("fifty rows to millions", "checkpoints that are stored quantised already", "lowest", "what QLoRA does"),
        slower=1.3,
    ),
    _row(
        "ia3", "scaling", "3.9 2.2 1.0 4.0 4.7 3.6 2.8 4.1",
        ("twenty rows to some thousand", "large ones", "low: three vectors a block",
         "few-shot tasks, many small results"),
        fewest=10, smallest_model=1e8, slower=0.95,
    ),
    _row(
        "bottleneck", "bottleneck", "4.0 3.8 3.5 4.5 2.4 3.2 4.0 4.3",
        ("a few hundred rows and more", "any", "low", "several tasks or languages that are swapped at run time"),
        slower=0.85,
    ),
    _row(
        "prefix", "prompt", "3.7 2.0 1.0 3.6 3.2 2.8 3.0 3.5",
        ("a few hundred rows", "medium and large ones", "low; the prefix takes part of the context",
         "writing tasks: table to text, summaries"),
        smallest_model=1e8, slower=0.75,
    ),
    _row(
        "prompt", "prompt", "3.0 1.0 0.5 3.9 4.6 3.4 2.0 3.3",
        ("a thousand rows and more", "very large ones: it closes the gap near ten billion weights", "low",
         "many tasks on one large model, a few kilobytes each"),
        fewest=200, smallest_model=1e9, slower=0.9,
    ),
    _row(
        "p_tuning", "prompt", "3.0 1.4 0.6 3.4 4.0 3.3 2.2 3.6",
        ("a few hundred rows and more", "medium and large ones", "low",
         "understanding tasks with a generator: labels, cloze questions"),
        fewest=100, smallest_model=3e8, slower=0.9,
    ),
    _row(
        "p_tuning_v2", "prompt", "3.5 2.0 1.0 3.7 3.4 3.0 3.0 4.2",
        ("a few hundred rows and more", "any from a few hundred million weights", "low",
         "classification and tagging with prompts in every layer"),
        smallest_model=1e8, slower=0.75,
    ),
    _row(
        "multitask_prompt", "prompt", "1.2 0.8 0.4 4.7 3.6 3.2 1.6 2.0",
        ("several data sets, each a task", "large ones", "low", "tasks that have something in common"),
        fewest=200, smallest_model=1e8, slower=0.9,
    ),
)  # fmt: skip

_UNLISTED = _row(
    "", "low_rank", " ".join(["2.5"] * len(GOALS)), ("any", "any", "see the estimate", "what its own words say")
)


def row_of(method: str) -> WhenToUse:
    """Return a method's row; one that has none of its own gets middling grades, so that it is listed all the same."""
    return next((row for row in TABLE if row.method == method), _UNLISTED)
