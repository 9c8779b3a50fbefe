"""Everything that can be refused before a model is loaded, in the same words for wizard, command line and engine.

It knows the registries and the files, neither torch nor a screen.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from desktop.engine.data.hub.cache import PREFIX, files_of
from desktop.engine.data.rendering.templates import chosen
from desktop.engine.disk_need import checkpoints_at_most, run_bytes
from desktop.engine.errors import Problem, RequestError
from desktop.engine.hardware import Hardware, hardware
from desktop.engine.job import Choice, JobSpec, problems_of
from desktop.engine.job_rows import rows_problems
from desktop.engine.methods import METHODS
from desktop.engine.methods.base import Method, ModelFacts, Setting
from desktop.engine.models.facts import facts_of
from desktop.engine.models.heads import head_of, head_of_folder
from desktop.engine.models.library import ModelRef, resolve
from desktop.engine.models.merge import merge_refusal
from desktop.engine.objectives import OBJECTIVES
from desktop.engine.objectives.base import Objective
from desktop.engine.options import Options
from desktop.engine.registry import Registrable, Registry
from desktop.engine.suits import MODEL_KIND_TITLES, model_refusal

_OVERLONG = {"drop": "left out", "split": "cut into several"}

Thing = TypeVar("Thing", bound=Registrable)


def problems(job: JobSpec, machine: Hardware | None = None) -> list[Problem]:
    """Return everything wrong or noteworthy about ``job``; it may start when no ``error`` is among them."""
    machine = machine or hardware()
    found: list[Problem] = []
    ref, facts = _model(job, found)
    method, method_options = _choice(METHODS, job.method, "method", found)
    objective, objective_options = _choice(OBJECTIVES, job.objective, "objective", found)
    _data(job, found)
    _device(job, machine, found)
    if isinstance(method, Method) and method_options is not None:
        found += method_problems(job, method, method_options, facts)
        if facts is not None:
            _disk(job, method.trainable(facts, method_options), machine, found)
    _template(job, objective, found)
    if isinstance(objective, Objective):
        _overlong(job, objective, found)
        found += rows_problems(job, objective, facts.kind if facts else "")
    if isinstance(objective, Objective) and facts is not None:
        _objective(objective, facts, found)
        _head(objective, ref, facts, found)
    if isinstance(objective, Objective) and objective_options is not None:
        found += objective.problems(job, objective_options, facts)
    if facts is not None:
        taken = method.virtual_tokens(method_options) if isinstance(method, Method) and method_options else 0
        _length(job, facts.context - taken, found)
    if ref is not None and facts is not None and ref.adapters:
        _start_from_adapter(job, ref, found)
    return found


def refuse(job: JobSpec, machine: Hardware | None = None) -> None:
    """Raise :class:`RequestError` with everything that stands against ``job``, if anything does."""
    found = [problem for problem in problems(job, machine) if problem.severity == "error"]
    if found:
        raise RequestError.from_problems(found)


def options_of(thing: Method | Objective, choice: Choice) -> Any:
    """Return the options of a chosen method or objective; raise :class:`RequestError` naming the wrong ones."""
    try:
        return thing.options.model_validate(choice.options)
    except ValidationError as error:
        raise RequestError.from_problems(problems_of(error, f"{choice.id}.")) from error


def _model(job: JobSpec, found: list[Problem]) -> tuple[ModelRef | None, ModelFacts | None]:
    ref = None
    try:
        ref = resolve(job.model)
        return ref, facts_of(ref.folder)
    except RequestError as error:
        found.append(Problem("model", error.message, error.hint))
        return ref, None


def _choice(
    registry: Registry[Thing], choice: Choice, field: str, found: list[Problem]
) -> tuple[Thing | None, Options | None]:
    try:
        thing = registry.get(choice.id)
    except RequestError as error:
        found.append(Problem(field, error.message, error.hint))
        return None, None
    model: type[Options] = getattr(thing, "options", Options)
    try:
        return thing, model.model_validate(choice.options)
    except ValidationError as error:
        found += problems_of(error, f"{field}.")
        return thing, None


def _data(job: JobSpec, found: list[Problem]) -> None:
    if not job.data:
        found.append(Problem("data", "there is nothing to learn from.", "Add a data set: data: [{path: rows.jsonl}]."))
    elif not any(source.use == "train" for source in job.data):
        old = " or of an old task" if any(source.use == "old" for source in job.data) else ""
        found.append(
            Problem(
                "data",
                f"every data set is kept for validation{old}, so there is nothing to learn from.",
                "Set use: train for one of them.",
            )
        )
    for number, source in enumerate(job.data):
        for place, path in enumerate(source.paths):
            _path(path, f"data.{number}.{f'also.{place - 1}' if place else 'path'}", found)


def _path(words: str, field: str, found: list[Problem]) -> None:
    if words.startswith(PREFIX):
        try:
            files_of(words)
        except RequestError as error:
            found.append(Problem(field, error.message, error.hint))
        return
    path = Path(words).expanduser()
    if not path.exists():
        found.append(Problem(field, f"there is no file {path}.", "Check the path."))
    elif path.is_file() and path.stat().st_size == 0:
        found.append(Problem(field, f"{path.name} is empty.", "Choose a file with rows in it."))


def _device(job: JobSpec, machine: Hardware, found: list[Problem]) -> None:
    if job.device == "cuda" and not machine.gpus:
        found.append(Problem("device", "this machine has no NVIDIA GPU that answers.", "Set device to auto or cpu."))
    on_cpu = job.device == "cpu" or not machine.gpus
    if on_cpu and job.training.precision == "fp16":
        found.append(
            Problem("training.precision", "fp16 training needs a GPU.", "Set the precision to auto, fp32 or bf16.")
        )
    if on_cpu and job.training.optimizer in ("adamw_8bit", "paged_adamw_8bit"):
        found.append(
            Problem(
                "training.optimizer",
                "8-bit and paged optimisers need a GPU; on the processor plain AdamW is used instead.",
                "Nothing needs to be done; adamw says the same.",
                "warning",
            )
        )


def method_problems(job: JobSpec, method: Method, options: Any, facts: ModelFacts | None) -> list[Problem]:
    """Return why ``method`` does not go with the rest of ``job``; the wizard asks it of every method it lists."""
    found: list[Problem] = []
    setting = setting_of(job, facts)
    reason = method_refusal(method, setting, options) or _objective_refusal(method, setting)
    if reason is not None:
        found.append(_problem("method", reason))
    elif (remark := method.remark(setting, options)) is not None:
        found.append(replace(_problem("method", remark), severity="warning"))
    if job.tokenizer.action == "train" and not method.trains_embeddings:
        found.append(
            Problem(
                "tokenizer",
                f"a new tokenizer gives every word a new place in the embedding, which {method.title} does not train.",
                "Choose full fine-tuning, or keep the model's tokenizer.",
            )
        )
    if job.tokenizer.action == "train" and facts is not None and facts.kind != "causal":
        found.append(
            Problem("tokenizer", "a new tokenizer can only be trained for a text generator.", "Keep the tokenizer.")
        )
    return found


def setting_of(job: JobSpec, facts: ModelFacts | None) -> Setting:
    """Return what the method of ``job`` is combined with."""
    return Setting(job.objective.id, job.quantization, job.training.checkpointing, facts)


def method_refusal(method: Method, setting: Setting, options: Any) -> str | None:
    """Return why ``method`` does not go with ``setting``: what holds for every method, then its own reason.

    The one place that asks: the wizard, the command line and the engine say the same sentence.
    """
    if missing := method.missing():
        return missing
    if setting.model is not None and setting.model.kind not in method.kinds:
        able = " or ".join(MODEL_KIND_TITLES[kind] for kind in method.kinds)
        return (
            f"{method.title} works on {able}, and this model is {MODEL_KIND_TITLES[setting.model.kind]} "
            f"({setting.model.architecture}). Choose another model or another method."
        )
    if setting.model is not None and setting.model.packed and not method.takes_packed:
        return (
            f"This checkpoint is already quantised ({setting.model.packed.upper()}, {setting.model.packed_bits} bits), "
            f"and {method.title} needs ordinary weights. Choose LoRA over GPTQ, or the full-precision version."
        )
    return method.refusal(setting, options)


def _objective_refusal(method: Method, setting: Setting) -> str | None:
    """Return why what is learned does not go with ``method``; an objective that is unknown is told elsewhere."""
    try:
        return OBJECTIVES.get(setting.objective).refusal(method, setting)
    except RequestError:
        return None


def _problem(field: str, reason: str) -> Problem:
    what, _, cure = reason.partition(". ")
    return Problem(field, what.rstrip(".") + ".", cure)


def _start_from_adapter(job: JobSpec, ref: ModelRef, found: list[Problem]) -> None:
    """Refuse to start from an adapter that cannot be folded into its base: training begins from one whole model."""
    if job.quantization != "none":
        found.append(
            Problem(
                "quantization",
                f"{ref.title} is an adapter over another model, and an adapter cannot be folded into a quantised base.",
                "Set the quantisation to none, or export the merged model first and start from that.",
            )
        )
    elif (reason := merge_refusal(ref)) is not None:
        told = _problem("model", reason)
        found.append(Problem("model", told.message, "Start from its base, or from a model that can be merged."))


def _objective(objective: Objective, facts: ModelFacts, found: list[Problem]) -> None:
    if reason := model_refusal(objective, facts):
        found.append(Problem("objective", reason, "Choose another model or another objective."))


def _head(objective: Objective, ref: ModelRef | None, facts: ModelFacts, found: list[Problem]) -> None:
    """Tell of a head that is left out; refuse where the layer that made words is gone for good."""
    head = head_of(ref) if ref is not None else None
    if ref is None or head is None or objective.ends_in_head:
        return
    gives = "labels" if head.kind == "classification" else "a reward"
    if facts.kind == "causal" and not facts.tied and head_of_folder(ref.folder) is not None:
        found.append(
            Problem(
                "model",
                f"{ref.title} was made to give {gives}, and the layer that makes words was left behind.",
                "Start from the model it was made from.",
            )
        )
    else:
        found.append(
            Problem(
                "model",
                f"{ref.title} ends in a layer that gives {gives}; {objective.title} needs words, so that layer is left "
                "out and the rest of the model goes on.",
                "Nothing needs to be done.",
                "warning",
            )
        )


def _template(job: JobSpec, objective: Objective | None, found: list[Problem]) -> None:
    try:
        chosen(job.chat_template)
    except RequestError as error:
        found.append(Problem("chat_template", error.message, error.hint))
        return
    if job.chat_template and objective is not None and not objective.chats:
        found.append(
            Problem(
                "chat_template",
                f"{objective.title} learns from rows that are no conversations, so no chat template is used.",
                "Nothing needs to be done; leaving it out says the same.",
                "warning",
            )
        )


def _overlong(job: JobSpec, objective: Objective, found: list[Problem]) -> None:
    wanted = job.training.overlong
    if wanted == "truncate" or wanted in objective.overlong:
        return
    if objective.overlong:
        found.append(
            Problem(
                "training.overlong",
                f"{objective.title} cannot learn from a row that is {_OVERLONG[wanted]}: its parts belong together.",
                f"Set it to {' or '.join(objective.overlong)}.",
            )
        )
    else:
        found.append(
            Problem(
                "training.overlong",
                f"{objective.title} lays texts end to end, so no row is too long and none is {_OVERLONG[wanted]}.",
                "Nothing needs to be done; truncate says the same.",
                "warning",
            )
        )


def _length(job: JobSpec, room: int, found: list[Problem]) -> None:
    if job.training.max_length > room > 0:
        found.append(
            Problem(
                "training.max_length",
                f"this model reads {room} tokens of a row at most, so rows are cut there and not at "
                f"{job.training.max_length}.",
                f"Nothing needs to be done; {room} says the same.",
                "warning",
            )
        )


def _disk(job: JobSpec, trainable: int, machine: Hardware, found: list[Problem]) -> None:
    training = job.training
    needed = run_bytes(training, trainable) // 2**20
    count = checkpoints_at_most(training)
    if needed > machine.disk_free_mib:
        found.append(
            Problem(
                "",
                f"The run needs about {needed / 1024:.1f} GB of disk for {count} checkpoints and its result, and "
                f"{machine.disk_free_mib / 1024:.1f} GB are free.",
                "Free some space, keep fewer checkpoints, move the workspace to a larger disk, or choose LoRA.",
            )
        )
