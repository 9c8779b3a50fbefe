"""What a model ends in: words, classes or one number; it knows how a head is named and made, not what trains it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

HeadKind = Literal["classification", "reward"]

HEAD_PARTS = ("score.", "classifier.", "classification_head.", "pre_classifier.", "pooler.", "bert.pooler.")
"""How the names of a head's weights begin in the library's models; an encoder's pooler is trained with its head."""


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
        return cls(values["kind"], tuple(str(label) for label in values.get("labels", ())))


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
    plain = parameter_name.removeprefix("base_model.").removeprefix("model.")
    return plain.startswith(HEAD_PARTS)
