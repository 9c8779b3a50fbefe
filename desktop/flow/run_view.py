"""Everything a run view shows, folded event by event; it knows no process, no file and no screen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from desktop.engine import events as ev
from desktop.flow.metrics import Curves
from desktop.flow.run_outline import Outline

PHASES = ("check", "load", "prepare", "train", "save")
COLLAPSE = "collapse"  # the code of the notice that a model loses its words while its figures look fine


@dataclass(frozen=True)
class RunSnapshot:
    """A run as it stands after some number of events; two runs with equal events have equal snapshots.

    Attributes:
        phase: the phase it is in, empty before the first.
        phases_done: the phases behind it.
        progress: what is being done inside the phase, when the engine tells.
        paused: whether it holds.
        ended: the last word, nothing while the run is open.
        step: last step done.
        total: steps of the whole run, 0 while unknown.
        epoch: passes over the data so far.
        loss: eased training loss.
        first_loss: loss of the very first step.
        latest: newest look at the held-out rows.
        best: the one with the lowest loss.
        looks: how many there were.
        speed: eased real tokens a second.
        memory_mib: as measured at the last step.
        peak_mib: most memory seen.
        seconds: working time so far.
        seconds_left: at the present pace, nothing while unknown.
        plan: what the engine said it would do.
        device: what it computes on.
        sessions: how many engines worked on it.
        resumed_step: the step the present engine took it up at.
        checkpoints: bytes by step.
        notices: everything the engine thought worth saying.
        samples: the fixed prompts' answers, oldest first.
    """

    phase: str
    phases_done: tuple[str, ...]
    progress: ev.Progress | None
    paused: bool
    ended: ev.Finished | ev.Failed | None
    step: int
    total: int
    epoch: float
    loss: float
    first_loss: float
    latest: ev.Evaluated | None
    best: ev.Evaluated | None
    looks: tuple[ev.Evaluated, ...]
    speed: float
    memory_mib: float
    peak_mib: float
    seconds: float
    seconds_left: float | None
    plan: ev.Planned | None
    device: str
    sessions: int
    resumed_step: int
    checkpoints: tuple[tuple[int, int], ...]
    notices: tuple[ev.Noticed, ...]
    samples: tuple[ev.Sampled, ...]

    @property
    def collapse(self) -> ev.Noticed | None:
        """The newest word that the model is losing its words, nothing where none was said."""
        return next((notice for notice in reversed(self.notices) if notice.code == COLLAPSE), None)


class RunView:
    """Takes in a run's events and says how it stands.

    Attributes:
        outline: how far it has come.
        curves: its numbers over the steps.
        notices: everything the engine thought worth saying.
        samples: the fixed prompts' answers, oldest first.
    """

    def __init__(self) -> None:
        """Start before the first event."""
        self.outline = Outline()
        self.curves = Curves()
        self.notices: list[ev.Noticed] = []
        self.samples: list[ev.Sampled] = []

    def fold(self, events: Iterable[ev.Event]) -> None:
        """Take in the next events; how they are cut into batches makes no difference."""
        for event in events:
            self._fold(event)

    def snapshot(self) -> RunSnapshot:
        """Return what there is to show now; the curves are read from :attr:`curves`."""
        outline = self.outline
        here = PHASES.index(outline.phase) if outline.phase in PHASES else 0
        done = PHASES if isinstance(outline.ended, ev.Finished) else PHASES[:here]
        return RunSnapshot(
            phase=outline.phase,
            phases_done=done,
            progress=outline.progress,
            paused=outline.paused,
            ended=outline.ended,
            step=outline.step,
            total=outline.total,
            epoch=outline.epoch,
            loss=self.curves.smoothed.last(),
            first_loss=outline.first_loss,
            latest=outline.latest,
            best=outline.best,
            looks=tuple(outline.evaluations[step] for step in sorted(outline.evaluations)),
            speed=outline.speed,
            memory_mib=outline.memory_mib,
            peak_mib=outline.peak_mib,
            seconds=outline.seconds,
            seconds_left=outline.seconds_left,
            plan=outline.plan,
            device=outline.device,
            sessions=outline.sessions,
            resumed_step=outline.resumed_step,
            checkpoints=tuple(sorted(outline.saved.items())),
            notices=tuple(self.notices),
            samples=tuple(self.samples),
        )

    def _fold(self, event: ev.Event) -> None:
        self.outline.fold(event)
        match event:
            case ev.Started():
                self.curves.forget_after(event.resumed_step)
                self.samples = [sample for sample in self.samples if sample.step <= event.resumed_step]
            case ev.Planned():
                self.curves.add_plan(event)
            case ev.Step():
                self.curves.add_step(event)
            case ev.Evaluated():
                self.curves.add_evaluation(event)
            case ev.Noticed():
                self.notices.append(event)
            case ev.Sampled():
                self._keep_sample(event)
            case _:
                pass

    def _keep_sample(self, event: ev.Sampled) -> None:
        again = (event.step, event.prompt)
        self.samples = [sample for sample in self.samples if (sample.step, sample.prompt) != again]
        self.samples.append(event)
