"""The runs that hold a method to its contract: one left alone, one disturbed and interrupted, to be compared."""

from __future__ import annotations

import functools
import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from desktop.engine.check import method_refusal, options_of, setting_of
from desktop.engine.events import CheckpointSaved
from desktop.engine.job import JobSpec
from desktop.engine.methods import METHODS
from desktop.engine.methods.base import Method
from desktop.engine.models.facts import facts_of
from desktop.engine.run_folder import RunFolder
from tests.support.fresh_process import FreshProcess, logits
from tests.support.tensors import tensors_of, trained_names
from tests.support.training import new_run, train

OBJECTIVES = {"causal": "sft", "masked": "mlm", "seq2seq": "seq2seq"}
WORDS = ("bread", "flour", "salt", "oven")
ROWS = {
    "masked": lambda n: {"text": f"The baker needs {WORDS[n % 4]} for the bread of day {n}, every day."},
    "seq2seq": lambda n: {"source": f"number {n}", "target": f"some {WORDS[n % 4]}"},
}
# A random model of width 32 needs larger steps than any model somebody has trained.
FASTER, FASTEST = 5.0, 0.2


@dataclass(frozen=True)
class Case:
    """One way of training, on one of the tiny models.

    Attributes:
        method: as a job file says it.
        architecture: the tiny model.
        settings: what else the job says.
        steps: optimizer steps of a run.
        killed_after: the step after which a run is interrupted.
    """

    method: Any
    architecture: str = "llama"
    settings: dict[str, Any] = field(default_factory=dict)
    steps: int = 12
    killed_after: int = 7

    @property
    def id(self) -> str:
        """The method's id."""
        return str(self.method["id"] if isinstance(self.method, dict) else self.method)

    def job(self, base: Path) -> JobSpec:
        """Return the job without data."""
        kind = facts_of(base).kind
        return JobSpec.from_mapping(
            {"model": str(base), "method": self.method, "objective": OBJECTIVES[kind], **self.settings}
        )

    def refusal(self, base: Path) -> str | None:
        """Return why the method does not go with this model and these settings."""
        job, method = self.job(base), METHODS.get(self.id)
        return method_refusal(method, setting_of(job, facts_of(base)), options_of(method, job.method))


class Battery:
    """Two runs of one job, and what the tests ask of them.

    Attributes:
        case: what is tried.
        base: the tiny model.
        run: trained without a pause, an evaluation or a sample in between.
        second: the same job, disturbed and interrupted.
        untouched: every tensor as the method built it.
        tensors: every tensor after ``run``.
        resumed: every tensor after ``second``.
        trains: names of what required a gradient.
        logits: of the model that ``run`` trained, before it was saved.
        off: the same with its adapter disabled.
        method: what is trained.
        options: how.
    """

    def __init__(self, case: Case, root: Path, base: Path) -> None:
        """Train both; ``second`` is evaluated and sampled after every second step."""
        self.case, self.base = case, base
        self.method: Method = METHODS.get(case.id)
        self.options = options_of(self.method, case.job(base).method)
        self._root = root
        self.run = self._new({"evaluate_every": 1000, "save_every": 1000})
        alone = train(self.run)
        self.untouched = alone.everything
        model = alone.trainer.model
        self.tensors, self.trains = tensors_of(model), trained_names(model)
        self.logits = logits(model)
        self.off = self._off(model)
        self.second = self._new({"evaluate_every": 2, "save_every": 3})
        train(self.second, kill_after=case.killed_after, samples=True)
        self.resumed = tensors_of(train(self.second, resume=True, samples=True).trainer.model)

    def _new(self, every: dict[str, int]) -> RunFolder:
        facts = facts_of(self.base)
        settings = {**self.case.settings}
        rate = min(FASTEST, FASTER * self.method.default_learning_rate(facts))
        training = {"learning_rate": rate, "max_steps": self.case.steps, "epochs": 4, **every}
        training |= settings.pop("training", {})
        if facts.kind in ROWS:
            data = self._root / f"{facts.kind}.jsonl"
            data.write_text("\n".join(json.dumps(ROWS[facts.kind](n)) for n in range(32)), encoding="utf-8")
            settings["data"] = [{"path": str(data)}]
            training["max_length"] = 32
        settings |= {"method": self.case.method, "objective": OBJECTIVES[facts.kind]}
        return new_run(self._root / "runs", self.base, training=training, **settings)

    def _off(self, model: Any) -> torch.Tensor | None:
        if not self.method.is_adapter:
            return None
        with model.disable_adapter():
            return logits(model)

    @functools.cached_property
    def facts(self) -> Any:
        """Facts of the base."""
        return facts_of(self.base)

    def reloaded(self, fresh: FreshProcess) -> dict[str, Any]:
        """Return the logits of what ``run`` saved, loaded in a process that trained nothing."""
        return fresh.logits(
            f"run:{self.run.name}",
            self._root,
            kind=self.facts.kind,
            quantization=self.run.job().quantization,
            double=self.method.double_quantization(self.options),
        )

    def has_checkpoint_before_the_kill(self) -> bool:
        """Tell whether there was anything to resume from."""
        saved = [event.step for event in self.second.events() if isinstance(event, CheckpointSaved)]
        return any(step <= self.case.killed_after for step in saved)

    def forget(self) -> None:
        """Remove the files: many batteries are made in a row."""
        shutil.rmtree(self._root, ignore_errors=True)
