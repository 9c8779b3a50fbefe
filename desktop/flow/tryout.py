"""Trying a model that is no chat: what was asked of it and what it said, as data; it knows no widget and no file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from desktop.engine.errors import UserError
from desktop.flow.chat_model import Choice
from desktop.flow.measures import share

Stage = Literal["nothing", "loading", "ready", "working", "broken"]

MOST_TRIED = 50

_INVITES = {
    "classification": "Write a text and see which label it gets, and how sure the model is of each.",
    "seq2seq": "Write a text and read what the tuned model makes of it, beside what its base makes of it.",
    "reward": "Write a question and an answer, and see its reward. Of two answers only the difference means something.",
}


@dataclass(frozen=True)
class Said:
    """What a model said of one text.

    Attributes:
        text: the text, or the answer that was rated.
        prompt: of a reward model, the question.
        result: the label, the written text, or the reward as a number in words.
        shares: of a classifier, every label with its probability, the likeliest first.
        reward: of a reward model, the number.
    """

    text: str
    result: str
    prompt: str = ""
    shares: tuple[tuple[str, float], ...] = ()
    reward: float | None = None

    @property
    def note(self) -> str:
        """How sure a classifier is, empty for others."""
        return share(self.shares[0][1]) if self.shares else ""

    @property
    def sentence(self) -> str:
        """The whole result in words, for whoever cannot see it."""
        if self.shares:
            return ", ".join(f"{label} {share(part)}" for label, part in self.shares)
        return f"Reward {self.result}" if self.reward is not None else self.result


@dataclass
class Tried:
    """One text and what was said of it.

    Attributes:
        text: what was tried.
        prompt: of a reward model, the question.
        tuned: what the model said; nothing before it did.
        base: what its base said, where that was asked; nothing before it did, and where it cannot.
    """

    text: str
    prompt: str = ""
    tuned: Said | None = None
    base: Said | None = None


@dataclass(frozen=True)
class TextFile:
    """Texts read from a file.

    Attributes:
        name: of the file.
        texts: what is to be answered, or the answers to be rated.
        prompts: the question of each, where the texts are answers to be rated; empty otherwise.
        remark: what was left out, in a sentence; empty for nothing.
    """

    name: str
    texts: tuple[str, ...]
    prompts: tuple[str, ...] = ()
    remark: str = ""


@dataclass
class Batch:
    """A whole file under trial.

    Attributes:
        file: its texts.
        said: what was said so far, in their order.
        over: whether nothing more will come.
    """

    file: TextFile
    said: list[Said] = field(default_factory=list)
    over: bool = False

    @property
    def words(self) -> str:
        """How far it has come."""
        done, total = len(self.said), len(self.file.texts)
        if self.over and done == total:
            return f"{total:,} answered"
        return f"{done:,} of {total:,} answered" + (", stopped" if self.over else "")


@dataclass
class Tryout:
    """A model under trial.

    Attributes:
        choice: the model.
        stage: where loading or answering stands.
        doing: what the loading is at.
        tried: what was tried in this session, the newest first.
        error: why nothing can be tried, or why the last try failed.
        base: the model it was tuned from, where that can answer the same question; empty otherwise.
        batch: the file that is answered or was, nothing while there is none.
    """

    choice: Choice | None = None
    stage: Stage = "nothing"
    doing: str = ""
    tried: list[Tried] = field(default_factory=list)
    error: UserError | None = None
    base: str = ""
    batch: Batch | None = None

    # choosing and loading

    def choose(self, choice: Choice) -> dict[str, object]:
        """Turn to a model; return what the operation needs to load it. What was tried stays with the model before."""
        if self.choice is None or choice.ref != self.choice.ref:
            self.tried, self.batch = [], None
        self.choice, self.stage, self.error, self.doing = choice, "loading", None, ""
        self.base = choice.base if choice.use == "seq2seq" else ""
        return {"model": choice.ref, "texts": []}

    def news(self, piece: dict[str, Any]) -> None:
        """Take what the workbench is at."""
        self.doing = str(piece.get("doing", self.doing))

    def loaded(self) -> None:
        """The model can be tried."""
        if self.stage == "loading":
            self.stage = "ready"
        self.doing = ""

    def broke(self, error: UserError) -> None:
        """The model could not be loaded, or the process that held it ended."""
        self.stage, self.error, self.doing = "broken", error, ""

    # trying

    @property
    def invites(self) -> str:
        """What to do, in a sentence."""
        return _INVITES.get(self.choice.use if self.choice is not None else "", "")

    @property
    def rates(self) -> bool:
        """Whether a question is needed beside the answer."""
        return self.choice is not None and self.choice.use == "reward"

    @property
    def waits(self) -> str:
        """Why nothing can be tried now, empty where it can."""
        if self.stage == "loading":
            return f"{self.doing or 'Loading the model'}\N{HORIZONTAL ELLIPSIS}"
        if self.stage == "working":
            return f"{self.doing or 'Answering'}\N{HORIZONTAL ELLIPSIS}"
        return {"nothing": "Choose a model first.", "broken": "The model is not loaded."}.get(self.stage, "")

    def ask(self, text: str, prompt: str = "") -> dict[str, object] | None:
        """Begin a try; return what the operation needs, or nothing where there is nothing to try or nobody."""
        said, question = text.strip(), prompt.strip()
        if self.choice is None or self.stage != "ready" or not said or (self.rates and not question):
            return None
        self.error, self.stage = None, "working"
        self.tried = [Tried(said, question if self.rates else ""), *self.tried][:MOST_TRIED]
        return self.params(self.choice.ref, [said], [question] if self.rates else [])

    def params(self, ref: str, texts: Sequence[str], prompts: Sequence[str]) -> dict[str, object]:
        """Return what the operation needs for several texts."""
        return {"model": ref, "texts": list(texts), "options": {"prompts": list(prompts)}}

    def ask_base(self) -> dict[str, object] | None:
        """Return what the operation needs for the base to answer the same text; nothing where there is no base."""
        if not self.base or not self.tried or self.stage != "working":
            return None
        return {**self.params(self.base, [self.tried[0].text], []), "slot": "beside"}

    def answered(self, result: dict[str, Any], *, base: bool = False) -> None:
        """Take what was said of the newest text."""
        said = [said_of(answer) for answer in result.get("answers", [])]
        if not self.tried:
            return
        if base:
            self.tried[0].base = said[0] if said else None
        elif said:
            self.tried[0].tuned = said[0]
        else:
            self.tried.pop(0)  # it was stopped before anything was said

    def ask_file(self, file: TextFile) -> dict[str, object] | None:
        """Begin with a file; return what the operation needs, or nothing where nothing can be tried now."""
        if self.choice is None or self.stage != "ready":
            return None
        self.error, self.stage, self.batch = None, "working", Batch(file)
        return self.params(self.choice.ref, file.texts, file.prompts)

    def file_piece(self, piece: dict[str, Any]) -> None:
        """Take one more answer to the file, or what the workbench is at."""
        if "answer" in piece and self.batch is not None:
            self.batch.said.append(said_of(piece["answer"]))
        else:
            self.news(piece)

    def file_over(self, error: UserError | None = None) -> None:
        """No more answers to the file will come."""
        if self.batch is not None:
            self.batch.over = True
        if error is None:
            self.over()
        else:
            self.failed(error)

    def over(self) -> None:
        """Everything that will be said was."""
        if self.stage == "working":
            self.stage = "ready"
        self.doing = ""

    def failed(self, error: UserError) -> None:
        """Nothing more is said of the newest text."""
        if self.tried and self.tried[0].tuned is None:
            self.tried.pop(0)
        if self.batch is not None:
            self.batch.over = True
        self.over()
        if error.code in ("workbench_died", "workbench_unavailable"):
            self.broke(error)
        elif error.code != "cancelled":
            self.error = error


def said_of(answer: dict[str, Any]) -> Said:
    """Return what one answer of the workbench says, in words."""
    text = str(answer.get("text", ""))
    if "reward" in answer:
        reward = float(answer["reward"])
        return Said(text, f"{reward:+.3f}".replace("-", "\N{MINUS SIGN}"), str(answer.get("prompt", "")), reward=reward)
    if "target" in answer:
        return Said(text, str(answer["target"]))
    shares = tuple((str(one["label"]), float(one["probability"])) for one in answer.get("probabilities", []))
    return Said(text, str(answer.get("label", "")), shares=shares)
