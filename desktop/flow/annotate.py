"""One person judging pairs: what is shown, what was said, how fast and how far; it knows no widget.

Every judgement is on the disk before this returns, so whatever happens next loses none.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from desktop.engine.preferences.agreement import self_consistency, warnings, win_rate
from desktop.engine.preferences.judgement import Choice, Item, Judgement
from desktop.engine.preferences.store import PreferenceStore
from desktop.flow.amounts import duration

Standing: TypeAlias = Literal["judging", "waiting", "done", "paused"]
Act: TypeAlias = Literal[
    "left", "right", "both_good", "both_bad", "skip", "next", "undo", "note", "scroll", "keys", "pause"
]

REASONS: tuple[tuple[str, str], ...] = (
    ("Q", "Correct"),
    ("W", "To the point"),
    ("E", "Tone"),
    ("R", "Complete"),
    ("T", "Made-up fact"),
    ("Y", "Ignores question"),
)
KEYS: dict[str, Act] = {
    "1": "left", "Left": "left", "2": "right", "Right": "right", "3": "both_good", "4": "both_bad",
    "S": "skip", "Return": "next", "Enter": "next", "Ctrl+Z": "undo", "N": "note", "Space": "scroll", "?": "keys",
    "P": "pause",
}  # fmt: skip
STRIP = 28
_PACE_OVER = 30
_WORDS: dict[str, str] = {
    "left": "A is better",
    "right": "B is better",
    "both_good": "both good",
    "both_bad": "both bad",
    "skip": "skipped",
}


@dataclass(frozen=True)
class Figures:
    """What the top bar says.

    Attributes:
        judged: pairs judged.
        pairs: pairs there are or will be.
        pace: time a pair, in words.
        left: time left at that pace, in words.
        consistency: how the hidden repeats came out, in words.
    """

    judged: int
    pairs: int
    pace: str
    left: str
    consistency: str

    @property
    def share(self) -> float:
        """Return how far the project is, 0 to 1."""
        return self.judged / self.pairs if self.pairs else 0.0


class Annotation:
    """A project while somebody works on it.

    Attributes:
        store: the project.
        item: what is on the screen, ``None`` where there is nothing to judge.
        judgement: what was said about it, ``None`` so far.
        reasons: why, as picked so far.
        note: why, in free words.
        said: what the last act did, for the foot line and for assistive technology.
        expected: pairs that are still being made.
    """

    def __init__(
        self, store: PreferenceStore, *, annotator: str = "", clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Take up ``store`` where it was left."""
        self.store = store
        self.item: Item | None = None
        self.judgement: Judgement | None = None
        self.reasons: tuple[str, ...] = ()
        self.note = ""
        self.said = ""
        self.expected = 0
        self._annotator = annotator
        self._clock = clock
        self._judged = store.judgements()
        self._shown_at = 0.0
        self._paused_at: float | None = None
        self._draw()

    @property
    def standing(self) -> Standing:
        """Return what the screen has to show."""
        if self._paused_at is not None:
            return "paused"
        if self.item is not None:
            return "judging"
        return "waiting" if self.expected else "done"

    @property
    def figures(self) -> Figures:
        """Return how far and how fast it goes."""
        pairs, judged, still_open = self.store.counts()
        times = [judgement.milliseconds / 1000 for judgement in self._judged[-_PACE_OVER:]]
        pace = statistics.median(times) if times else None
        remaining = still_open + self.expected
        same = self_consistency(self._judged)
        return Figures(
            judged=judged,
            pairs=pairs + self.expected,
            pace=f"{duration(pace, exact=True)} a pair" if pace is not None else duration(None),
            left=duration(pace * remaining) if pace is not None else duration(None),
            consistency=f"{same.hits} of {same.trials} repeats" if same.trials else duration(None),
        )

    @property
    def strip(self) -> list[Choice]:
        """Return the last judgements, oldest first, the one on the screen left out."""
        before = [judgement for judgement in self._judged if judgement != self.judgement]
        return [judgement.choice for judgement in before[-STRIP:]]

    @property
    def ready(self) -> int:
        """Return how many more pairs wait behind the one on the screen."""
        return max(0, self.store.counts()[2] - (1 if self.item is not None and self.judgement is None else 0))

    @property
    def warnings(self) -> list[str]:
        """Return what the person judging should know."""
        return warnings(self._judged)

    @property
    def reveal(self) -> str:
        """Return who won, once nothing is left to judge; empty where one model gave both answers."""
        if self.standing != "done":
            return ""
        won, ties = win_rate(self._judged, self.store.pairs(), "tuned")
        if won.trials + ties == 0:
            return ""
        text = f"The tuned model won {won.hits} of {won.trials} decided pairs against its base"
        text += f" (95 % interval {100 * won.low:.0f} to {100 * won.high:.0f} %)"
        return f"{text}; {ties} were ties." if ties else f"{text}."

    def choose(self, choice: Choice) -> None:
        """Say which answer is better; saying something else before going on corrects it."""
        if self.item is None or self._paused_at is not None:
            return
        if self.judgement is None:
            spent = round(1000 * (self._clock() - self._shown_at))
            self.judgement = self.store.judge(
                self.item, choice, milliseconds=spent, reasons=self.reasons, note=self.note, annotator=self._annotator
            )
            self._judged.append(self.judgement)
        elif self.judgement.choice != choice:
            self._revise(choice)
        self.said = f"Saved: {_WORDS[choice]}."

    def toggle_reason(self, reason: str) -> None:
        """Give a reason, or take it back."""
        if self.item is None or self._paused_at is not None:
            return
        kept = tuple(known for known in self.reasons if known != reason)
        self.reasons = kept if reason in self.reasons else (*self.reasons, reason)
        if self.judgement is not None:
            self._revise(self.judgement.choice)

    def set_note(self, note: str) -> None:
        """Write down why, in free words."""
        self.note = note.strip()
        if self.judgement is not None:
            self._revise(self.judgement.choice)

    def next(self) -> bool:
        """Go on to the next pair; tell whether that was possible, which it is once something was said."""
        if self._paused_at is not None:
            self.go_on()
            return True
        if self.item is not None and self.judgement is None:
            self.said = "Say which is better first, or press S to skip this pair."
            return False
        self.said = ""
        self._draw()
        return True

    def skip(self) -> None:
        """Leave this pair for later: it comes again at the end."""
        if self.item is None or self._paused_at is not None:
            return
        if self.judgement is not None:
            self._take_back()
        self.store.judge(self.item, "skip", milliseconds=0, annotator=self._annotator)
        self._draw()
        self.said = "Skipped: it comes again at the end."

    def undo(self) -> None:
        """Take back what was said last, of whatever day, and show that pair again."""
        undone = self.store.undo()
        if undone is None:
            self.said = "There is nothing to undo."
            return
        if undone.choice != "skip":
            self._judged = [judgement for judgement in self._judged if judgement.id != undone.id]
        self._show(self.store.item(undone.item_id))
        self.reasons, self.note = undone.reasons, undone.note
        self.said = f"Taken back: {_WORDS[undone.choice]}."

    def pause(self) -> None:
        """Stop the clock; a pair that nobody looks at is not being judged."""
        if self._paused_at is None:
            self._paused_at = self._clock()

    def go_on(self) -> None:
        """Let the clock go on."""
        if self._paused_at is not None:
            self._shown_at += self._clock() - self._paused_at
            self._paused_at = None

    def pairs_arrived(self, still_expected: int) -> None:
        """Take note that pairs were added to the store; show one if nothing is shown."""
        self.expected = still_expected
        if self.item is None:
            self._draw()

    def _draw(self) -> None:
        self._show(self.store.current())

    def _show(self, item: Item | None) -> None:
        self.item = item
        self.judgement = None
        self.reasons, self.note = (), ""
        self._shown_at = self._clock() if self._paused_at is None else self._paused_at

    def _revise(self, choice: Choice) -> None:
        if self.judgement is None:
            return
        revised = self.store.revise(self.judgement, choice, self.reasons, self.note)
        self._judged = [revised if judgement.id == revised.id else judgement for judgement in self._judged]
        self.judgement = revised

    def _take_back(self) -> None:
        undone = self.store.undo()
        self._judged = [judgement for judgement in self._judged if undone is None or judgement.id != undone.id]
        self.judgement = None
