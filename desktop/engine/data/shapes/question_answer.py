"""Two columns whose names, word by word, say question and answer; it knows one row at a time."""

from __future__ import annotations

from typing import ClassVar

from desktop.engine.data.mapping.words import find_column
from desktop.engine.data.shapes.base import Match, Sample
from desktop.engine.data.shapes.prompt_completion import PromptCompletion

QUESTION = ("question", "prompt", "instruction", "query", "user", "human", "problem", "request", "task", "input", "q")
ANSWER = ("answer", "response", "completion", "reply", "output", "assistant", "solution", "gpt", "a")


class QuestionAnswer(PromptCompletion):
    """The same as prompt and completion, under names that only resemble them."""

    id: ClassVar[str] = "question_answer"
    title: ClassVar[str] = "Question and answer pairs"
    summary: ClassVar[str] = "Two columns whose names say that one asks and the other answers."
    order: ClassVar[int] = 50

    def match(self, sample: Sample) -> Match | None:
        """Take the columns that a question-like and an answer-like word fits, text in both."""
        pair = question_and_answer(sample)
        if pair is None:
            return None
        question, answer = pair
        mapping = {"prompt": question, "completion": answer}
        system = next((name for name in sample.columns if name.lower() in ("system", "system_prompt")), None)
        if system is not None and system not in pair and sample.is_text(system):
            mapping["system"] = system
        return Match(mapping, f"`{question}` reads like a question and `{answer}` like its answer")


def question_and_answer(sample: Sample) -> tuple[str, str] | None:
    """Return the columns that ask and answer by their names."""
    texts = [column for column in sample.columns if isinstance(sample.first(column), str | int | float)]
    question = find_column(texts, QUESTION)
    answer = find_column(texts, ANSWER, taken=[question] if question else ())
    return None if question is None or answer is None else (question, answer)
