"""Lets a model answer many questions at once, by chance, to learn from its own answers; it knows no reward."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import torch

from desktop.engine.generate.text import end_tokens

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


class Rollout(NamedTuple):
    """Answers to prompts, as the model reads them when it learns: padded on the right, nothing before the prompt.

    Attributes:
        input_ids: prompt and answer, shape (answers, longest).
        attention_mask: 1 where there is either, shape (answers, longest).
        answered: whether a token belongs to the answer, its end mark included, shape (answers, longest).
        ended: whether the answer ended by itself, shape (answers,).
        texts: the answers without marks.
    """

    input_ids: torch.Tensor
    attention_mask: torch.Tensor
    answered: torch.Tensor
    ended: torch.Tensor
    texts: list[str]

    @property
    def lengths(self) -> torch.Tensor:
        """Return the tokens of each answer, shape (answers,)."""
        return self.answered.sum(1)


def sampled(
    model: Any,
    prompts: Sequence[Sequence[int]],
    tokenizer: PreTrainedTokenizerBase,
    *,
    most: int,
    temperature: float,
    each: int = 1,
) -> Rollout:
    """Return ``each`` answers to every prompt, those to one prompt beside each other.

    Every token is drawn from the whole distribution of the model at ``temperature`` (no top-k, no top-p), so that what
    is sampled is what the loss takes it for. Draws from torch's own generator of random numbers.

    Args:
        model: a causal model, left in the mode it was in.
        prompts: tokens up to where the answer begins.
        tokenizer: of the model.
        most: tokens of an answer at most; one that has not ended by then is cut.
        temperature: above 0.
        each: answers to a prompt.
    """
    pad: Any = tokenizer.pad_token_id
    ends = sorted(end_tokens(tokenizer, model.generation_config.eos_token_id))
    longest = max(len(prompt) for prompt in prompts)
    # A model goes on at the end of a row, so prompts are padded in front while it answers.
    ids = torch.tensor([[pad] * (longest - len(prompt)) + [*prompt] for prompt in prompts], device=model.device)
    mask = torch.tensor([[0] * (longest - len(prompt)) + [1] * len(prompt) for prompt in prompts], device=model.device)
    with answering(model), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Position ids are not supported")
        made = model.generate(
            input_ids=ids.repeat_interleave(each, 0),
            attention_mask=mask.repeat_interleave(each, 0),
            max_new_tokens=most,
            do_sample=True,
            temperature=temperature,
            top_k=0,
            top_p=1.0,
            repetition_penalty=1.0,
            pad_token_id=pad,
            eos_token_id=ends,
            use_cache=True,
        )[:, longest:].tolist()
    answers = [_to_its_end(answer, ends) for answer in made]
    return _laid_out([prompt for prompt in prompts for _ in range(each)], answers, tokenizer, ends, model.device)


@contextmanager
def answering(model: Any) -> Iterator[None]:
    """Put ``model`` into the mode in which it answers: no dropout, no gradients; and back."""
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        model.train(was_training)


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Draw from a generator of its own, so that what is only measured never moves the training's random numbers."""
    gpus = list(range(torch.cuda.device_count())) if torch.cuda.is_available() else []
    with torch.random.fork_rng(devices=gpus):
        torch.manual_seed(seed)
        yield


def log_likelihoods(model: Any, rollout: Rollout, temperature: float = 1.0) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the log-likelihood of each token of the answers and the entropy where it was drawn.

    Both have the shape (answers, longest - 1): place ``t`` is about token ``t + 1``; they are 0 outside the answers.
    The entropy carries no gradient.
    """
    answered = rollout.answered[:, 1:]
    logits = model(input_ids=rollout.input_ids, attention_mask=rollout.attention_mask).logits[:, :-1]
    logs = (logits[answered].float() / temperature).log_softmax(-1)
    told = logs.gather(1, rollout.input_ids[:, 1:][answered][:, None])[:, 0]
    with torch.no_grad():
        entropy = -(logs.exp() * logs).sum(-1)
    nothing = torch.zeros(answered.shape, device=logs.device, dtype=logs.dtype)
    return nothing.masked_scatter(answered, told), nothing.masked_scatter(answered, entropy)


def _to_its_end(answer: list[int], ends: Sequence[int]) -> list[int]:
    end = next((place for place, token in enumerate(answer) if token in ends), len(answer) - 1)
    return answer[: end + 1]


def _laid_out(
    prompts: Sequence[Sequence[int]],
    answers: Sequence[list[int]],
    tokenizer: PreTrainedTokenizerBase,
    ends: Sequence[int],
    device: torch.device,
) -> Rollout:
    pad: Any = tokenizer.pad_token_id
    pairs = list(zip(prompts, answers, strict=True))
    longest = max(len(prompt) + len(answer) for prompt, answer in pairs)
    rests = [longest - len(prompt) - len(answer) for prompt, answer in pairs]
    rows = list(zip(pairs, rests, strict=True))
    return Rollout(
        torch.tensor([[*prompt, *answer, *[pad] * rest] for (prompt, answer), rest in rows], device=device),
        torch.tensor([[1] * (longest - rest) + [0] * rest for rest in rests], device=device),
        torch.tensor(
            [[False] * len(prompt) + [True] * len(answer) + [False] * rest for (prompt, answer), rest in rows],
            device=device,
        ),
        torch.tensor([answer[-1] in ends for answer in answers], device=device),
        [str(tokenizer.decode(answer, skip_special_tokens=True)).strip() for answer in answers],
    )
