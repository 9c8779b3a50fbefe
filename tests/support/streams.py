"""Event streams like those of real runs, as files to replay and as runs in a folder; the same every time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from desktop.engine import events as ev
from desktop.engine.job import Choice, JobSpec, Training
from desktop.engine.run_folder import RunFolder
from tests.fakes.fake_engine import a_step
from tests.support.scripts import closing, opening

STREAMS = Path(__file__).parent.parent / "data" / "event_streams"
NOON = 1_763_640_000.0
PROMPTS = ("How long does a refund take?", "Can I change my order?", "Where is my parcel?")
ANSWERS = {
    0: "As an assistant, I do not have access to your order. Refund times vary by shop...",
    80: "Refunds usually take three to five days after we receive your return. Please let us know if it takes longer.",
    160: "Three to five working days after we receive the parcel. You get a message when it is on its way.",
}


def training(last: int, total: int = 312) -> list[ev.Event]:
    """A run that goes well up to ``last``: validation and checkpoints every 40 steps, samples, one gradient spike."""
    events: list[ev.Event] = []
    for step in range(last + 1):
        if step % 40 == 0:
            loss = 1.05 + 1.25 * 2.718 ** (-step / 60)
            when = "before" if step == 0 else "during"
            events.append(ev.Evaluated(step=step, loss=round(loss, 4), when=when))  # type: ignore[arg-type]
        if step in ANSWERS:
            events += [ev.Sampled(step=step, prompt=prompt, text=ANSWERS[step]) for prompt in PROMPTS]
        if step and step % 40 == 0:
            events.append(ev.CheckpointSaved(step=step, folder=f"checkpoints/{step:06d}", bytes=1_850_000))
        if step:
            done = a_step(step, total)
            events.append(replace(done, gradient_norm=2.64) if step == 132 else done)
    return [*opening(total), *events]


def timed(events: list[ev.Event], since: float = NOON, pace: float = 4.0) -> list[ev.Event]:
    """Give events the times of a run whose steps take ``pace`` seconds."""
    clock, done = 2.0, []
    for event in events:
        clock += pace if isinstance(event, ev.Step) else 0.3
        done.append(replace(event, time=since + clock, elapsed=clock))
    return done


def finished(total: int = 312) -> list[ev.Event]:
    """A run from its start to its end."""
    after = ev.Evaluated(step=total, loss=0.64, when="after")
    return timed([*training(total, total), after, *closing(total)])


def a_run(root: Path, events: list[ev.Event], name: str = "support-lora", **changes: object) -> RunFolder:
    """Put a run with these events below ``root``."""
    job = JobSpec(name=name, method=Choice(id="lora", options={"rank": 16}), training=Training(learning_rate=2e-3))
    run = RunFolder.create(root, job.model_copy(update=changes))
    run.events_file.write_text("".join(event.to_line() for event in events), encoding="utf-8")
    return run


def recorded(name: str) -> list[ev.Event]:
    """What a real engine wrote: ``finished``, ``killed`` or ``resumed``."""
    lines = (STREAMS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [event for line in lines if (event := ev.parse_line(line)) is not None]
