"""What the user said in the wizard, and nothing that was found out or inferred; it knows no step and no screen."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from desktop.engine.advise.base import GOALS
from desktop.engine.data.source import Pick
from desktop.engine.errors import RequestError
from desktop.engine.job import Choice, DataSource, JobSpec, Mixing, TokenizerChoice, Training

STEPS = ("model", "data", "objective", "tokenizer", "method", "memory", "review")


@dataclass(frozen=True)
class Answers:
    """Every choice the user made; what is empty is inferred.

    Attributes:
        step: the step that is open.
        advanced: whether all settings are shown.
        name: of the run.
        model: what a job calls the model.
        data: the data sets.
        looked: which of them the Data step shows, from 0.
        mixing: how several of them become one stream of rows.
        chat_template: name or text of the template that is taken instead of the model's own.
        objective: what it learns from.
        method: what is trained, with the options that were changed.
        quantization: how the frozen base is stored, where it was chosen apart from the method.
        tokenizer: kept or trained anew.
        training: the training options that were changed.
        device: where it runs.
        goal: what the adviser is to rank the methods for, empty for what data and model suggest.
    """

    step: str = "model"
    advanced: bool = False
    name: str = ""
    model: str = ""
    data: tuple[DataSource, ...] = ()
    looked: int = 0
    mixing: Mixing = field(default_factory=Mixing)
    chat_template: str = ""
    objective: Choice | None = None
    method: Choice | None = None
    quantization: str = ""
    tokenizer: TokenizerChoice = field(default_factory=TokenizerChoice)
    training: dict[str, Any] = field(default_factory=dict)
    device: str = "auto"
    goal: str = ""

    @property
    def source(self) -> DataSource | None:
        """Return the data set that is looked at."""
        return self.data[min(self.looked, len(self.data) - 1)] if self.data else None

    @property
    def touched(self) -> bool:
        """Tell whether anything worth keeping was said: a model alone, which may be inferred, leaves no draft."""
        return dataclasses.replace(self, step="model", advanced=False, model="") != Answers()

    def with_source(self, path: str, **fields: Any) -> Answers:
        """Return the answers with the data set looked at at ``path``; another file's mapping does not carry over."""
        return self._with_looked(DataSource(path=path, **fields))

    def with_set(self, **changes: Any) -> Answers:
        """Return the answers with other values of the data set looked at (``checks``, ``edits``, ``weight``...)."""
        if self.source is None:
            return self
        return self._with_looked(self.source.model_copy(update=changes))

    def with_mapping(self, mapping: dict[str, Pick]) -> Answers:
        """Return the answers with the columns of the data set looked at mapped as told."""
        return self.with_set(mapping=mapping)

    def with_policy(self, check: str, policy: str) -> Answers:
        """Return the answers with another choice of what becomes of the rows ``check`` finds."""
        return self.with_set(checks={**self.source.checks, check: policy}) if self.source else self

    def with_another(self, path: str, also: tuple[str, ...] = ()) -> Answers:
        """Return the answers with one more data set, which is looked at."""
        return dataclasses.replace(self, data=(*self.data, DataSource(path=path, also=also)), looked=len(self.data))

    def without(self, place: int) -> Answers:
        """Return the answers without the data set at ``place``."""
        kept = tuple(source for index, source in enumerate(self.data) if index != place)
        looked = self.looked - 1 if self.looked >= place and self.looked else self.looked
        return dataclasses.replace(self, data=kept, looked=max(0, min(looked, len(kept) - 1)))

    def _with_looked(self, source: DataSource) -> Answers:
        place = min(self.looked, max(0, len(self.data) - 1))
        return dataclasses.replace(self, data=(*self.data[:place], source, *self.data[place + 1 :]), looked=place)

    def with_training(self, **changes: Any) -> Answers:
        """Return the answers with training options changed; ``...`` takes a change back."""
        kept = {**self.training, **changes}
        return dataclasses.replace(self, training={key: value for key, value in kept.items() if value is not ...})

    def with_method(self, id: str, options: dict[str, Any] | None = None) -> Answers:
        """Return the answers with another method; how the base is stored follows it again."""
        return dataclasses.replace(self, method=Choice(id=id, options=options or {}), quantization="")

    @classmethod
    def of_job(cls, job: JobSpec, **fields: Any) -> Answers:
        """Return answers that lead to ``job`` again: for a clone of a run and for a job file from anywhere."""
        plain = Training()
        changed = {name: value for name, value in job.training if value != getattr(plain, name)}
        # What equals the file's own default may still differ from what would be inferred here, and a clone is a clone.
        changed |= {name: getattr(job.training, name) for name in ("epochs", "batch_size", "max_length")}
        return cls(
            name="" if job.name == "run" else job.name,
            model=job.model,
            data=job.data,
            mixing=job.mixing,
            chat_template=job.chat_template,
            objective=job.objective,
            method=job.method,
            quantization=job.quantization,
            tokenizer=job.tokenizer,
            training=changed,
            device=job.device,
            **fields,
        )

    def to_mapping(self) -> dict[str, Any]:
        """Return the form a draft is saved in."""
        return {
            "step": self.step,
            "advanced": self.advanced,
            "name": self.name,
            "model": self.model,
            "data": [source.model_dump(mode="json", exclude_defaults=True) for source in self.data],
            "looked": self.looked,
            "mixing": self.mixing.model_dump(mode="json", exclude_defaults=True),
            "chat_template": self.chat_template,
            "objective": self.objective.flat() if self.objective else None,
            "method": self.method.flat() if self.method else None,
            "quantization": self.quantization,
            "tokenizer": self.tokenizer.model_dump(mode="json"),
            "training": self.training,
            "device": self.device,
            "goal": self.goal,
        }

    @classmethod
    def from_mapping(cls, values: Any) -> Answers:
        """Read a draft back; raise :class:`RequestError` where it is none."""
        try:
            step = str(values["step"])
            training = dict(values["training"])
            Training.model_validate(training)
            data = tuple(DataSource.model_validate(source) for source in values["data"])
            return cls(
                step=step if step in STEPS else "model",
                advanced=bool(values["advanced"]),
                name=str(values["name"]),
                model=str(values["model"]),
                data=data,
                looked=min(max(0, int(values.get("looked", 0))), max(0, len(data) - 1)),
                mixing=Mixing.model_validate(values.get("mixing") or {}),
                chat_template=str(values.get("chat_template") or ""),
                objective=Choice.parse(values["objective"]) if values["objective"] else None,
                method=Choice.parse(values["method"]) if values["method"] else None,
                quantization=str(values["quantization"]),
                tokenizer=TokenizerChoice.model_validate(values["tokenizer"]),
                training=training,
                device=str(values["device"]),
                goal=_known_goal(values.get("goal")),
            )
        except (KeyError, TypeError, ValueError, ValidationError) as error:
            raise RequestError(
                "bad_draft", "The saved draft cannot be read, so the wizard starts anew.", "Nothing else is affected."
            ) from error


def _known_goal(said: Any) -> str:
    return said if said in {one.id for one in GOALS} else ""
