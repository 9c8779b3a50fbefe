"""Prompt tuning: a few learned vectors in front of the input, started from words; all that is known of it is here."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from desktop.engine.methods.base import ModelFacts, Setting, rate_between
from desktop.engine.methods.soft_prompts import SoftPrompt, SoftPromptOptions, task
from desktop.engine.options import Options, option


class PromptOptions(SoftPromptOptions):
    """What can be chosen about prompt tuning."""

    start: Literal["text", "vocabulary", "random"] = option(
        "text",
        label="Start",
        help="Where the vectors start: at those of a text, at words drawn from the vocabulary, or at random.",
    )
    text: str = option(
        "Answer the question as the examples do.",
        label="Starting text",
        help="What the vectors say before they learn; repeated or cut to the number of virtual tokens.",
    )


class Prompt(SoftPrompt):
    """A prompt that no keyboard could type."""

    id = "prompt"
    title = "Prompt tuning"
    summary = "Trains a few virtual words in front of the input: the smallest result there is."
    explanation = (
        "A good instruction in front of a question changes what a model answers. Prompt tuning does not search for the "
        "right words; it trains the vectors that stand where words would, starting from a text of yours. A few "
        "thousand numbers are all that learns. On models of billions of weights that is often enough; small models "
        "follow it less."
    )
    use_when = "One clear task on a large model, a result of a few kilobytes, many tasks served by one model."
    avoid_when = "Small models, or much to learn: LoRA is far stronger. A result to be merged: it cannot be."
    paper = "Lester et al. 2021, The Power of Scale for Parameter-Efficient Prompt Tuning, sections 2 and 3.2"
    pros = ("The smallest file of all", "Starts from words you know", "Leaves the model as it is")
    cons = ("Weak on small models", "Takes places of the context", "Needs a very high learning rate")
    row = "M11"
    order = 61
    options: ClassVar[type[Options]] = PromptOptions
    foreign = ("mpt",)

    def refusal(self, setting: Setting, options: Any) -> str | None:
        """Refuse to start from a text that says nothing."""
        if options.start == "text" and not options.text.strip():
            return "The text to start from is empty. Write a few words, or let it start from the vocabulary."
        return super().refusal(setting, options)

    def trainable(self, facts: ModelFacts, options: Any) -> int:
        """Return a vector as wide as a word's for each virtual token."""
        return int(options.virtual_tokens * facts.hidden)

    def default_learning_rate(self, facts: ModelFacts | None) -> float:
        """Return 0.15 for the starter's size, 3e-3 for large models (the paper takes 0.3 with Adafactor on T5)."""
        return rate_between(facts.parameters if facts else None, small=0.15, large=3e-3)

    def config(self, model: Any, options: Any) -> Any:
        """Return PEFT's configuration; the start is ours, so that no path of this machine is written down."""
        from peft import PromptTuningConfig

        return PromptTuningConfig(
            task_type=task(model), num_virtual_tokens=options.virtual_tokens, num_transformer_submodules=1
        )

    def begin(self, model: Any, encoder: Any, options: Any) -> None:
        """Start where ``options`` say."""
        begin_at_words(model, encoder, options)


def begin_at_words(model: Any, encoder: Any, options: Any) -> None:
    """Give the vectors of ``encoder`` their first values.

    Args:
        model: the ``PeftModel``.
        encoder: its module with the vectors.
        options: with ``start`` and ``text``.
    """
    import torch

    words = model.word_embeddings
    vectors = encoder.embedding.weight  # (virtual tokens, width)
    with torch.no_grad():
        if options.start == "random":
            # As long as the vectors of words: PEFT's own are many times longer, where no word has ever been.
            vectors.normal_(std=float(words.weight.float().std()))
            return
        ids = _text_ids(model, options.text) if options.start == "text" else []
        if not ids:
            ids = torch.randint(0, words.num_embeddings, (len(vectors),)).tolist()
        ids = (ids * (len(vectors) // len(ids) + 1))[: len(vectors)]
        vectors.copy_(words(torch.tensor(ids, device=words.weight.device)).float())


def _text_ids(model: Any, text: str) -> list[int]:
    """Return the tokens of ``text`` in the words of the model's own folder; none where there is no such folder."""
    from pathlib import Path

    from transformers import AutoTokenizer

    folder = Path(str(model.base_model.name_or_path))
    if not folder.is_dir():
        return []
    tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    ids: list[int] = tokenizer(text.strip(), add_special_tokens=False)["input_ids"]
    return ids
