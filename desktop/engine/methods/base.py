"""What every method says of itself and does; it knows no method in particular.

Modules under ``methods`` are imported by the window, so torch and peft are imported inside functions only.
"""

from __future__ import annotations

import importlib.util
import math
from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from desktop.engine.options import Options

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from desktop.engine.methods.kept import Kept

KINDS = ("causal", "masked", "seq2seq")


@dataclass(frozen=True)
class ModelFacts:
    """What is known of a model without loading it, read from its config and safetensors headers.

    Attributes:
        architecture: transformers' model type (``llama``, ``gpt2``, ``bert``).
        kind: what it can do: ``causal``, ``masked`` or ``seq2seq``.
        parameters: number of weights, tied ones counted once.
        hidden: width of the residual stream.
        layers: number of blocks (of the decoder and the encoder together).
        heads: attention heads.
        kv_heads: key-value heads.
        intermediate: width of the feed-forward part.
        vocabulary: rows of the embedding.
        context: longest input in tokens.
        bytes_per_weight: as stored (2 for bf16).
        tied: whether input and output embeddings are one matrix.
        has_biases: whether any linear layer has a bias.
        linear_shapes: name of a linear layer within a block -> (out, in), for closed-form counts; in a ``seq2seq``
            model the name starts with its stack (``encoder.``, ``decoder.``).
        encoder_layers: how many of ``layers`` are in the encoder of a ``seq2seq`` model, 0 elsewhere.
        packed: how the checkpoint was already quantised when it came (``gptq``, ``awq``); empty for ordinary weights.
        packed_bits: of one packed weight, 0 for ordinary weights.
        tensors: name of a parameter as the library calls it -> its shape; tied ones once. Empty where no files were
            read.
    """

    architecture: str
    kind: str
    parameters: int
    hidden: int
    layers: int
    heads: int
    kv_heads: int
    intermediate: int
    vocabulary: int
    context: int
    bytes_per_weight: float
    tied: bool
    has_biases: bool
    linear_shapes: dict[str, tuple[int, int]]
    encoder_layers: int = 0
    tensors: dict[str, tuple[int, ...]] = field(default_factory=dict)
    packed: str = ""
    packed_bits: int = 0

    def count(self, linear_name: str) -> int:
        """Return how many layers of the model are called ``linear_name``: one a block of its stack."""
        if self.kind != "seq2seq":
            return self.layers
        return self.encoder_layers if linear_name.startswith("encoder.") else self.layers - self.encoder_layers


@dataclass(frozen=True)
class Setting:
    """What a method is combined with when compatibility is asked.

    Attributes:
        objective: id of the objective.
        quantization: ``none``, ``8bit``, ``nf4`` or ``fp4``.
        checkpointing: whether gradient checkpointing is on.
        model: facts of the model, ``None`` while none is chosen.
    """

    objective: str
    quantization: str
    checkpointing: bool = False
    model: ModelFacts | None = None


class Method(ABC):
    """One way of choosing what is trained.

    Attributes:
        id: name in job files.
        title: name on screen, the field's standard term.
        family: short grouping shown as a chip (``Low-rank adapters``).
        summary: one sentence.
        explanation: one paragraph, for a reader without ML background.
        use_when: when to take it.
        avoid_when: when not to.
        paper: authors, year, title, section of the formula used.
        pros: three short clauses for a card, what speaks for it.
        cons: three short clauses, what speaks against it.
        row: its row in the table of methods (``M4``); empty for a variant that has none.
        picture: name of its drawing in ``resources/icons/methods``; the id unless said otherwise.
        order: place in lists.
        options: the options model.
        kinds: kinds of model it works on.
        mergeable: whether the result can be folded into the base at all; ``merge_refusal`` tells where it cannot.
        trains_embeddings: whether every row of the embedding learns, which a new tokenizer needs.
        is_prompt: whether it learns a soft prompt: nothing to fold in, and nothing a new adapter could start from.
        by_task: whether it must be told of each row which data set it came from.
        takes_packed: whether it can learn over a checkpoint that was already quantised when it came.
        needs: packages beyond those Fettle comes with, by the name they are imported under.
        extra: name of the optional extra that installs ``needs``.
    """

    id: ClassVar[str]
    title: ClassVar[str]
    family: ClassVar[str]
    summary: ClassVar[str]
    explanation: ClassVar[str]
    use_when: ClassVar[str]
    avoid_when: ClassVar[str]
    paper: ClassVar[str]
    pros: ClassVar[tuple[str, ...]] = ()
    cons: ClassVar[tuple[str, ...]] = ()
    row: ClassVar[str] = ""
    picture: ClassVar[str] = ""
    order: ClassVar[int] = 100
    options: ClassVar[type[Options]] = Options
    kinds: ClassVar[tuple[str, ...]] = KINDS
    mergeable: ClassVar[bool] = False
    trains_embeddings: ClassVar[bool] = False
    is_prompt: ClassVar[bool] = False
    by_task: ClassVar[bool] = False
    takes_packed: ClassVar[bool] = False
    needs: ClassVar[tuple[str, ...]] = ()
    extra: ClassVar[str] = ""

    def __init_subclass__(cls, **named: Any) -> None:
        """Name the picture after the method where the method does not say another."""
        super().__init_subclass__(**named)
        if "id" in vars(cls) and "picture" not in vars(cls):
            cls.picture = cls.id

    @abstractmethod
    def refusal(self, setting: Setting, options: Any) -> str | None:
        """Return why this method does not go with ``setting``, in a sentence with the cure; ``None`` if it does.

        Kinds of model and missing packages are refused by ``check.method_problems`` for every method alike.
        """

    def remark(self, setting: Setting, options: Any) -> str | None:
        """Return what is good to know before a start that nothing stands against, in a sentence; mostly nothing."""
        return None

    @abstractmethod
    def trainable(self, facts: ModelFacts, options: Any) -> int:
        """Return how many weights will train, in closed form."""

    @abstractmethod
    def default_learning_rate(self, facts: ModelFacts | None) -> float:
        """Return the usual learning rate for this method on a model of this size."""

    @abstractmethod
    def build(self, model: PreTrainedModel, options: Any) -> Any:
        """Make ``model`` ready (what trains requires gradients, adapters are in place); return what is trained.

        Where ``is_adapter``, the result has ``disable_adapter()``: inside it the logits are the base's, bit for bit.
        """

    @abstractmethod
    def promises(self, parameter_name: str) -> bool:
        """Tell whether the parameter of the built model may change during training."""

    def promised(self, names: Collection[str], options: Any) -> set[str]:
        """Return which parameters of the built model change, where that depends on the options too."""
        return {name for name in names if self.promises(name)}

    @abstractmethod
    def save(self, model: Any, folder: Path) -> None:
        """Write the result (adapter or full weights) as safetensors into ``folder``."""

    def missing(self) -> str:
        """Return what has to be installed before this method can run, in a sentence; empty if nothing."""
        absent = [name for name in self.needs if importlib.util.find_spec(name) is None]
        if not absent:
            return ""
        cure = f"Install it with: pip install 'fettle[{self.extra}]'" if self.extra else "Install it with pip"
        return f"{self.title} needs {' and '.join(absent)}, which is not installed. {cure}, or choose another method."

    def merge_refusal(self, setting: Setting, options: Any) -> str | None:
        """Return why the result cannot be folded into its base, in a sentence; ``None`` where it can.

        ``setting`` is what it was trained in: a result learned over a 4-bit base is folded into the exact weights.
        """
        if self.mergeable or not self.is_adapter:
            return None
        if self.is_prompt:
            return (
                f"{self.title} puts learned vectors beside the text and changes no weight, so there is nothing to fold "
                "into the base. Export it as an adapter."
            )
        return f"What {self.title} learns is no change of the base's weights. Export it as an adapter."

    def prepare(self, model: Any, options: Any, total_steps: int) -> None:  # noqa: B027  most methods need nothing
        """Get ready for a run of ``total_steps`` optimizer steps; called once, after ``build``, resumed or not."""

    def on_step(self, model: Any, step: int, total: int) -> None:  # noqa: B027
        """Act after optimizer step ``step`` (from 1) of ``total``; its gradients are still there."""

    def extra_state(self, model: Any) -> dict[str, Any]:
        """Return what a checkpoint must carry beyond the tensors that learn.

        Values are what JSON holds, tensors, or dicts of these with text keys; it comes back to ``restore_extra`` as it
        was, tensors bit for bit.
        """
        return {}

    def restore_extra(self, model: Any, state: dict[str, Any]) -> None:  # noqa: B027
        """Put back what ``extra_state`` returned; called before the tensors that learn are put back."""

    def report(self, model: Any) -> dict[str, Any]:
        """Return what the run found out beyond its weights (rank per layer), as JSON holds it; empty for nothing."""
        return {}

    def for_tasks(self, options: Any, tasks: Sequence[str]) -> Any:
        """Return ``options`` as they are for a job that learns from data sets of these names."""
        return options

    def loaded(self, model: Any) -> None:  # noqa: B027
        """Get a saved result that was just loaded ready to answer."""

    def speak_as(self, model: Any, number: int) -> None:  # noqa: B027
        """Let a model that knows tasks apart answer as the task of this number, from 0, until told otherwise."""

    def virtual_tokens(self, options: Any) -> int:
        """Return how many places of the context the method itself takes in every row."""
        return 0

    def kept(self, facts: ModelFacts, options: Any) -> Kept:
        """Return what training holds in memory beyond the base's activations and the weights that learn."""
        from desktop.engine.methods.kept import Kept

        return Kept()

    def rate_factor(self, parameter_name: str, options: Any) -> float:
        """Return by how much the learning rate of one parameter is multiplied."""
        return 1.0

    def double_quantization(self, options: Any) -> bool:
        """Tell whether the scales of a 4-bit base are quantised too; saves about 0.4 bits a weight at no known cost."""
        return True

    @property
    def is_adapter(self) -> bool:
        """Tell whether the result needs its base to work."""
        return True


def rate_between(parameters: int | None, *, small: float, large: float) -> float:
    """Return a learning rate for a model of this size: straight on a log-log plot between two measured ends.

    Args:
        parameters: weights of the model, ``None`` while none is chosen (then the large end, the safe one).
        small: what a model of 4 million weights needs (measured on the starter).
        large: what the field uses from 7 billion weights on.
    """
    if parameters is None:
        return large
    low, high = math.log(4e6), math.log(7e9)
    share = min(1.0, max(0.0, (math.log(max(1, parameters)) - low) / (high - low)))
    exact = math.exp(math.log(small) + share * (math.log(large) - math.log(small)))
    digits = 1 - math.floor(math.log10(exact))  # two significant digits: 0.0016, not 0.0015874
    return round(exact, digits)
