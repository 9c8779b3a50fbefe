"""The chat as data: which model, which settings, what was asked, answered and judged; it knows no widget."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from desktop.engine.errors import UserError
from desktop.engine.generate.sampling import Sampling
from desktop.flow.chat_answer import Side, Turn, Vote
from desktop.flow.chat_model import RUN, SMALL_WORLD, Choice, Contender, contenders_from, example_prompts

Stage = Literal["nothing", "loading", "ready", "answering", "broken"]
_LETTERS = ("A", "B")


@dataclass(frozen=True)
class Tally:
    """What was judged blind so far."""

    tuned: int = 0
    base: int = 0
    same: int = 0

    @property
    def total(self) -> int:
        """Return how many turns were judged."""
        return self.tuned + self.base + self.same


def _flip() -> bool:
    return random.SystemRandom().random() < 0.5


@dataclass
class Chat:
    """One conversation with a model and its base.

    Attributes:
        choices: the models there are.
        chosen: the one talked with.
        stage: where the loading or answering stands.
        contenders: who answers, the base first; known once loaded.
        turns: what was said.
        sampling: the settings of the next answers.
        system: the system prompt, empty for none.
        blind: whether names are hidden.
        swapped: whether the tuned model stands in the left column.
        show_differences: whether tokens are tinted.
        error: why nothing can be asked, or why the last answer failed.
        doing: what the loading is at.
        coin: decides the columns when names are hidden.
    """

    choices: list[Choice] = field(default_factory=list)
    chosen: Choice | None = None
    stage: Stage = "nothing"
    contenders: list[Contender] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    sampling: Sampling = field(default_factory=Sampling)
    system: str = ""
    blind: bool = False
    swapped: bool = False
    show_differences: bool = True
    error: UserError | None = None
    doing: str = ""
    coin: Callable[[], bool] = _flip

    # choosing and loading

    def offer(self, choices: Sequence[Choice]) -> None:
        """Take the list of models; the chosen one stays, also where it has gone."""
        self.choices = list(choices)

    def wanted(self, ref: str | None) -> Choice | None:
        """Return the model to open the page with: the one named, else the one at hand, else the newest run's."""
        if ref:
            known = next((choice for choice in self.choices if choice.ref == ref), None)
            return known or Choice(ref, ref.removeprefix(RUN), "tuned here" if ref.startswith(RUN) else "")
        return self.chosen or next(iter(self.choices), None)

    def choose(self, choice: Choice) -> dict[str, object]:
        """Turn to a model; the conversation starts anew. Return what the loading operation needs."""
        self.chosen = choice
        self.stage, self.error, self.doing = "loading", None, ""
        self.contenders, self.turns = [], []
        self._deal()
        return {"ref": choice.ref}

    def turn_away(self, choice: Choice) -> None:
        """Turn to a model that is no chat: it is tried elsewhere, and there is nobody to talk with."""
        self.chosen, self.stage, self.error, self.doing = choice, "nothing", None, ""
        self.contenders, self.turns = [], []

    def loading(self, piece: dict[str, Any]) -> None:
        """Take news of the loading."""
        self.doing = str(piece.get("doing", self.doing))

    def loaded(self, result: dict[str, Any]) -> None:
        """Take who can be asked."""
        self.contenders = contenders_from(result)
        if self.stage == "loading":
            self.stage = "ready"
        self.doing = ""

    def broke(self, error: UserError) -> None:
        """The model could not be loaded, or its process ended: nothing can be asked before it is chosen again."""
        self.stage, self.error, self.doing = "broken", error, ""

    # asking

    @property
    def can_ask(self) -> bool:
        """Tell whether a question can be sent now."""
        return self.stage == "ready"

    @property
    def waits(self) -> str:
        """Return why nothing can be sent, empty where it can."""
        if self.stage == "loading":
            return f"{self.doing or 'Loading the model'}\N{HORIZONTAL ELLIPSIS}"
        if self.stage == "nothing":
            return "Choose a model first."
        if self.stage == "broken":
            return "The model is not loaded."
        return "The last answers are still being written." if self.stage == "answering" else ""

    def ask(self, question: str) -> dict[str, object] | None:
        """Add a turn; return what the chat operation needs, or nothing where there is nothing to ask or nobody."""
        said = question.strip()
        if not said or not self.can_ask or self.chosen is None:
            return None
        self.error = None
        self.turns.append(Turn(said, [Side(contender.name) for contender in self.columns()]))
        self.stage = "answering"
        return {
            "ref": self.chosen.ref,
            "messages": {contender.name: self.messages(contender.name) for contender in self.contenders},
            "sampling": self.sampling.model_dump(),
            "differences": len(self.contenders) == 2,
        }

    def messages(self, contender: str) -> list[dict[str, str]]:
        """Return the conversation as ``contender`` had it: shared questions, its own answers."""
        said = [{"role": "system", "content": self.system}] if self.system.strip() else []
        for turn in self.turns:
            side = turn.side(contender)
            said.append({"role": "user", "content": turn.question})
            if side is not None and side.over and side.text:
                said.append({"role": "assistant", "content": side.text})
            elif side is not None and side.over:
                said.pop()  # it never answered that, and two questions in a row confuse most templates
        return said

    def piece(self, piece: dict[str, Any]) -> str:
        """Take a piece of an answer; return what is to be shown of it."""
        side = self.turns[-1].side(str(piece.get("contender"))) if self.turns else None
        return side.add(str(piece.get("text", ""))) if side is not None else ""

    def answered(self, result: dict[str, Any]) -> None:
        """Take the whole answers."""
        if not self.turns:
            return
        for answer in result.get("answers", []):
            side = self.turns[-1].side(str(answer.get("contender")))
            if side is not None:
                side.finish(answer)
        self._end("stopped")

    def failed(self, error: UserError) -> None:
        """The answers did not come; what was said stays on the screen."""
        self._end("stopped" if error.code == "cancelled" else "failed")
        if error.code == "cancelled":
            return
        if error.code in ("workbench_died", "workbench_unavailable"):
            self.broke(error)
        else:
            self.error = error

    def new_chat(self) -> None:
        """Forget what was said; model, settings and judgements about it start over."""
        self.turns, self.error = [], None
        if self.stage == "answering":
            self.stage = "ready"
        self._deal()

    # judging

    def set_blind(self, blind: bool) -> None:
        """Hide or show the names; hiding them deals the columns anew, so only where nothing was said yet.

        Where something was said, its columns stay: who saw the names has seen them, and a fair judgement needs a new
        chat.
        """
        self.blind = blind
        if not self.turns:
            self._deal()

    def vote(self, turn: Turn, column: int | None) -> None:
        """Judge a turn: the column that is better, or neither; judging again replaces the judgement."""
        if not turn.can_vote:
            return
        turn.vote = "same" if column is None else _vote(turn.sides[column].contender)

    @property
    def tally(self) -> Tally:
        """Return the judgements of this chat."""
        votes = [turn.vote for turn in self.turns]
        return Tally(votes.count("tuned"), votes.count("base"), votes.count("same"))

    @property
    def verdict(self) -> str:
        """Return the judgements in a sentence; while names are hidden only how many there are."""
        tally = self.tally
        if not tally.total:
            return ""
        if self.blind:
            return f"{tally.total} judged. Show the names to see who won."
        same = f", {tally.same} alike" if tally.same else ""
        return f"Judged blind: tuned better {tally.tuned}, base better {tally.base}{same}."

    # what the screen shows

    def columns(self) -> list[Contender]:
        """Return the contenders in the order of the columns."""
        return list(reversed(self.contenders)) if self.swapped else list(self.contenders)

    def heading(self, column: int) -> str:
        """Return what stands above a column: a letter while names are hidden."""
        columns = self.columns()
        if self.blind and len(columns) == 2:
            return f"Answer {_LETTERS[column]}"
        return columns[column].heading if column < len(columns) else ""

    @property
    def tints(self) -> bool:
        """Tell whether tokens are tinted: never while names are hidden, since only the tuned answer has tints."""
        return self.show_differences and not self.blind and len(self.contenders) == 2

    @property
    def run(self) -> str:
        """Return the run talked with, empty for any other model."""
        return self.chosen.run if self.chosen is not None else ""

    @property
    def small_world(self) -> str:
        """Return how little the model knows, where it is the starter or tuned from it."""
        return SMALL_WORLD if self.chosen is not None and self.chosen.bundled else ""

    def examples(self) -> list[str]:
        """Return questions to begin with, where the model is one we know questions for."""
        return example_prompts() if self.small_world else []

    def _deal(self) -> None:
        self.swapped = self.blind and self.coin()

    def _end(self, state: Literal["stopped", "failed"]) -> None:
        for side in self.turns[-1].sides if self.turns else []:
            if not side.over:
                side.state = state
        if self.stage == "answering":
            self.stage = "ready"


def _vote(contender: str) -> Vote:
    return "tuned" if contender == "tuned" else "base"
