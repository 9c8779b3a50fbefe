"""The methods for this model, these rows and this machine: ranked, each with its reason; it knows no screen."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Literal

from desktop.engine.check import method_problems
from desktop.engine.errors import RequestError
from desktop.engine.hardware import Hardware
from desktop.engine.job import JobSpec
from desktop.engine.memory.estimate import Estimate, estimate
from desktop.engine.memory.job_shape import options_of
from desktop.engine.memory.sizes import count, size
from desktop.engine.methods import METHODS
from desktop.engine.methods.base import Method, ModelFacts

FEW_ROWS = 20_000  # below this, moving every weight of a large model unlearns more than it teaches
SMALL_MODEL = 50e6  # weights; a model that small is cheap to move whole


@dataclass(frozen=True)
class Reason:
    """One reason: ``for`` the method, or just ``worth knowing``."""

    tone: Literal["for", "note"]
    text: str


@dataclass(frozen=True)
class Offer:
    """One method as it would be here.

    Attributes:
        id: of the method.
        title: on screen.
        family: short grouping.
        line: the one sentence that matters here.
        place: rank from 1; 0 for what is refused or does not fit.
        trainable: weights that would learn.
        total: weights in all.
        estimate: its memory, ``None`` while the machine is not known.
        refusal: why it does not go with the rest, empty where it does.
        cure: what to do about the refusal.
        reasons: why it stands where it stands.
        adapter: whether the result is a small file beside the model.
        file_mib: size of that file, or of the whole model.
        mergeable: whether it can be folded into the model.
    """

    id: str
    title: str
    family: str
    line: str
    place: int
    trainable: int
    total: int
    estimate: Estimate | None
    refusal: str
    cure: str
    reasons: tuple[Reason, ...]
    adapter: bool
    file_mib: float
    mergeable: bool

    @property
    def usable(self) -> bool:
        """Tell whether the job could run with it, memory aside."""
        return not self.refusal


def offers(
    jobs: dict[str, JobSpec], facts: ModelFacts, machine: Hardware | None, rows: int, longest_row: int | None = None
) -> list[Offer]:
    """Return every method, best first.

    Args:
        jobs: method id -> the job it would be.
        facts: of the model.
        machine: this one, ``None`` while not known.
        rows: good rows, 0 while unknown.
        longest_row: tokens of the longest row, where counted.
    """
    found = [_offer(METHODS.get(id), job, facts, machine, longest_row) for id, job in jobs.items()]
    order = {offer.id: number for number, offer in enumerate(sorted(found, key=lambda o: _key(o, facts, rows)))}
    found.sort(key=lambda offer: order[offer.id])
    named = [offer for offer in found if _ranked(offer)]
    result = []
    for offer in found:
        place = named.index(offer) + 1 if offer in named else 0
        told = dataclasses.replace(offer, place=place)
        result.append(
            dataclasses.replace(told, line=_line(told, found, facts, rows), reasons=_reasons(told, facts, rows))
        )
    return result


def _offer(method: Method, job: JobSpec, facts: ModelFacts, machine: Hardware | None, longest: int | None) -> Offer:
    try:
        _, options = options_of(job)
        against = next((p for p in method_problems(job, method, options, facts) if p.severity == "error"), None)
        refusal, cure = (against.message, against.fix) if against else ("", "")
    except RequestError as error:
        options = method.options()
        job = job.model_copy(update={"method": job.method.model_copy(update={"options": {}})})
        refusal, cure = error.message, error.hint
    trainable = method.trainable(facts, options)
    stored = trainable * 4 if method.is_adapter else facts.parameters * facts.bytes_per_weight
    return Offer(
        id=method.id,
        title=method.title,
        family=method.family,
        line=method.summary,
        place=0,
        trainable=trainable,
        total=facts.parameters,
        estimate=estimate(job, facts, machine, longest) if machine else None,
        refusal=refusal,
        cure=cure,
        reasons=(),
        adapter=method.is_adapter,
        file_mib=stored / 2**20,
        mergeable=method.mergeable,
    )


def _ranked(offer: Offer) -> bool:
    return offer.usable and (offer.estimate is None or offer.estimate.verdict != "too_big")


def _key(offer: Offer, facts: ModelFacts, rows: int) -> tuple[bool, bool, int, int, str]:
    method = METHODS.get(offer.id)
    # Whole-model training comes first only where nothing gentler will do: many rows, or no adapter that goes here.
    wasteful = not offer.adapter and (rows < FEW_ROWS or facts.parameters > SMALL_MODEL)
    return not offer.usable, not _ranked(offer), int(wasteful), method.order, offer.id


def _line(offer: Offer, found: list[Offer], facts: ModelFacts, rows: int) -> str:
    if offer.refusal:
        return offer.refusal
    if offer.estimate is not None and offer.estimate.verdict == "too_big":
        return f"{size(-offer.estimate.spare_mib)} more than is free here."
    if offer.place == 1 and offer.adapter:
        if rows and rows < FEW_ROWS:
            return f"Best first choice here: {rows:,} rows are too few to move all {count(facts.parameters)} weights."
        return "Best first choice here: the model keeps what it knows."
    if not offer.adapter:
        whole = f"All {count(facts.parameters)} weights."
        return f"{whole} Learns most, forgets most." if offer.place != 1 else f"{whole} Best first choice here."
    first = found[0]
    if offer.estimate and first.estimate and first.adapter and offer.id != first.id:
        less = first.estimate.total_mib - offer.estimate.total_mib
        if less > 0.03 * first.estimate.total_mib:
            return f"Much the same result, {size(less)} less memory, slower."
        if abs(less) <= 0.03 * first.estimate.total_mib and "quantised" not in offer.line:
            return f"No memory saved here over {first.title}, and slower." if offer.id == "qlora" else offer.line
    return offer.line


def _reasons(offer: Offer, facts: ModelFacts, rows: int) -> tuple[Reason, ...]:
    method = METHODS.get(offer.id)
    reasons = []
    if offer.refusal:
        return (Reason("note", f"{offer.refusal} {offer.cure}".strip()),)
    if offer.adapter:
        if rows and rows < FEW_ROWS:
            reasons.append(
                Reason("for", f"{rows:,} rows are too few to move {count(facts.parameters)} weights safely.")
            )
        reasons.append(Reason("for", "A frozen base keeps what it knows, and the change can be switched off."))
    elif rows >= FEW_ROWS:
        reasons.append(Reason("for", f"{rows:,} rows are enough to move every weight."))
    elif method.trains_embeddings:
        reasons.append(Reason("note", "Every weight may move, so abilities your rows do not exercise can be lost."))
    if offer.estimate is not None:
        fits = offer.estimate.verdict != "too_big"
        reasons.append(Reason("for" if fits else "note", offer.estimate.sentence))
    reasons.append(Reason("note", f"Take it when: {_lowered(method.use_when)}"))
    reasons.append(Reason("note", f"Think twice when: {_lowered(method.avoid_when)}"))
    return tuple(reasons)


def _lowered(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:] if sentence[1:2].islower() else sentence
