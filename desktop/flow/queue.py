"""The queue as a screen shows it: rows in words, what can be done with each, how it stands; it draws nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["at_work", "next", "waiting"]
Action = Literal["up", "down", "first", "remove", "open"]


@dataclass(frozen=True)
class QueueRow:
    """One thing that waits, in words.

    Attributes:
        folder: what names it to :class:`desktop.engine.queue.Queue`: ``runs/2026-11-25-bakery``.
        title: what the user calls it.
        about: model, objective and method in a few words; the stages of a recipe.
        position: its place from 1.
        state: at work, the next, or waiting.
        word: the state in one or two words.
        sentence: what happens with it, and why it waits.
        can: what can be done with it now.
    """

    folder: str
    title: str
    about: str
    position: int
    state: State
    word: str
    sentence: str
    can: tuple[Action, ...]


@dataclass(frozen=True)
class QueueState:
    """The whole queue at a glance.

    Attributes:
        rows: what waits, the next first.
        driven: whether it is being worked off.
        held: whether nothing more is to be started.
        busy: name of the run that is at work and not in the queue, which the queue waits for; empty for none.
        sentence: how it stands.
    """

    rows: tuple[QueueRow, ...] = ()
    driven: bool = False
    held: bool = False
    busy: str = ""
    sentence: str = ""
