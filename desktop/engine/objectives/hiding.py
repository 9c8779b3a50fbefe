"""Hides tokens, or whole words, of a row so that a model can guess them; it knows no objective and no trainer."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from desktop.engine.data.rendering.render import BATCH, encode_many
from desktop.engine.errors import RequestError
from desktop.engine.objectives.intake import NO_TEXT, Intake, LeftOutError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from transformers import PreTrainedTokenizerBase, Trainer

    from desktop.engine.job import Training
    from desktop.engine.objectives.base import TrainSetup

_MARK = -1
"""The word of a mark of the model's own: it is never hidden."""
_MASKED, _REPLACED = 0.8, 0.9
"""Of the chosen tokens eight in ten are masked, one is replaced and one is left (Devlin et al. 2019, appendix A.1)."""
_IGNORED = -100

SHARE = 0.15
"""Share of the tokens that is usually hidden (Devlin et al. 2019, section 3.1)."""


class Spelled(NamedTuple):
    """A text as tokens, and for each token the number of the word it is a piece of."""

    ids: list[int]
    words: list[int]

    def part(self, which: slice) -> Spelled:
        """Return a stretch of it."""
        return Spelled(self.ids[which], self.words[which])


def spelled(texts: Iterable[str], tokenizer: PreTrainedTokenizerBase) -> Iterator[Spelled]:
    """Yield each text as tokens and words, a batch at a time on every core.

    What a word is the tokenizer says: what it cuts a text into before it cuts that into pieces.
    """
    source = iter(texts)
    while batch := list(islice(source, BATCH)):
        for found in encode_many(batch, tokenizer):
            yield Spelled(found.ids, [_MARK if word is None else word for word in found.word_ids])


def refuse_without_mask(tokenizer: PreTrainedTokenizerBase) -> None:
    """Raise :class:`RequestError` where a tokenizer has nothing to put in the place of a hidden token."""
    if tokenizer.mask_token_id is None:
        raise RequestError(
            "no_mask_token",
            "This model's tokenizer has no mask token, so nothing can be hidden from it.",
            "Choose an encoder such as BERT, or another objective.",
        )


class Marks(NamedTuple):
    """What a tokenizer puts before and after a single text."""

    before: list[int]
    after: list[int]

    @classmethod
    def of(cls, tokenizer: PreTrainedTokenizerBase) -> Marks:
        """Ask the tokenizer with an empty text."""
        marks = list(tokenizer("")["input_ids"])
        return cls(marks[: len(marks) // 2], marks[len(marks) // 2 :])

    def around(self, text: Spelled) -> dict[str, Any]:
        """Return one row: the text with the marks, which are no words."""
        return {
            "input_ids": [*self.before, *text.ids, *self.after],
            "words": [_MARK] * len(self.before) + text.words + [_MARK] * len(self.after),
        }

    def __len__(self) -> int:
        """Return how many places the marks take."""
        return len(self.before) + len(self.after)


class Hiding:
    """Pads rows and hides tokens in those that have none hidden yet; a collator.

    What is hidden follows from seed, epoch and row alone. Drawn in the order of the batches it would differ after a
    resume, because batches are fetched ahead of the step they are used in.

    Attributes:
        epoch: says which time round it is.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerBase, share: float, seed: int, *, whole_words: bool) -> None:
        """Hide ``share`` of the tokens of each row, all pieces of a word together where ``whole_words``."""
        self._mask = tokenizer.mask_token_id
        self._pad = tokenizer.pad_token_id
        self._vocabulary = len(tokenizer)
        self._share = share
        self._seed = seed
        self._whole_words = whole_words
        self.epoch: Callable[[], int] = lambda: 0

    def __call__(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        """Return a batch of tensors of shape (rows, longest); ``labels`` are -100 where nothing is guessed."""
        import torch

        ready = [row if "labels" in row else row | self.hidden(row, (self.epoch(), row["row"])) for row in rows]
        longest = max(len(row["input_ids"]) for row in ready)
        fill = {"input_ids": self._pad, "labels": _IGNORED, "attention_mask": 0, "token_type_ids": 0}
        batch = {
            name: torch.tensor([row[name] + [filler] * (longest - len(row[name])) for row in ready])
            for name, filler in fill.items()
            if name in ready[0]
        }
        if "next_sentence_label" in ready[0]:
            batch["next_sentence_label"] = torch.tensor([row["next_sentence_label"] for row in ready])
        return batch

    def hidden(self, row: dict[str, Any], where: tuple[int, ...]) -> dict[str, Any]:
        """Return ``row`` with tokens hidden, the same ones whenever it is asked for the same place.

        Args:
            row: ``input_ids`` and ``words``, a number for each token, below 0 for marks.
            where: names the row, and the time round.
        """
        import numpy as np

        chance = np.random.default_rng(zlib.crc32(repr((self._seed, *where)).encode()))
        ids, words = np.array(row["input_ids"]), np.array(row["words"])
        chosen = self._chosen(words, chance)
        labels = np.where(chosen, ids, _IGNORED)
        fate = chance.random(len(ids))
        ids[chosen & (fate < _MASKED)] = self._mask
        replaced = chosen & (fate >= _MASKED) & (fate < _REPLACED)
        ids[replaced] = chance.integers(0, self._vocabulary, int(replaced.sum()))
        return {"input_ids": ids.tolist(), "labels": labels.tolist(), "attention_mask": [1] * len(ids)}

    def _chosen(self, words: NDArray[np.int64], chance: np.random.Generator) -> NDArray[np.bool_]:
        """Return which tokens are to be guessed: the share asked for as nearly as whole units allow, at least one."""
        import numpy as np

        units = words if self._whole_words else np.where(words >= 0, np.arange(len(words)), _MARK)
        order = chance.permutation(np.unique(units[units >= 0]))
        if not len(order):
            return np.zeros(len(words), bool)
        sizes = np.cumsum([np.count_nonzero(units == unit) for unit in order])
        wanted = max(1, round(self._share * int(sizes[-1])))
        # Words come until the share is met; the last one is taken where that comes nearer than leaving it.
        count = int(np.searchsorted(sizes, wanted))
        short = wanted - (int(sizes[count - 1]) if count else 0)
        if count == 0 or int(sizes[count]) - wanted <= short:
            count += 1
        return np.isin(units, order[:count])


def pieces(
    text: Spelled, tokenizer: PreTrainedTokenizerBase, training: Training, intake: Intake
) -> list[dict[str, Any]]:
    """Return a text as rows of at most the longest length, the model's own marks around each; nothing is lost."""
    if not text.ids:
        raise LeftOutError(NO_TEXT)
    marks = Marks.of(tokenizer)
    # Cutting a text off would only lose words: an encoder learns from any stretch of them.
    overlong = "split" if training.overlong == "truncate" else training.overlong
    parts = intake.fitted(len(text.ids), training.max_length - len(marks), overlong)
    return [marks.around(text.part(part)) for part in parts]


def hiding_trainer(
    setup: TrainSetup, hiding: Hiding, change: Callable[[type[Trainer]], type[Trainer]] = lambda kind: kind
) -> Trainer:
    """Return a trainer that hides other tokens each time a row comes round; ``change`` may build on its class."""
    from transformers import TrainingArguments

    from desktop.engine.objectives.token_loss import trainer_class

    trainer = change(trainer_class())(
        model=setup.model,
        args=TrainingArguments(**{**setup.arguments, "remove_unused_columns": False}),
        train_dataset=setup.data.train,
        eval_dataset=setup.data.validation,
        processing_class=setup.tokenizer,
        data_collator=hiding,
    )
    hiding.epoch = lambda: int(trainer.state.epoch or 0)
    return trainer
