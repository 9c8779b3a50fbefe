"""What every reward rule says of itself and does; it knows no rule in particular, and no rule runs code.

Modules under ``rewards`` are imported by the window: torch and transformers are imported in functions only.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeAlias

from desktop.engine.data.rows import Message
from desktop.engine.options import Options


@dataclass(frozen=True)
class Attempt:
    """One answer to be rewarded.

    Attributes:
        prompt: the conversation it answers.
        text: what was said, without marks.
        reference: the answer the row holds; empty where it holds none.
        ended: whether the answer ended by itself before its room did.
    """

    prompt: list[Message] = field(default_factory=list)
    text: str = ""
    reference: str = ""
    ended: bool = True


Score: TypeAlias = Callable[[Sequence[Attempt]], list[float]]
"""Gives each attempt its reward."""


class RewardRule(ABC):
    """One thing an answer can be rewarded for.

    Attributes:
        id: name in job files.
        title: name on screen.
        summary: one sentence.
        order: place in lists.
        options: the options model.
        bounds: the lowest and highest reward there is; ``None`` where rewards have no bounds.
        needs_reference: whether it compares with the answer a row holds.
    """

    id: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str]
    order: ClassVar[int] = 100
    options: ClassVar[type[Options]] = Options
    bounds: ClassVar[tuple[float, float] | None] = (0.0, 1.0)
    needs_reference: ClassVar[bool] = False

    @abstractmethod
    def scorer(self, options: Any, device: str = "cpu") -> Score:
        """Return what rewards attempts by ``options``; what is costly to load is loaded once, here.

        Raises:
            RequestError: something it names is not there.
        """
