"""The models at hand as rows: what they are, where they came from, what can be done with them; it knows no widget."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop.engine.methods import METHODS
from desktop.engine.models.lineage import making
from desktop.flow import amounts
from desktop.flow.chat_model import TRIED

RUN = "run:"
_SOURCES = {
    "bundled": "came with Fettle",
    "local": "yours",
    "folder": "yours",
    "run": "tuned here",
    "cache": "download",
}
_USES = {"chat": "talks", "classification": "labels", "reward": "rates", "seq2seq": "rewrites", "masked": "reads"}
_USE_SENTENCES = {
    "chat": "Writes on from what it is given: for chat, instructions and domain text.",
    "classification": "Puts a label on a text. It does not chat.",
    "reward": "Rates an answer with a number: for learning from rewards. It does not chat.",
    "masked": "Reads text and fills gaps: for classification and understanding. It does not chat.",
    "seq2seq": "Turns one text into another: for translation and summaries. It does not chat.",
}
_BY_KIND = {"causal": "chat", "masked": "masked", "seq2seq": "seq2seq"}  # of a model whose use nobody told


@dataclass(frozen=True)
class Link:
    """One step of a lineage: a model, and what made it out of the one before."""

    title: str
    made_by: str


@dataclass(frozen=True)
class ModelRow:
    """One model.

    Attributes:
        ref: what a job says to name it.
        title: what people read.
        source: where it came from, in a word or two.
        kind: what it does, in a word; empty where nobody can tell.
        kind_sentence: the same in a sentence.
        parameters: its weights, in words.
        size: its room on the disk, in words; an adapter's own room only.
        context: the longest text it reads.
        made: how it was made, for the table.
        making: how it was made, in a sentence; empty where it was not made here.
        lineage: from the first model to this one.
        results: the figure it is judged by before and after, where it was tuned here.
        folder: where it lies.
        problem: why it cannot be used, empty where it can.
        talks: whether it can be chatted with.
        tries: whether it can be tried with a text of one's own, though not chatted with.
    """

    ref: str
    title: str
    source: str
    kind: str
    kind_sentence: str
    parameters: str
    size: str
    context: str
    made: str
    making: str
    lineage: tuple[Link, ...]
    results: str
    folder: Path
    problem: str
    talks: bool
    tries: bool = False

    @property
    def run(self) -> str:
        """Return the name of the run that made it, empty for any other model."""
        return self.ref.removeprefix(RUN) if self.ref.startswith(RUN) else ""

    @property
    def usable(self) -> bool:
        """Tell whether a training can start from it."""
        return not self.problem

    def matches(self, words: str) -> bool:
        """Tell whether every word is found in what the row says."""
        said = f"{self.title} {self.source} {self.kind} {self.made} {self.ref}".lower()
        return all(word in said for word in words.lower().split())


def rows_from(result: dict[str, Any]) -> list[ModelRow]:
    """Return the rows of what the models operation found, in its order."""
    models = {str(model["ref"]): model for model in result.get("models", [])}
    return [_row(model, models) for model in models.values()]


def count_words(rows: list[ModelRow]) -> str:
    """Return how many models there are, in a sentence."""
    tuned = sum(bool(row.run) for row in rows)
    if not rows:
        return "No models found."
    words = f"{len(rows)} model{'' if len(rows) == 1 else 's'} on this machine"
    return f"{words}, {tuned} tuned here." if tuned else f"{words}."


def parameter_words(count: int) -> str:
    """Return a number of weights as people say it: ``3.7 M``, ``1.54 B``."""
    for limit, unit in ((10**9, "B"), (10**6, "M"), (10**3, "k")):
        if count >= limit:
            value = count / limit
            return f"{value:.2f} {unit}" if value < 10 and unit == "B" else f"{value:.1f} {unit}"
    return str(count)


def _row(model: dict[str, Any], models: dict[str, dict[str, Any]]) -> ModelRow:
    facts = model.get("facts") or {}
    use = str(model.get("use") or _BY_KIND.get(str(facts.get("kind", "")), ""))
    problem = str(model.get("problem", ""))
    lineage = _lineage(model, models)
    made = making(model)
    return ModelRow(
        ref=str(model["ref"]),
        title=str(model["title"]),
        source=_SOURCES.get(str(model.get("source")), "yours"),
        kind=_USES.get(use, ""),
        kind_sentence=_USE_SENTENCES.get(use, ""),
        parameters=parameter_words(int(facts["parameters"])) if facts.get("parameters") else "",
        size=amounts.size(float(model.get("bytes", 0))),
        context=amounts.count(float(facts["context"])) if facts.get("context") else "",
        made=f"{lineage[-1].made_by} over {lineage[-2].title}" if len(lineage) > 1 else "",
        making=f"{made.words}, from {lineage[-2].title}." if made is not None and len(lineage) > 1 else "",
        lineage=lineage,
        results=f"{made.figure.words}." if made is not None and made.figure is not None else "",
        folder=Path(str(model.get("folder", ""))),
        problem=problem,
        talks=use == "chat" and not problem,
        tries=use in TRIED and not problem,
    )


def _lineage(model: dict[str, Any], models: dict[str, dict[str, Any]]) -> tuple[Link, ...]:
    links: list[Link] = []
    seen: set[str] = set()
    now: dict[str, Any] | None = model
    while now is not None and str(now["ref"]) not in seen:
        seen.add(str(now["ref"]))
        links.append(Link(str(now["title"]), _method(str(now.get("method", "")))))
        base = str(now.get("base", ""))
        now = models.get(base)
        if now is None and base:
            links.append(Link(Path(base).name, ""))  # not among the models at hand: a folder, or gone
    return tuple(reversed(links))


def _method(id: str) -> str:
    return next((method.title for method in METHODS.all() if method.id == id), id)
