"""The job file: what was asked for, versioned and validated; it knows the registries but neither torch nor a screen."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from desktop.engine.data.source import DataSource as DataSource
from desktop.engine.errors import Problem, RequestError
from desktop.engine.options import Options, option

SCHEMA = 1

QUANTIZATIONS = ("none", "8bit", "nf4", "fp4")


class Choice(Options):
    """A registered thing and its options: ``lora`` or ``{id: lora, rank: 8}`` in the file."""

    id: str
    options: dict[str, Any] = Field(default_factory=dict)

    @classmethod
    def parse(cls, value: Any) -> Choice:
        """Accept the short form (a string) and the flat form (a mapping with ``id``)."""
        if isinstance(value, Choice):
            return value
        if isinstance(value, str):
            return cls(id=value)
        if isinstance(value, dict) and isinstance(value.get("id"), str):
            rest = {key: item for key, item in value.items() if key != "id"}
            nested = rest.pop("options", None)
            return cls(id=value["id"], options={**(nested or {}), **rest})
        message = "write an id, or a mapping with an id and its options"
        raise ValueError(message)

    def flat(self) -> Any:
        """Return the shortest form that parses back to this choice."""
        return {"id": self.id, **self.options} if self.options else self.id


class Mixing(Options):
    """How several data sets become one stream of rows; with a single one it says nothing."""

    strategy: Literal["proportional", "equal", "temperature", "explicit"] = option(
        "proportional",
        label="Mix by",
        help="Size (every row once), equal shares, size softened by a temperature, or the weights you give.",
    )
    temperature: float = option(
        2.0,
        label="Temperature",
        help="1 mixes by size; higher brings small sets closer to equal shares.",
        ge=1,
        le=100,
        typical="2 to 5",
        advanced=True,
    )
    stop: Literal["first", "last"] = option(
        "last",
        label="An epoch ends",
        help="When the first set is used up (no row twice), or when the last one is (rows of smaller sets come again).",
        advanced=True,
    )


class TokenizerChoice(Options):
    """What happens to the tokenizer: kept, or a new one trained on the job's own text."""

    action: Literal["keep", "train"] = "keep"
    kind: Literal["bpe", "wordpiece", "unigram"] = "bpe"
    vocabulary: int = Field(default=4096, ge=260, le=262_144)


class Training(Options):
    """How the training runs; ``None`` means the method's and the model's own default."""

    epochs: float = option(
        3.0, label="Epochs", help="How many times every row is seen.", ge=0.01, le=1000, typical="1 to 5"
    )
    max_steps: int | None = option(
        None, label="Most steps", help="Stops here even if the epochs are not done.", ge=1, advanced=True
    )
    batch_size: int = option(
        8,
        label="Batch size",
        help="Rows a step works on at once; more needs more memory.",
        ge=1,
        le=4096,
        typical="1 to 16",
    )
    accumulation: int = option(
        1,
        label="Accumulate",
        help="Batches added up before the weights move: a larger batch without more memory.",
        ge=1,
        le=4096,
        typical="1 to 16",
    )
    learning_rate: float | None = option(
        None,
        label="Learning rate",
        help="How far the weights move a step; empty takes the default of the method for this model size.",
        ge=1e-8,
        le=1.0,
        typical="1e-5 to 3e-3",
    )
    max_length: int = option(
        256, label="Longest row", help="Rows longer than this many tokens are cut.", ge=8, le=1_048_576, unit="tokens"
    )
    overlong: Literal["truncate", "drop", "split"] = option(
        "truncate",
        label="Longer rows",
        help="Cut off at the longest row, left out whole, or cut into several rows so that nothing is lost.",
    )
    seed: int = option(
        7, label="Seed", help="The same seed gives the same run on the same machine.", ge=0, le=2**31 - 1
    )
    schedule: Literal["cosine", "linear", "constant"] = option(
        "cosine", label="Schedule", help="How the learning rate falls over the run.", advanced=True
    )
    warmup: float = option(
        0.05, label="Warm-up", help="Share of the steps in which the learning rate rises.", ge=0, le=0.9, advanced=True
    )
    weight_decay: float = option(
        0.0, label="Weight decay", help="Pulls weights towards zero; guards large runs.", ge=0, le=1, advanced=True
    )
    max_grad_norm: float = option(
        1.0, label="Clip gradients at", help="Longer gradients are shortened to this.", ge=0, le=1000, advanced=True
    )
    optimizer: Literal["adamw", "adamw_8bit", "paged_adamw_8bit", "sgd", "muon"] = option(
        "adamw", label="Optimizer", help="AdamW suits nearly everything; 8-bit saves memory on a GPU.", advanced=True
    )
    precision: Literal["auto", "fp32", "bf16", "fp16"] = option(
        "auto", label="Precision", help="auto takes bf16 where the GPU has it, else fp32.", advanced=True
    )
    checkpointing: bool = option(
        False, label="Gradient checkpointing", help="Trades about a third more time for much less memory."
    )
    validation_share: float = option(
        0.1, label="Held out", help="Share of the rows kept for validation, never trained on.", ge=0.01, le=0.5
    )
    evaluate_every: int | None = option(
        None,
        label="Validate every",
        help="Steps between validations; empty means five times a run.",
        ge=1,
        advanced=True,
    )
    save_every: int | None = option(
        None,
        label="Checkpoint every",
        help="Steps between checkpoints; empty means four times a run.",
        ge=1,
        advanced=True,
    )
    keep_checkpoints: int = option(2, label="Keep", help="Newest checkpoints kept.", ge=1, le=1000, advanced=True)
    keep_best: bool = option(
        True,
        label="Keep the best",
        help="The checkpoint with the best held-out figure is never removed; it takes the room of one more.",
        advanced=True,
    )
    keep_every: int | None = option(
        None,
        label="Keep every",
        help="Checkpoints of steps that this divides are never removed; empty removes all but the newest and best.",
        ge=1,
        advanced=True,
    )
    load_best: bool = option(
        False,
        label="Result from the best step",
        help="The result is the model of the best kept step instead of the last. Its held-out figure was chosen among "
        "several, so it flatters a little.",
        advanced=True,
    )
    early_stop: int | None = option(
        None,
        label="Stop early after",
        help="Validations in a row without a better figure that end the run; empty never does.",
        ge=1,
        le=1000,
        typical="2 to 5",
        advanced=True,
    )
    on_out_of_memory: Literal["stop", "halve"] = option(
        "stop",
        label="Out of memory",
        help="Stop and say so, or go on from the last checkpoint with half the rows at once and twice as many added "
        "up: each step still learns from the same rows.",
        advanced=True,
    )
    threads: int | None = option(
        None, label="CPU threads", help="Empty means all cores but one, at least one.", ge=1, advanced=True
    )


class JobSpec(Options):
    """One fine-tuning job, as its YAML file says it.

    Attributes:
        name: name of the run and of its folder.
        model: ``starter``, another bundled model's id, a folder, ``run:NAME``, or a hub id in the local cache.
        data: the data sets.
        objective: what it learns from.
        method: what is trained.
        quantization: how the frozen base is stored; unsaid, ``nf4`` for the method ``qlora`` and ``none`` for others.
        tokenizer: kept or trained anew.
        chat_template: name of one of our templates or a template's text; empty takes the model's own.
        mixing: how several data sets become one stream of rows.
        training: everything about the run itself.
        device: ``auto``, ``cpu`` or ``cuda``.
    """

    schema_version: int = SCHEMA
    name: str = "run"
    model: str = "starter"
    data: tuple[DataSource, ...] = ()
    objective: Choice = Choice(id="sft")
    method: Choice = Choice(id="lora")
    quantization: Literal["none", "8bit", "nf4", "fp4"] = "none"
    tokenizer: TokenizerChoice = TokenizerChoice()
    chat_template: str = ""
    mixing: Mixing = Mixing()
    training: Training = Training()
    device: Literal["auto", "cpu", "cuda"] = "auto"

    @model_validator(mode="before")
    @classmethod
    def _quantized_by_name(cls, values: Any) -> Any:
        # QLoRA is LoRA over a 4-bit base: its name alone says how the base is stored.
        if isinstance(values, dict) and "quantization" not in values:
            method = values.get("method")
            named = method.get("id") if isinstance(method, dict) else getattr(method, "id", method)
            return {**values, "quantization": "nf4"} if named == "qlora" else values
        return values

    @field_validator("objective", "method", mode="before")
    @classmethod
    def _choice(cls, value: Any) -> Choice:
        return Choice.parse(value)

    @field_validator("name")
    @classmethod
    def _name(cls, value: str) -> str:
        if not value.strip() or any(c in value for c in '/\\:*?"<>|\0') or value.strip(". ") == "":
            message = 'a name needs at least one letter and none of / \\ : * ? " < > |'
            raise ValueError(message)
        return value.strip()

    @classmethod
    def from_mapping(cls, values: Any) -> JobSpec:
        """Validate ``values``; raise :class:`RequestError` naming every wrong field in words."""
        if not isinstance(values, dict):
            raise RequestError("bad_job", "A job file holds a list of settings (key: value lines); this one does not.")
        if values.get("schema_version", SCHEMA) > SCHEMA:
            raise RequestError(
                "newer_job",
                "This job file was written by a newer version of Fettle.",
                "Update Fettle, or remove schema_version.",
            )
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise RequestError.from_problems(problems_of(error)) from error

    @classmethod
    def from_yaml(cls, text: str) -> JobSpec:
        """Read a job from YAML text; raise :class:`RequestError` where it is no YAML or no job."""
        try:
            values = yaml.safe_load(text)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            where = f" at line {mark.line + 1}" if mark else ""
            raise RequestError(
                "bad_yaml", f"The job file is not valid YAML{where}.", "Check the indentation and quotes there."
            ) from error
        return cls.from_mapping(values)

    @classmethod
    def read(cls, path: Path) -> JobSpec:
        """Read a job file; relative data and model paths are taken from its folder."""
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise RequestError("no_job", f"The job file {path} cannot be read.", "Check the path.") from error
        return cls.from_yaml(text).anchored(path.resolve().parent)

    def anchored(self, folder: Path) -> JobSpec:
        """Return this job with paths made absolute from ``folder``, so that it can be moved into a run folder."""
        data = tuple(
            source.model_copy(
                update={
                    "path": _anchored(source.path, folder),
                    "also": tuple(_anchored(path, folder) for path in source.also),
                }
            )
            for source in self.data
        )
        beside = folder / self.model
        model = str(beside.resolve()) if self.model not in ("", ".") and beside.is_dir() else self.model
        return self.model_copy(update={"data": data, "model": model})

    def to_mapping(self, *, explain: bool = False) -> dict[str, Any]:
        """Return the file form: only what differs from a default, or everything with ``explain``."""
        values = self.model_dump(mode="json", exclude_defaults=not explain)
        head = {"schema_version": self.schema_version, "name": self.name, "model": self.model}
        values = {**head, **values}
        values["objective"] = self.objective.flat()
        values["method"] = self.method.flat()
        return values

    def to_yaml(self, *, explain: bool = False) -> str:
        """Return the job as YAML; ``from_yaml(job.to_yaml()) == job`` holds."""
        return yaml.safe_dump(self.to_mapping(explain=explain), sort_keys=False, allow_unicode=True)


def _anchored(path: str, folder: Path) -> str:
    return path if path.startswith("hub:") else str((folder / Path(path).expanduser()).resolve())


def problems_of(error: ValidationError, prefix: str = "") -> list[Problem]:
    """Return what pydantic found as sentences; ``prefix`` is put before each field (``method.``)."""
    problems = []
    for item in error.errors():
        field = prefix + ".".join(str(part) for part in item["loc"])
        if item["type"] == "extra_forbidden":
            problems.append(
                Problem(field, "there is no such setting.", "See `fettle train --explain` for all of them.")
            )
        else:
            problems.append(Problem(field, f"{item['msg'].removeprefix('Value error, ')} (got {item.get('input')!r})."))
    return problems
