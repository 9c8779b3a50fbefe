"""Answers a few fixed held-out prompts with the model as it is now; it knows nothing of when."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

import torch

from desktop.engine.data.rendering.render import render_prompt
from desktop.engine.errors import RequestError
from desktop.engine.evaluate.collapse import Answer

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

    from desktop.engine.data.rows import Message

COUNT, _WATCHED_COUNT = 2, 8  # where answers are judged, one odd one must not count as a trend
LONGEST, _WATCHED_LONGEST = 48, 80  # tokens
_ROOM = 8  # tokens for the answer at least
_TOO_SLOW = 10.0  # seconds for one round; a model this slow is only asked at the start and at the end


def prompts_asked(*, watched: bool) -> int:
    """Return how many prompts are answered: more of them where the answers are ``watched``."""
    return _WATCHED_COUNT if watched else COUNT


class Asked(NamedTuple):
    """A conversation to answer, the number of the task it belongs to, and words that every right answer says."""

    prompt: list[Message]
    task: int = 0
    point: tuple[str, ...] = ()


class Sampler:
    """The prompts of one run.

    Attributes:
        watched: whether the answers are judged at each measurement.
        too_slow: whether the last round took so long that rounds in mid-run are not worth it.
    """

    def __init__(
        self,
        prompts: list[Asked],
        tokenizer: PreTrainedTokenizerBase,
        context: int,
        speak_as: Callable[[Any, int], None] = lambda model, task: None,
        *,
        watched: bool = False,
    ) -> None:
        """Render the prompts once; those that leave no room for an answer are left out.

        ``speak_as(model, task)`` is called before each answer, for models that tell tasks apart; ``watched`` says that
        the answers will be judged, and gives them the room to end.
        """
        self._speak_as = speak_as
        self._tokenizer: Any = tokenizer
        self._prompts: list[tuple[Asked, list[int]]] = []
        for asked in prompts:
            with suppress(RequestError):  # a row the template refuses was left out of the training, too
                ids = render_prompt(asked.prompt, tokenizer)
                if 0 < len(ids) < context - _ROOM:
                    self._prompts.append((asked, ids))
        self._context = context
        self._longest = _WATCHED_LONGEST if watched else LONGEST
        self.watched = watched
        self.too_slow = False

    def answers(self, model: Any) -> Iterator[Answer]:
        """Yield the answer to each prompt, greedily, so that a difference is the model's and not chance."""
        began = time.monotonic()
        was_training = model.training
        model.eval()
        try:
            for asked, ids in self._prompts:
                self._speak_as(model, asked.task)
                given = torch.tensor([ids], device=model.device)
                with torch.no_grad(), warnings.catch_warnings():
                    # Said of each answer behind a soft prompt; without padding the model counts the same places.
                    warnings.filterwarnings("ignore", message="Position ids are not supported")
                    made = model.generate(
                        input_ids=given,
                        attention_mask=torch.ones_like(given),
                        max_new_tokens=min(self._longest, self._context - len(ids)),
                        do_sample=False,
                        temperature=None,
                        top_p=None,
                        top_k=None,
                        pad_token_id=self._tokenizer.pad_token_id,
                        eos_token_id=self._tokenizer.eos_token_id,
                        use_cache=True,
                    )
                said = made[0, len(ids) :].tolist()
                spoken = str(self._tokenizer.decode(said, skip_special_tokens=True)).strip()
                ended = said[-1:] == [self._tokenizer.eos_token_id]
                yield Answer(asked.prompt[-1]["content"], spoken, tuple(said), ended, asked.point)
        finally:
            model.train(was_training)
            self.too_slow = time.monotonic() - began > _TOO_SLOW
