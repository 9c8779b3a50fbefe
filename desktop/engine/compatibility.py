"""What a method goes with and why not, asked of the same rules a job is checked by; it decides nothing itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from desktop.engine.check import method_refusal
from desktop.engine.methods.base import Method, ModelFacts, Setting
from desktop.engine.objectives import OBJECTIVES
from desktop.engine.objectives.base import Objective
from desktop.engine.quantization import QUANTIZATIONS


@dataclass(frozen=True)
class Verdict:
    """Whether a method goes with one thing.

    Attributes:
        id: of the thing (``nf4``, ``sft``, ``causal``).
        works: whether it does.
        reason: why not, in a sentence with the cure; empty where it does.
    """

    id: str
    works: bool
    reason: str = ""


@dataclass(frozen=True)
class Compatibility:
    """What one method goes with, as its options stand.

    Attributes:
        kinds: kinds of model.
        quantizations: ways of storing the base.
        objectives: what it can learn from.
        checkpointing: gradient checkpointing.
        merge: for each way of storing the base that works, whether the result can be folded into it.
    """

    kinds: tuple[Verdict, ...]
    quantizations: tuple[Verdict, ...]
    objectives: tuple[Verdict, ...]
    checkpointing: Verdict
    merge: tuple[Verdict, ...]

    @property
    def stored(self) -> tuple[str, ...]:
        """Return the ways of storing the base that work."""
        return tuple(verdict.id for verdict in self.quantizations if verdict.works)

    @property
    def merges(self) -> bool | None:
        """Tell whether the result can be folded into its base: always, never, or ``None`` for now and then."""
        found = {verdict.works for verdict in self.merge} or {False}
        return found.pop() if len(found) == 1 else None

    def as_dict(self) -> dict[str, Any]:
        """Return the form programs read."""
        return asdict(self)


def compatibility(method: Method, facts: ModelFacts | None = None, options: Any = None) -> Compatibility:
    """Return what ``method`` goes with: at all, or on the model of ``facts``."""
    chosen = method.options() if options is None else options
    asked = "sft" if facts is None else _objective_for(facts)

    def refusal(objective: str = asked, stored: str = "none", checkpointing: bool = False) -> str | None:
        setting = Setting(objective, stored, checkpointing, facts)
        # What has to be installed is told apart: it says nothing about what goes together.
        return method.refusal(setting, chosen) if method.missing() else method_refusal(method, setting, chosen)

    quantizations = _verdicts((stored, refusal(stored=stored)) for stored in QUANTIZATIONS)
    # QLoRA is refused over a full base, which says nothing against an objective: ask where it can work.
    home = next((verdict.id for verdict in quantizations if verdict.works), "none")

    def for_objective(objective: Objective) -> str | None:
        if not set(objective.kinds) & set(method.kinds) or (facts is not None and facts.kind not in objective.kinds):
            return f"{objective.title} needs another kind of model. Choose another objective."
        return refusal(objective.id, home) or objective.refusal(method, Setting(objective.id, home, model=facts))

    return Compatibility(
        kinds=tuple(Verdict(kind, works=True) for kind in method.kinds),
        quantizations=quantizations,
        objectives=_verdicts((objective.id, for_objective(objective)) for objective in OBJECTIVES.all()),
        checkpointing=_verdicts([("checkpointing", refusal(stored=home, checkpointing=True))])[0],
        merge=_verdicts(
            (verdict.id, method.merge_refusal(Setting(asked, verdict.id, model=facts), chosen))
            for verdict in quantizations
            if verdict.works
        ),
    )


def _verdicts(asked: Iterable[tuple[str, str | None]]) -> tuple[Verdict, ...]:
    return tuple(Verdict(id, reason is None, reason or "") for id, reason in asked)


def _objective_for(facts: ModelFacts) -> str:
    fitting = (objective.id for objective in OBJECTIVES.all() if facts.kind in objective.kinds)
    return next(fitting, "sft")
