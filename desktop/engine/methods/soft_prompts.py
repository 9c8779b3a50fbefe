"""What methods that learn vectors beside the text have in common; it knows none of them in particular."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from desktop.engine.methods.base import Method, ModelFacts, Setting
from desktop.engine.options import Options, option

ROOM = 16  # tokens of the context that a row needs at least
_KEYS = ("k_proj", "k", "key", "k_lin")
# Trainers that compare the scores of two texts place by place, which vectors in front of the text would shift.
_OBJECTIVES = ("sft", "seq2seq", "continual", "multitask")


class SoftPromptOptions(Options):
    """How many vectors learn."""

    virtual_tokens: int = option(
        20,
        label="Virtual tokens",
        help="Learned vectors in front of the text: more hold more, and each takes one place of the context.",
        ge=1,
        le=1024,
        typical="8 to 100",
    )


class SoftPrompt(Method):
    """A method that freezes the model and learns vectors that stand in front of every text.

    Attributes:
        deep: whether they stand in front of the keys and values of every layer, not only at the input.
        foreign: architectures the library cannot do it on.
    """

    family = "Soft prompts"
    kinds = ("causal", "seq2seq")
    is_prompt = True
    options: ClassVar[type[Options]] = SoftPromptOptions
    deep: ClassVar[bool] = False
    foreign: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def config(self, model: Any, options: Any) -> Any:
        """Return PEFT's configuration for ``model``."""

    def refusal(self, setting: Setting, options: Any) -> str | None:
        """Refuse recomputed activations, trainers that cannot bear it, and a prompt that leaves no room for a row."""
        if setting.checkpointing:
            return (
                f"{self.title} does not go with gradient checkpointing, which computes every layer again without the "
                "learned vectors in front of it. Switch gradient checkpointing off, or choose LoRA."
            )
        if setting.objective not in _OBJECTIVES:
            return (
                f"{self.title} puts vectors in front of every text, and only supervised fine-tuning and sequence to "
                "sequence reckon with them. Choose one of these objectives, or LoRA."
            )
        if setting.model is None:
            return None
        if setting.model.architecture in self.foreign:
            return (
                f"{self.title} cannot reach into a model of the {setting.model.architecture} architecture. "
                "Choose LoRA, or another model."
            )
        room = setting.model.context - ROOM
        if options.virtual_tokens > room:
            return (
                f"{options.virtual_tokens} virtual tokens leave no room for a row: the model reads "
                f"{setting.model.context} tokens in all. Choose at most {max(1, room)} virtual tokens."
            )
        return None

    def virtual_tokens(self, options: Any) -> int:
        """Return as many as are chosen."""
        return int(options.virtual_tokens)

    def build(self, model: Any, options: Any) -> Any:
        """Freeze the model and put the vectors in front of it."""
        from peft import get_peft_model

        built = get_peft_model(model, self.config(model, options))
        self.begin(built, encoder_of(built), options)
        return built

    def begin(self, model: Any, encoder: Any, options: Any) -> None:
        """Give what learns its first values; PEFT's own are kept where they are good."""

    def promises(self, parameter_name: str) -> bool:
        """Promise what computes the vectors, and nothing of the model."""
        return parameter_name.startswith("prompt_encoder.")

    def save(self, model: Any, folder: Path) -> None:
        """Write the vectors themselves; what computed them is needed for training only."""
        was_training = model.training
        model.eval()
        try:
            model.save_pretrained(folder)
        finally:
            model.train(was_training)


def encoder_of(model: Any) -> Any:
    """Return the module of a ``PeftModel`` that computes its vectors."""
    return model.prompt_encoder[model.active_adapter]


def task(model: Any) -> Any:
    """Return which of PEFT's wrappers suits ``model``."""
    from peft import TaskType

    return TaskType.SEQ_2_SEQ_LM if model.config.is_encoder_decoder else TaskType.CAUSAL_LM


def decoder_layers(facts: ModelFacts) -> int:
    """Return how many layers a prefix lies in front of: those that write the answer."""
    return facts.layers - facts.encoder_layers


def key_width(shapes: Mapping[str, tuple[int, int]], usual: int) -> int:
    """Return how wide the keys of one layer are.

    Args:
        shapes: name of a linear layer within a block -> (out, in).
        usual: the width where queries, keys and values are one matrix and none is called a key.
    """
    own = [name for name in shapes if not name.startswith("encoder.") and name.rpartition(".")[2] in _KEYS]
    return shapes[own[0]][0] if own else usual


def key_width_of(facts: ModelFacts) -> int:
    """Return how wide the keys of one layer are, from facts."""
    return key_width(facts.linear_shapes, facts.hidden // facts.heads * facts.kv_heads)


def deep_shape(model: Any) -> dict[str, int]:
    """Return what PEFT must know of a loaded model to lay vectors in front of the keys and values of its layers.

    PEFT reads it off the config as well, but takes the encoder's depth and the width of the residual stream for a T5.
    """
    from desktop.engine.methods.targets import shapes_of

    config = model.config.get_text_config(decoder=True) if hasattr(model.config, "get_text_config") else model.config
    heads = config.num_attention_heads
    kv_heads = getattr(config, "num_key_value_heads", None) or heads
    layers = getattr(config, "num_decoder_layers", None) or getattr(config, "decoder_layers", None)
    return {
        "num_layers": layers or config.num_hidden_layers,
        "num_attention_heads": kv_heads,
        "token_dim": key_width(shapes_of(model), config.hidden_size // heads * kv_heads),
    }
