"""What the user said in the wizard, and nothing that was found out or inferred; it knows no step and no screen."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from desktop.engine.errors import RequestError
from desktop.engine.job import Choice, DataSource, JobSpec, TokenizerChoice, Training

STEPS = ("model", "data", "tokenizer", "method", "memory", "review")


@dataclass(frozen=True)
class Answers:
    """Every choice the user made; what is empty is inferred.

    Attributes:
        step: the step that is open.
        advanced: whether all settings are shown.
        name: of the run.
        model: what a job calls the model.
        data: the data sets; the first is the one the Data step shows.
        objective: what it learns from.
        method: what is trained, with the options that were changed.
        quantization: how the frozen base is stored, where it was chosen apart from the method.
        tokenizer: kept or trained anew.
        training: the training options that were changed.
        device: where it runs.
    """

    step: str = "model"
    advanced: bool = False
    name: str = ""
    model: str = ""
    data: tuple[DataSource, ...] = ()
    objective: Choice | None = None
    method: Choice | None = None
    quantization: str = ""
    tokenizer: TokenizerChoice = field(default_factory=TokenizerChoice)
    training: dict[str, Any] = field(default_factory=dict)
    device: str = "auto"

    @property
    def source(self) -> DataSource | None:
        """Return the data set that is looked at."""
        return self.data[0] if self.data else None

    @property
    def touched(self) -> bool:
        """Tell whether anything worth keeping was said: a model alone, which may be inferred, leaves no draft."""
        return dataclasses.replace(self, step="model", advanced=False, model="") != Answers()

    def with_source(self, path: str, **fields: Any) -> Answers:
        """Return the answers with the first data set at ``path``; the mapping of another file does not carry over."""
        first = DataSource(path=path, **fields)
        return dataclasses.replace(self, data=(first, *self.data[1:]))

    def with_mapping(self, mapping: dict[str, str]) -> Answers:
        """Return the answers with the first data set's columns mapped as told."""
        if not self.data:
            return self
        return dataclasses.replace(self, data=(self.data[0].model_copy(update={"mapping": mapping}), *self.data[1:]))

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
            "objective": self.objective.flat() if self.objective else None,
            "method": self.method.flat() if self.method else None,
            "quantization": self.quantization,
            "tokenizer": self.tokenizer.model_dump(mode="json"),
            "training": self.training,
            "device": self.device,
        }

    @classmethod
    def from_mapping(cls, values: Any) -> Answers:
        """Read a draft back; raise :class:`RequestError` where it is none."""
        try:
            step = str(values["step"])
            training = dict(values["training"])
            Training.model_validate(training)
            return cls(
                step=step if step in STEPS else "model",
                advanced=bool(values["advanced"]),
                name=str(values["name"]),
                model=str(values["model"]),
                data=tuple(DataSource.model_validate(source) for source in values["data"]),
                objective=Choice.parse(values["objective"]) if values["objective"] else None,
                method=Choice.parse(values["method"]) if values["method"] else None,
                quantization=str(values["quantization"]),
                tokenizer=TokenizerChoice.model_validate(values["tokenizer"]),
                training=training,
                device=str(values["device"]),
            )
        except (KeyError, TypeError, ValueError, ValidationError) as error:
            raise RequestError(
                "bad_draft", "The saved draft cannot be read, so the wizard starts anew.", "Nothing else is affected."
            ) from error
