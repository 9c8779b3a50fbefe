"""Rates conversations with a reward model: one number each; it knows not what the numbers are wanted for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from desktop.engine.data.rendering.render import render_many
from desktop.engine.data.rows import Message
from desktop.engine.errors import RequestError
from desktop.engine.models.facts import kind_of
from desktop.engine.models.heads import head_of
from desktop.engine.models.library import resolve
from desktop.engine.models.load import load_tokenizer, load_tuned

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedTokenizerBase


class Scorer:
    """A reward model, ready to rate.

    Attributes:
        title: what people read.
    """

    def __init__(self, title: str, model: Any, tokenizer: PreTrainedTokenizerBase) -> None:
        """Rate with ``model``, which ends in one number, what ``tokenizer`` writes in its own template."""
        self.title = title
        self._model = model
        self._tokenizer = tokenizer

    @classmethod
    def load(cls, ref: str, device: str = "cpu") -> Scorer:
        """Load the reward model that ``ref`` names; raise :class:`RequestError` where it is none."""
        found = resolve(ref)
        head = head_of(found)
        if head is None or head.kind != "reward":
            raise RequestError(
                "no_reward_model",
                f"{found.title} is no reward model: it does not end in one number for a whole answer.",
                "Train one with the objective Reward model, or choose another.",
            )
        return cls(found.title, load_tuned(found, device=device, kind=kind_of(found.folder)), load_tokenizer(found))

    def scores(self, conversations: Sequence[list[Message]], batch: int = 16) -> torch.Tensor:
        """Return how good the last answer of each conversation is, shape (n,), float32 on the CPU.

        The numbers are rewards of the Bradley-Terry model: only differences between answers to one question mean
        something. A conversation longer than the model reads is cut at its end, as in training.

        Raises:
            RequestError: the template refuses a conversation.
        """
        import torch

        rows = list(self._rows(conversations))
        found = torch.zeros(len(rows), dtype=torch.float32)
        # Rows of one length lie together, so that little is padded; the places put them back in order.
        places = sorted(range(len(rows)), key=lambda place: len(rows[place]))
        for start in range(0, len(places), max(1, batch)):
            taken = places[start : start + max(1, batch)]
            found[taken] = scored(self._model, [rows[place] for place in taken], self._tokenizer)
        return found

    def _rows(self, conversations: Sequence[list[Message]]) -> Iterator[list[int]]:
        context = getattr(self._model.config, "max_position_embeddings", None)
        rows = ({"messages": messages, "tools": None} for messages in conversations)
        for rendered in render_many(rows, "chat", self._tokenizer, answers="everything"):
            if isinstance(rendered, RequestError):
                raise rendered
            yield rendered.input_ids[: context if isinstance(context, int) else None]


def scored(model: Any, rows: Sequence[Sequence[int]], tokenizer: PreTrainedTokenizerBase) -> torch.Tensor:
    """Return the number the head gives each row of tokens, shape (rows,), float32 on the CPU."""
    return logits_of(model, rows, tokenizer)[:, 0]


def logits_of(model: Any, rows: Sequence[Sequence[int]], tokenizer: PreTrainedTokenizerBase) -> torch.Tensor:
    """Return what the head says of each row of tokens, shape (rows, outputs), float32 on the CPU.

    Rows are padded at their ends, as in training: the head of a generator reads at the last token.
    """
    import torch

    longest = max(len(row) for row in rows)
    pad: Any = tokenizer.pad_token_id
    ids = torch.tensor([[*row, *[pad] * (longest - len(row))] for row in rows], device=model.device)
    mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows], device=model.device)
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad():
            logits: torch.Tensor = model(input_ids=ids, attention_mask=mask).logits
    finally:
        model.train(was_training)
    return logits.float().cpu()
