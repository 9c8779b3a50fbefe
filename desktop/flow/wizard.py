"""The wizard without a window: from answers and findings to steps, a job and its memory; it knows no widget.

A :class:`Wizard` never changes. An answer or a finding makes a new one, so every path can be walked as data.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from desktop.engine.defaults import default_learning_rate
from desktop.engine.errors import Problem, RequestError
from desktop.engine.job import Choice, JobSpec, Training
from desktop.engine.memory.estimate import Estimate, estimate
from desktop.engine.memory.job_shape import options_of
from desktop.engine.methods import METHODS
from desktop.engine.methods.base import Method
from desktop.flow.wizard_answers import STEPS, Answers
from desktop.flow.wizard_findings import Findings
from desktop.flow.wizard_inferred import kept_aside, name_of, objective_of, rows_of, split_of, training_of, unsuited
from desktop.flow.wizard_lines import line_of
from desktop.flow.wizard_methods import Offer, offers
from desktop.flow.wizard_objectives import ObjectiveOffer, blocking, objective_offers, objective_problems
from desktop.flow.wizard_plan import Plan, plan
from desktop.flow.wizard_sets import sets_blocked, sets_found

TITLES = {
    "model": "Model",
    "data": "Data",
    "objective": "Objective",
    "tokenizer": "Tokenizer",
    "method": "Method",
    "memory": "Memory",
    "review": "Review",
}


@dataclass(frozen=True)
class StepState:
    """One line of the step list.

    Attributes:
        id: of the step.
        number: from 1.
        title: on screen.
        line: what was chosen there, empty while nothing was.
        done: whether it needs nothing more.
        open: whether it is the one shown.
        reachable: whether it can be opened now.
        blocked: why it is not done, in a sentence; empty when it is.
    """

    id: str
    number: int
    title: str
    line: str
    done: bool
    open: bool
    reachable: bool
    blocked: str


@dataclass(frozen=True)
class Wizard:
    """One moment of the wizard.

    Attributes:
        answers: what the user said.
        findings: what was found out.
    """

    answers: Answers = field(default_factory=Answers)
    findings: Findings = field(default_factory=Findings)

    # --- moving on -----------------------------------------------------------------------------------------------

    def answered(self, answers: Answers) -> Wizard:
        """Return the wizard with other answers; findings that no longer belong to them are dropped."""
        found = self.findings
        if answers.model != self.answers.model:
            found = dataclasses.replace(found, model=None, model_error=None, lengths=None, tokenizer=None)
        if answers.data != self.answers.data or answers.source != self.answers.source:
            found = sets_found(found, self.answers, answers)
        if answers.chat_template != self.answers.chat_template:
            found = dataclasses.replace(found, lengths=None)
        return Wizard(answers, dataclasses.replace(found, problems=None))

    def found(self, **findings: Any) -> Wizard:
        """Return the wizard with something found out."""
        kept = {"problems": None, **findings} if findings.keys() - {"problems"} else findings
        return Wizard(self.answers, dataclasses.replace(self.findings, **kept))

    def at(self, step: str) -> Wizard:
        """Return the wizard with another step open."""
        return Wizard(dataclasses.replace(self.answers, step=step), self.findings)

    # --- what follows --------------------------------------------------------------------------------------------

    @cached_property
    def offers(self) -> list[Offer]:
        """Every method as it would be here, best first; empty while no model is known."""
        if self.findings.model is None:
            return []
        jobs = {method.id: self._job_with(method) for method in METHODS.all()}
        lengths = self.findings.lengths
        return offers(
            jobs,
            self.findings.model.facts,
            self.findings.machine,
            rows_of(self.findings),
            self._longest,
            mean_row=lengths.mean if lengths else None,
            goal=self.answers.goal,
        )

    @cached_property
    def method(self) -> Choice:
        """What is trained: as chosen, else the first in the ranking, else the first there is."""
        if self.answers.method is not None:
            return self.answers.method
        best = next((offer.id for offer in self.offers if offer.place == 1), None)
        known = [method.id for method in METHODS.all()]
        return Choice(id=best or ("lora" if "lora" in known else known[0]))

    @cached_property
    def offer(self) -> Offer | None:
        """The chosen method as it would be here."""
        return next((offer for offer in self.offers if offer.id == self.method.id), None)

    @cached_property
    def objectives(self) -> list[ObjectiveOffer]:
        """Every objective as it would be here, those that suit first."""
        return objective_offers(self.findings)

    @cached_property
    def objective_problems(self) -> list[Problem]:
        """What the chosen objective still needs before it can be learned."""
        return objective_problems(self.job, self.findings.model.facts if self.findings.model else None)

    @cached_property
    def inferred(self) -> Training:
        """The training options nobody has to set."""
        return training_of(self.findings)

    @cached_property
    def job(self) -> JobSpec:
        """The job these answers lead to."""
        return self._job(self.method, self.answers.quantization)

    @cached_property
    def learning_rate(self) -> float:
        """The learning rate the run will take."""
        facts = self.findings.model.facts if self.findings.model else None
        return self.job.training.learning_rate or default_learning_rate(self.job, facts)

    @cached_property
    def estimate(self) -> Estimate | None:
        """The memory of the job; ``None`` while model or machine is not known, or an option is wrong."""
        if self.findings.model is None or self.findings.machine is None:
            return None
        try:
            return estimate(self.job, self.findings.model.facts, self.findings.machine, self._longest)
        except RequestError:
            return None

    @cached_property
    def plan(self) -> Plan:
        """What the job will do with the rows."""
        facts = self.findings.model.facts if self.findings.model else None
        trainable = self.offer.trainable if self.offer else 0
        rows = rows_of(self.findings)
        aside = kept_aside(self.findings)
        told = split_of(self.findings, self.job.training)
        return plan(self.job, rows, facts, trainable, self.findings.machine, self.findings.lengths, aside, told)

    @cached_property
    def steps(self) -> list[StepState]:
        """The step list."""
        states = []
        reachable = True
        for number, id in enumerate(STEPS, start=1):
            blocked = self.blocked(id)
            states.append(
                StepState(
                    id=id,
                    number=number,
                    title=TITLES[id],
                    line=line_of(self, id),
                    done=reachable and not blocked and id != "review",
                    open=id == self.answers.step,
                    reachable=reachable,
                    blocked=blocked,
                )
            )
            reachable = reachable and not blocked
        return states

    def step(self, id: str) -> StepState:
        """Return one line of the step list."""
        return next(state for state in self.steps if state.id == id)

    @property
    def current(self) -> StepState:
        """The step that is open."""
        return self.step(self.answers.step)

    @property
    def next_step(self) -> str | None:
        """The step after the open one."""
        place = STEPS.index(self.answers.step)
        return STEPS[place + 1] if place + 1 < len(STEPS) else None

    @property
    def previous_step(self) -> str | None:
        """The step before the open one."""
        place = STEPS.index(self.answers.step)
        return STEPS[place - 1] if place > 0 else None

    def blocked(self, step: str) -> str:
        """Return why ``step`` is not done, in a sentence; empty when nothing more is needed there."""
        return {
            "model": self._model_blocked,
            "data": self._data_blocked,
            "objective": lambda: blocking(self.objective_problems, later=False),
            "tokenizer": self._tokenizer_blocked,
            "method": self._method_blocked,
            "memory": lambda: "",  # what does not fit is said loudly, and may still be tried: other programs can go
            "review": self._review_blocked,
        }[step]()

    # --- inside --------------------------------------------------------------------------------------------------

    @property
    def _longest(self) -> int | None:
        return self.findings.lengths.longest if self.findings.lengths else None

    def _job_with(self, method: Method) -> JobSpec:
        chosen = self.answers.method
        if chosen is not None and chosen.id == method.id:
            return self._job(chosen, self.answers.quantization)
        return self._job(Choice(id=method.id), "")

    def _job(self, method: Choice, quantization: str) -> JobSpec:
        answers = self.answers
        values: dict[str, Any] = {
            "name": answers.name or name_of(answers, method.id),
            "model": answers.model or "starter",
            "data": answers.data,
            "mixing": answers.mixing,
            "chat_template": answers.chat_template,
            "objective": objective_of(answers, self.findings),
            "method": method,
            "tokenizer": answers.tokenizer,
            "training": self.inferred.model_copy(update=answers.training),
            "device": answers.device,
        }
        # Unsaid, the method's name alone says how the base is stored.
        return JobSpec.model_validate({**values, "quantization": quantization} if quantization else values)

    def _model_blocked(self) -> str:
        if not self.answers.model:
            return "Choose a model first."
        if self.findings.model_error is not None:
            return str(self.findings.model_error)
        return "" if self.findings.model is not None else "The model is being looked at."

    def _data_blocked(self) -> str:
        if not self.answers.data:
            return "Choose a sample, or a file of your own."
        if self.findings.data_error is not None:
            stopped = self.findings.data_error.code == "cancelled"
            return "The file was not read to its end. Read it again." if stopped else str(self.findings.data_error)
        data = self.findings.data
        if data is not None and data.problem is not None:
            unmapped = data.problem.code == "needs_mapping"
            return "Say what the columns hold: pick a role above each." if unmapped else str(data.problem)
        if data is None or not data.kind:
            return "The file is being read."
        if data.rows < 2:
            return "At least two good rows are needed: one to learn from and one to check with."
        return unsuited(self.answers, self.findings) or sets_blocked(self.answers, self.findings)

    def _tokenizer_blocked(self) -> str:
        model = self.findings.model
        if self.answers.tokenizer.action == "train" and model is not None and model.facts.kind != "causal":
            return "A new tokenizer can only be trained for a text generator. Keep the tokenizer."
        return ""

    def _method_blocked(self) -> str:
        try:
            options_of(self.job)
        except RequestError as error:
            return str(error)
        refused = f"{self.offer.refusal} {self.offer.cure}".strip() if self.offer else ""
        return refused or blocking(self.objective_problems, later=True)

    def _review_blocked(self) -> str:
        for step in STEPS[:-1]:
            reason = self.blocked(step)
            if reason:
                return f"{TITLES[step]}: {reason}"
        if self.findings.problems is None:
            return "Everything is being checked once more."
        against = [problem for problem in self.findings.problems if problem.severity == "error"]
        return f"{against[0].message} {against[0].fix}".strip() if against else ""
