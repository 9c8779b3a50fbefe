"""What a model ends in: words, classes or one number; it knows how a head is named, told from files, kept and restored.

It knows not what trains it. Torch is imported in functions only: the window asks what a model is good for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from desktop.engine.errors import RequestError
from desktop.engine.models.facts import kind_of, read_config
from desktop.engine.models.library import LINEAGE_FILE, ModelRef, read_lineage, resolve

HeadKind = Literal["classification", "reward"]
Use = Literal["chat", "classification", "reward", "seq2seq", "masked"]

HEAD_FILE = "head.safetensors"
"""Lies beside an adapter over a model whose words gave way to a head, and holds the head's weights whole."""

HEAD_PARTS = (
    "score.", "classifier.", "classification_head.", "pre_classifier.", "pooler.", "bert.pooler.", "albert.pooler.",
)  # fmt: skip
"""How the names of a head's weights begin in the library's models; an encoder's pooler is trained with its head."""

_LAST = ("score", "classifier", "classification_head")
_CLASSIFIER = "ForSequenceClassification"
_WORDS_ONLY = ("granite", "cohere", "codegen")  # the library has no class of theirs that ends in a head


@dataclass(frozen=True)
class Head:
    """The head that takes the place of a model's word head.

    Attributes:
        kind: ``classification`` gives a number for each label, ``reward`` one number for the whole text.
        labels: what the classes are called, in the order of the numbers; empty for a reward.
    """

    kind: HeadKind
    labels: tuple[str, ...] = field(default=())

    @property
    def outputs(self) -> int:
        """Return how many numbers the head gives."""
        return len(self.labels) if self.kind == "classification" else 1

    def as_dict(self) -> dict[str, Any]:
        """Return the form ``fettle.json`` holds."""
        return {"kind": self.kind, "labels": list(self.labels)}

    @classmethod
    def of(cls, values: Any) -> Head | None:
        """Return the head that ``as_dict`` wrote, ``None`` where there is none."""
        if not isinstance(values, dict) or values.get("kind") not in ("classification", "reward"):
            return None
        labels = values.get("labels", ())
        return cls(values["kind"], tuple(str(label) for label in labels) if isinstance(labels, list | tuple) else ())


def head_of(ref: ModelRef) -> Head | None:
    """Return the head a model on the disk ends in, from its small files; ``None`` where it makes words."""
    own = ref.adapter or ref.folder
    told = Head.of(read_lineage(own).get("head"))
    if told is not None or (ref.adapter is not None and (own / LINEAGE_FILE).is_file()):
        return told
    return head_of_folder(ref.folder)


def use_of(ref: ModelRef | str) -> Use:
    """Return what a model is good for, from its small files: to talk to, to label, to rate, to rewrite, to fill in."""
    found = resolve(ref) if isinstance(ref, str) else ref
    head = head_of(found)
    if head is not None:
        return head.kind
    kind = kind_of(found.folder)
    return "chat" if kind == "causal" else "seq2seq" if kind == "seq2seq" else "masked"


def can_end_in_head(architecture: str) -> bool:
    """Tell whether the library can put a head in the place of the word head of a model of this type."""
    return architecture not in _WORDS_ONLY


def head_arguments(head: Head) -> dict[str, Any]:
    """Return what the library's loader is told so that a model ends in ``head``."""
    labels = head.labels or ("reward",)
    return {
        "num_labels": head.outputs,
        "id2label": dict(enumerate(labels)),
        "label2id": {label: number for number, label in enumerate(labels)},
        # A checkpoint that already has a head of another size keeps everything but that.
        "ignore_mismatched_sizes": True,
    }


def train_head(model: Any) -> None:
    """Let the head of a built model learn, whatever the method froze: it starts at random."""
    for name, parameter in model.named_parameters():
        if is_of_head(name):
            parameter.requires_grad_(True)


def is_of_head(parameter_name: str) -> bool:
    """Tell whether a parameter of a model that ends in a head belongs to it, adapters' prefixes or not."""
    return _plain(parameter_name).startswith(HEAD_PARTS)


def keep_exact(model: Any) -> None:
    """Keep the head of a loaded model in fp32 whatever the rest is stored in: rounded, its small steps are lost."""
    import torch

    def widened(module: Any, given: tuple[Any, ...]) -> tuple[Any, ...]:
        wide = next(module.parameters()).dtype
        return tuple(x.to(wide) if isinstance(x, torch.Tensor) and x.is_floating_point() else x for x in given)

    for name, module in model.named_modules():
        own = list(module.parameters(recurse=False))
        if own and is_of_head(f"{name}.") and any(parameter.dtype != torch.float32 for parameter in own):
            module.float()
            module.register_forward_pre_hook(widened)


def settle(model: Any, ref: ModelRef, pad: int | None, *, kept: bool) -> None:
    """Give the head of a model that was just loaded from ``ref`` the weights it should have.

    Args:
        model: ends in a head; adapters are folded in or lie over it.
        ref: where it came from.
        pad: the token its rows are padded with: a generator finds the end of each row by it.
        kept: whether it is the head the model already had; otherwise it starts at random.
    """
    if kept and ref.adapter is not None:
        _restore(model, ref.adapter)
    elif not kept and head_of_folder(ref.folder) is not None:
        _renew(model)
    model.config.pad_token_id = pad


def save_head(model: Any, folder: Path) -> None:
    """Write the head of ``model`` beside its adapter, which holds no weights of it, whichever method made it."""
    from safetensors.torch import save_file

    tensors = {
        _plain(name): parameter.detach().cpu().contiguous()
        for name, parameter in model.named_parameters()
        if is_of_head(name)
    }
    save_file(tensors, folder / HEAD_FILE, metadata={"format": "pt"})


def _restore(model: Any, adapter: Path) -> None:
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    own = {_plain(name): parameter for name, parameter in model.named_parameters() if is_of_head(name)}
    try:
        saved = load_file(adapter / HEAD_FILE)
    except (OSError, SafetensorError) as error:
        raise _other_head(adapter, "is not there or cannot be read") from error
    if saved.keys() != own.keys() or any(saved[name].shape != own[name].shape for name in saved):
        raise _other_head(adapter, "belongs to another model")
    with torch.no_grad():
        for name, tensor in saved.items():
            own[name].copy_(tensor)


def _other_head(adapter: Path, what: str) -> RequestError:
    return RequestError(
        "incomplete_model",
        f"The head of {adapter.name} ({HEAD_FILE}) {what}, and without it the model says nothing.",
        "Copy the whole model folder again, or train it again.",
    )


def _renew(model: Any) -> None:
    """Draw the last layers anew: those of a head for other labels would pass for a start."""
    import torch

    spread = float(getattr(model.config, "initializer_range", 0.02) or 0.02)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.startswith(tuple(f"{last}." for last in _LAST)):
                parameter.normal_(0.0, spread) if parameter.ndim > 1 else parameter.zero_()


def head_of_folder(folder: Path) -> Head | None:
    """Return the head that the weights in ``folder`` end in, by its config."""
    config = read_config(folder)
    names = config.get("architectures")
    if not (isinstance(names, list) and any(str(name).endswith(_CLASSIFIER) for name in names)):
        return None
    told = Head.of(read_lineage(folder).get("head"))
    if told is not None:
        return told
    titles = config.get("id2label")
    try:
        numbered = {int(number): str(label) for number, label in titles.items()} if isinstance(titles, dict) else {}
    except ValueError:
        numbered = {}
    labels = tuple(numbered[number] for number in sorted(numbered)) or ("LABEL_0", "LABEL_1")
    return Head("reward") if len(labels) == 1 else Head("classification", labels)


def _plain(parameter_name: str) -> str:
    """Return the name a parameter has without an adapter around its model."""
    return parameter_name.removeprefix("base_model.").removeprefix("model.")
