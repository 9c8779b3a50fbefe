"""What a tuned model that is no chat says of texts: a label, a target text or a reward; it trains and measures nothing.

An answer is plain data: ``{"text", "label", "probabilities": [{"label", "probability"}, ...]}`` of a classifier, best
first; ``{"text", "target"}`` of an encoder-decoder; ``{"prompt", "text", "reward"}`` of a reward model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from desktop.engine.data.rendering.reading import read_many, shortened
from desktop.engine.data.rendering.render import tokens_of
from desktop.engine.data.rows import Message
from desktop.engine.errors import RequestError
from desktop.engine.generate.scoring import Scorer, logits_of
from desktop.engine.models.facts import kind_of
from desktop.engine.models.heads import head_of, use_of
from desktop.engine.models.library import ModelRef, read_lineage, resolve
from desktop.engine.models.load import load_tokenizer, load_tuned
from desktop.engine.options import Options, option

if TYPE_CHECKING:
    from desktop.engine.models.heads import Head

PredictKind = Literal["classification", "seq2seq", "reward"]
_BATCH = 16


class PredictOptions(Options):
    """How texts are answered; each kind of model takes what concerns it.

    Attributes:
        prompts: of a reward model, what the texts answer: one question for all of them, or one each.
    """

    beams: int = option(
        1,
        label="Beams",
        help="Of an encoder-decoder: how many texts are written side by side, the likeliest kept; 1 is greedy.",
        ge=1,
        le=32,
        typical="1 to 5",
    )
    max_tokens: int = option(
        128, label="Longest target", help="Of an encoder-decoder: where a target ends at the latest.", ge=1, le=4096
    )
    prompts: tuple[str, ...] = Field(default=())


class Predictor:
    """A loaded model that answers texts.

    Attributes:
        kind: what it gives.
        title: what people read.
    """

    def __init__(
        self, kind: PredictKind, title: str, answer: Callable[[Sequence[str], PredictOptions], list[dict[str, Any]]]
    ) -> None:
        """Answer a few texts at a time with ``answer``."""
        self.kind: PredictKind = kind
        self.title = title
        self._answer = answer

    @classmethod
    def load(cls, ref: str, device: str = "cpu") -> Predictor:
        """Load the model that ``ref`` names; raise :class:`RequestError` where it is there to talk to."""
        found = resolve(ref)
        use = use_of(found)
        if use == "reward":
            return cls(use, found.title, _rewards(Scorer.load(ref, device)))
        head = head_of(found)
        if use == "classification" and head is not None:
            return cls("classification", found.title, _labels(found, head, device))
        if use == "seq2seq":
            return cls("seq2seq", found.title, _targets(found, device))
        raise refused(found)

    def predict(
        self, texts: Sequence[str], options: PredictOptions | None = None, wanted: Callable[[], bool] = lambda: True
    ) -> Iterator[dict[str, Any]]:
        """Yield an answer for each text, in order, as long as ``wanted`` says so."""
        options = options or PredictOptions()
        prompts = _prompts(self.kind, len(texts), options)
        for start in range(0, len(texts), _BATCH):
            if not wanted():
                return
            part = slice(start, start + _BATCH)
            yield from self._answer(texts[part], options.model_copy(update={"prompts": prompts[part]}))


def refused(found: ModelRef) -> RequestError:
    """Return what is said of a model that gives neither labels nor targets nor rewards."""
    if use_of(found) == "masked":
        return RequestError(
            "not_for_prediction",
            f"{found.title} only fills in hidden words: it gives no labels.",
            "Train it with the objective Classification first.",
        )
    return RequestError(
        "not_for_prediction",
        f"{found.title} answers in words of its own: it gives no labels, no rewards and no targets.",
        "Talk to it with `fettle chat`, or choose a classifier, a reward model or an encoder-decoder.",
    )


def _prompts(kind: PredictKind, count: int, options: PredictOptions) -> tuple[str, ...]:
    given = options.prompts
    if kind != "reward":
        return ()
    if len(given) not in (1, count) or not all(prompt.strip() for prompt in given):
        raise RequestError(
            "no_prompt",
            f"A reward model rates answers to a question, and there are {len(given)} questions for {count} answers.",
            "Give one question for all answers, or one for each.",
        )
    return given * count if len(given) == 1 else given


def _labels(
    found: ModelRef, head: Head, device: str
) -> Callable[[Sequence[str], PredictOptions], list[dict[str, Any]]]:
    model, tokenizer = load_tuned(found, device=device, kind=kind_of(found.folder)), load_tokenizer(found)
    longest = _context(model)

    def answer(texts: Sequence[str], options: PredictOptions) -> list[dict[str, Any]]:
        rows = []
        for ids in read_many(texts, tokenizer):
            if isinstance(ids, RequestError):
                raise ids
            rows.append(shortened(ids, longest, tokenizer))
        shares = logits_of(model, rows, tokenizer).softmax(-1).tolist()
        answers = []
        for text, row in zip(texts, shares, strict=True):
            # Of labels that are equally likely the one that stands first in the head wins, here and in the figures.
            ranked = sorted(zip(head.labels, row, strict=True), key=lambda pair: -pair[1])
            told = [{"label": label, "probability": share} for label, share in ranked]
            answers.append({"text": text, "label": ranked[0][0], "probabilities": told})
        return answers

    return answer


def _rewards(scorer: Scorer) -> Callable[[Sequence[str], PredictOptions], list[dict[str, Any]]]:
    def answer(texts: Sequence[str], options: PredictOptions) -> list[dict[str, Any]]:
        conversations: list[list[Message]] = [
            [{"role": "user", "content": prompt}, {"role": "assistant", "content": text}]
            for prompt, text in zip(options.prompts, texts, strict=True)
        ]
        numbers = scorer.scores(conversations).tolist()
        return [
            {"prompt": prompt, "text": text, "reward": number}
            for prompt, text, number in zip(options.prompts, texts, numbers, strict=True)
        ]

    return answer


def _targets(found: ModelRef, device: str) -> Callable[[Sequence[str], PredictOptions], list[dict[str, Any]]]:
    import torch

    model, tokenizer = load_tuned(found, device=device, kind="seq2seq"), load_tokenizer(found)
    prefix = str(read_lineage(found.adapter or found.folder).get("objective_options", {}).get("prefix", ""))
    longest, end = _context(model), tokenizer.eos_token_id

    def answer(texts: Sequence[str], options: PredictOptions) -> list[dict[str, Any]]:
        rows = []
        for ids in tokens_of((prefix + text for text in texts), tokenizer, marks=True):
            ended = ids if end is None or ids[-1:] == [end] else [*ids, end]
            rows.append(shortened(ended, longest, tokenizer))
        padded: Any = tokenizer.pad({"input_ids": rows}, padding=True, return_tensors="pt").to(model.device)
        with torch.no_grad():
            made = model.generate(
                input_ids=padded["input_ids"],
                attention_mask=padded["attention_mask"],
                num_beams=options.beams,
                do_sample=False,
                max_new_tokens=options.max_tokens,
            )
        targets = tokenizer.batch_decode(made, skip_special_tokens=True)
        return [{"text": text, "target": target.strip()} for text, target in zip(texts, targets, strict=True)]

    return answer


def _context(model: Any) -> int:
    """Return how many tokens of text the model reads: an encoder of RoBERTa's kind counts its places from the pad."""
    config = model.config
    places = getattr(config, "max_position_embeddings", None) or getattr(config, "n_positions", None) or 512
    shifted = config.model_type in ("roberta", "xlm-roberta", "camembert", "mpnet")
    return int(places) - (2 if shifted else 0)
