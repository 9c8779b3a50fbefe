"""What an encoder-decoder writes for its held-out sources, beside what was wanted; it knows no objective."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from desktop.engine.evaluate.overlap import bleu, rouge

if TYPE_CHECKING:
    from transformers import Trainer

MOST = 64
"""Sources that are answered at most: writing takes many times as long as measuring a loss."""
_ROOM = 8  # tokens a target may be longer than the longest one wanted
_IGNORED = -100


@dataclass(frozen=True)
class Written:
    """One held-out row: what was read, what was wanted, what was written."""

    source: str
    target: str
    said: str

    def as_dict(self) -> dict[str, str]:
        """Return the form ``evaluation.json`` holds."""
        return asdict(self)


def written(trainer: Trainer, most: int = MOST) -> list[Written]:
    """Return what the model writes for up to ``most`` held-out rows, greedily, so that it is the same each time."""
    import torch
    from torch.utils.data import DataLoader

    made: Any = trainer
    model, tokenizer = made.model, made.processing_class
    rows = made.eval_dataset.select(spread(len(made.eval_dataset), most))
    longest = max((len(row["labels"]) for row in rows), default=0) + _ROOM
    was_training = model.training
    model.eval()
    found: list[Written] = []
    try:
        with torch.no_grad():
            for batch in DataLoader(rows, batch_size=made.args.eval_batch_size, collate_fn=made.data_collator):
                inputs = made._prepare_inputs(batch)
                asked = {name: value for name, value in inputs.items() if name not in ("labels", "decoder_input_ids")}
                ids = model.generate(**asked, max_new_tokens=longest, do_sample=False, num_beams=1, use_cache=True)
                labels = inputs["labels"].masked_fill(inputs["labels"] == _IGNORED, tokenizer.pad_token_id)
                sides = (
                    tokenizer.batch_decode(side, skip_special_tokens=True) for side in (asked["input_ids"], labels, ids)
                )
                found += [Written(*(text.strip() for text in texts)) for texts in zip(*sides, strict=True)]
    finally:
        model.train(was_training)
    return found


def spread(total: int, most: int) -> list[int]:
    """Return up to ``most`` places among ``total``, evenly spread: the rows of each task lie together."""
    count = min(most, total)
    return [number * total // count for number in range(count)]


def scores(found: list[Written]) -> dict[str, float]:
    """Return ``bleu`` (0 to 100), ``rouge1``, ``rouge2``, ``rougeL`` and ``exact``, the share written to the letter."""
    said, wanted = [one.said for one in found], [one.target for one in found]
    exact = sum(one == other for one, other in zip(said, wanted, strict=True)) / max(1, len(found))
    return {"bleu": bleu(said, wanted), **rouge(said, wanted), "exact": exact}
