"""Next-sentence prediction beside masked words: its rows, the part that tells, and its loss; it knows no objective.

What a model learns with it is whether one stretch of a document followed another (Devlin et al. 2019, section 3.1,
task 2). The part that tells is put on for the training and taken off before the result is saved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from desktop.engine.data.rendering.next_sentence import pairs, sentences
from desktop.engine.objectives.hiding import spelled
from desktop.engine.objectives.intake import NO_TEXT

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase, Trainer

_AT_ONCE = 2000  # documents in memory at a time; a foreign stretch comes from among them
_PART = "next_sentence"
ONE_SENTENCE = "a single sentence, which nothing follows"


def pair_rows(
    texts: Iterable[str], tokenizer: PreTrainedTokenizerBase, longest: int, seed: int, drop: Callable[[str], None]
) -> Iterator[dict[str, Any]]:
    """Yield rows of two stretches each: ``input_ids``, ``words``, ``token_type_ids``, ``next_sentence_label``.

    The label is 0 where the second stretch follows the first and 1 where it comes from elsewhere, as in BERT.
    ``drop(reason)`` is called for each text that gives no pair.
    """
    marks = _Marks.of(tokenizer)
    source = iter(texts)
    block = 0
    while some := list(islice(source, _AT_ONCE)):
        documents = _documents(some, tokenizer)
        for document in documents:
            if len(document) < 2:
                drop(ONE_SENTENCE if document else NO_TEXT)
        for pair in pairs(documents, longest - len(marks), seed + block):
            yield marks.around(pair.first, pair.second) | {"next_sentence_label": int(not pair.follows)}
        block += 1


def attach(model: Any) -> None:
    """Put a pooler and a classifier of two classes on ``model``, drawn from torch's own generator, in fp32."""
    import torch

    width = int(model.config.hidden_size)
    part = torch.nn.Sequential(torch.nn.Linear(width, width), torch.nn.Tanh(), torch.nn.Linear(width, 2))
    spread = float(getattr(model.config, "initializer_range", 0.02))
    for layer in part:
        if isinstance(layer, torch.nn.Linear):
            torch.nn.init.normal_(layer.weight, 0.0, spread)
            torch.nn.init.zeros_(layer.bias)
    model.add_module(_PART, part.to(device=model.device, dtype=torch.float32))


def detach(model: Any) -> None:
    """Take the part off again, where there is one."""
    if hasattr(model, _PART):
        delattr(model, _PART)


def with_next_sentence(trainer: type[Trainer]) -> type[Trainer]:
    """Return ``trainer`` with the loss of the pairs added to that of the hidden words, each a mean over its step.

    Held-out rows are measured by their hidden words alone, so that the figure compares with that of a run without.
    """
    import torch

    class NextSentenceTrainer(trainer):  # type: ignore[valid-type, misc]
        def _get_num_items_in_batch(self, batch_samples: list[Any], device: Any) -> Any:
            self.pairs_in_step = sum(len(batch["next_sentence_label"]) for batch in batch_samples)
            return super()._get_num_items_in_batch(batch_samples, device)

        def compute_loss(
            self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
        ) -> Any:
            asked = {name: value for name, value in inputs.items() if name != "next_sentence_label"}
            if not model.training:
                return super().compute_loss(model, asked, return_outputs, num_items_in_batch)
            loss, outputs = super().compute_loss(
                model, {**asked, "output_hidden_states": True}, True, num_items_in_batch
            )
            told = getattr(model, _PART)(outputs.hidden_states[-1][:, 0].float())
            labels = inputs["next_sentence_label"]
            summed = torch.nn.functional.cross_entropy(told, labels, reduction="sum")
            loss = loss + summed / getattr(self, "pairs_in_step", len(labels))
            return (loss, outputs) if return_outputs else loss

    return NextSentenceTrainer


def told_right(trainer: Trainer) -> float:
    """Return the share of the held-out pairs of which the model tells rightly whether the second follows."""
    import torch

    made: Any = trainer
    model = made.model
    was_training = model.training
    model.eval()
    right = count = 0
    try:
        with torch.no_grad(), made.compute_loss_context_manager():
            for batch in made.get_eval_dataloader():
                inputs = made._prepare_inputs(batch)
                labels = inputs["next_sentence_label"]
                asked = {name: value for name, value in inputs.items() if name not in ("next_sentence_label", "labels")}
                hidden = model(**asked, output_hidden_states=True).hidden_states[-1][:, 0]
                right += int((getattr(model, _PART)(hidden.float()).argmax(-1) == labels).sum())
                count += len(labels)
    finally:
        model.train(was_training)
    return right / max(1, count)


class _Marks(NamedTuple):
    """What a tokenizer puts before, between and after two texts."""

    before: list[int]
    between: list[int]
    after: list[int]

    @classmethod
    def of(cls, tokenizer: PreTrainedTokenizerBase) -> _Marks:
        """Ask the tokenizer with two short texts."""
        found: Any = tokenizer("a", "b")
        sides, ids = found.sequence_ids(0), list(found["input_ids"])
        start, end = sides.index(0), len(sides) - 1 - sides[::-1].index(0)
        second, last = sides.index(1), len(sides) - 1 - sides[::-1].index(1)
        return cls(ids[:start], ids[end + 1 : second], ids[last + 1 :])

    def around(self, first: list[tuple[int, int]], second: list[tuple[int, int]]) -> dict[str, Any]:
        """Return one row of two stretches of (token, word)."""
        before, between, after = self
        return {
            "input_ids": [*before, *(id for id, _ in first), *between, *(id for id, _ in second), *after],
            "words": [-1] * len(before) + [word for _, word in first] + [-1] * len(between)
            + [word for _, word in second] + [-1] * len(after),
            "token_type_ids": [0] * (len(before) + len(first) + len(between)) + [1] * (len(second) + len(after)),
        }  # fmt: skip

    def __len__(self) -> int:
        """Return how many places the marks take."""
        return sum(map(len, (self.before, self.between, self.after)))


def _documents(texts: list[str], tokenizer: PreTrainedTokenizerBase) -> list[list[list[tuple[int, int]]]]:
    """Return each text as sentences of (token, word); no two words of this block of texts have one number."""
    parted = [sentences(text) for text in texts]
    found = spelled((sentence for document in parted for sentence in document), tokenizer)
    documents = []
    words = 0  # counted on from text to text: a pair may hold stretches of two
    for document in parted:
        made = []
        for sentence in islice(found, len(document)):
            if sentence.ids:
                made.append([(id, words + word) for id, word in zip(*sentence, strict=True)])
                words += max(sentence.words) + 1
        documents.append(made)
    return documents
