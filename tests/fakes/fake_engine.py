"""An engine that trains nothing: it plays a script of events into a run folder, and crashes, hangs or babbles on cue.

Started as ``fake_engine.py RUN_FOLDER SCRIPT [--resume]``. A line of the script is either an event as it stands in
``events.jsonl`` or a cue, ``{"do": NAME, ...}``:

steps    do steps ``from`` to ``to`` of ``of``, ``seconds`` apart, obeying control.json as the real engine does
sleep    wait ``seconds``
hang     do nothing for ever
garbage  write ``text`` into events.jsonl as it is
half     write a line without its end
print    print ``lines`` lines
exit     end with ``code``
signal   end by signal ``number``
"""

from __future__ import annotations

import json
import math
import os
import sys
import time
from pathlib import Path
from typing import Any

from desktop.engine import events as ev
from desktop.engine.run_folder import EventWriter, RunFolder

BEGAN = time.monotonic()


class FakeEngine:
    def __init__(self, run: RunFolder, resume: bool) -> None:
        self.run = run
        self.writer = EventWriter(run)
        self.first = 1
        self.checkpoints = run.control().checkpoints
        if resume:
            saved = [int(path.name) for path in run.checkpoints.glob("*") if path.name.isdigit()]
            self.first = max(saved, default=0) + 1

    def say(self, event: ev.Event) -> None:
        object.__setattr__(event, "elapsed", time.monotonic() - BEGAN)
        object.__setattr__(event, "time", time.time())
        self.writer.write(event)

    def play(self, lines: list[dict[str, Any]]) -> int:
        for line in lines:
            if "do" in line:
                code = getattr(self, line.pop("do"))(**line)
                if code is not None:
                    return int(code)
            else:
                event = ev.parse_line(json.dumps(line))
                assert event is not None, line
                if isinstance(event, ev.Started):
                    event = ev.Started(
                        pid=os.getpid(), host=event.host, version="0", device="cpu", resumed_step=self.first - 1
                    )
                self.say(event)
        return 0

    def steps(self, to: int, of: int, seconds: float = 0.0, save_every: int = 0, **first: int) -> int | None:
        for step in range(max(self.first, first.get("from", 1)), to + 1):
            self.say(a_step(step, of))
            if save_every and step % save_every == 0:
                self.save(step)
            if (code := self.obey(step)) is not None:
                return code
            time.sleep(seconds)
        return None

    def obey(self, step: int) -> int | None:
        control = self.run.control()
        if control.checkpoints > self.checkpoints:
            self.checkpoints = control.checkpoints
            self.save(step)
        if control.wish == "pause":
            self.say(ev.Paused(step=step))
            while (control := self.run.control()).wish == "pause":
                time.sleep(0.02)
            if control.wish == "run":
                self.say(ev.Unpaused(step=step))
        if control.wish in ("stop_and_save", "stop_and_discard"):
            status = "stopped" if control.wish == "stop_and_save" else "discarded"
            if status == "stopped":
                self.run.model.mkdir(exist_ok=True)
                (self.run.model / "adapter_model.safetensors").write_bytes(b"weights")
            self.say(ev.Finished(status=status, step=step, seconds=1.0))  # type: ignore[arg-type]
            return 0
        return None

    def save(self, step: int) -> None:
        folder = self.run.checkpoints / f"{step:06d}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "manifest.json").write_text("{}", encoding="utf-8")
        self.say(ev.CheckpointSaved(step=step, folder=f"checkpoints/{step:06d}", bytes=1_940_000))

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def hang(self) -> None:
        while True:
            time.sleep(60)

    def garbage(self, text: str) -> None:
        with self.run.events_file.open("ab") as file:
            file.write(text.encode("utf-8", "surrogatepass") + b"\n")

    def half(self) -> None:
        with self.run.events_file.open("ab") as file:
            file.write(b'{"kind":"step","step":9')

    def print(self, lines: int) -> None:
        for number in range(lines):
            print(f"line {number} of the log")

    def exit(self, code: int) -> int:
        return code

    def signal(self, number: int) -> None:
        os.kill(os.getpid(), number)
        time.sleep(10)


def a_step(step: int, total: int) -> ev.Step:
    """A step as a run that goes well reports it; the same step always has the same numbers."""
    wave = math.sin(step * 12.9898) * 43758.5453
    noise = wave - math.floor(wave) - 0.5
    warm = max(1, total // 20)
    rate = 2e-3 * (step / warm if step < warm else 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, total - warm))))
    return ev.Step(
        step=step,
        epoch=round(3 * step / total, 3),
        loss=round(0.6 + 1.7 * math.exp(-4 * step / total) + 0.12 * noise, 4),
        learning_rate=rate,
        gradient_norm=round(0.5 + 0.6 * math.exp(-8 * step / total) + 0.15 * abs(noise), 4),
        tokens=step * 840,
        tokens_per_second=round(min(840.0, 260.0 * step) + 40 * noise, 1),
        memory_mib=round(min(612.0, 420.0 + 80 * step), 1),
    )


def main() -> int:
    run = RunFolder(Path(sys.argv[1]))
    script = [json.loads(line) for line in Path(sys.argv[2]).read_text(encoding="utf-8").splitlines() if line]
    with run.lock().acquire(timeout=5):
        return FakeEngine(run, "--resume" in sys.argv).play(script)


if __name__ == "__main__":
    sys.exit(main())
