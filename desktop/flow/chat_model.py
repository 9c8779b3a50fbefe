"""Who can be talked with or tried: the chooser's choices, a loaded model's contenders, their proofs; no widget."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop import paths
from desktop.engine.generate.sampling import Sampling
from desktop.flow.amounts import short

RUN = "run:"
EXAMPLES = 4
TRIED = ("classification", "seq2seq", "reward")  # what a model that is no chat can be tried for
OFFERED = ("chat", *TRIED)

SMALL_WORLD = (
    "The starter model is tiny and was made for trying things out. It knows a small world of its own (animals, foods, "
    "tools, jobs, places, weather, small sums, short stories) and little beyond it. Judge the difference tuning "
    "makes, not its knowledge."
)


@dataclass(frozen=True)
class Choice:
    """One model of the chooser.

    Attributes:
        ref: what a job says to name it.
        title: what people read.
        note: where it came from.
        bundled: whether its weights came with the program.
        use: what it is good for: to talk to (``chat``), or to be tried (``classification``, ``seq2seq``, ``reward``).
        base: the model it was tuned from, as a job names it; empty where it was not tuned here.
    """

    ref: str
    title: str
    note: str
    bundled: bool = False
    use: str = "chat"
    base: str = ""

    @property
    def run(self) -> str:
        """Return the name of the run that made it, empty for any other model."""
        return self.ref.removeprefix(RUN) if self.ref.startswith(RUN) else ""


@dataclass(frozen=True)
class Contender:
    """One column: who answers in it.

    Attributes:
        name: ``base`` or ``tuned``.
        title: the model behind it.
        adapter: whether an adapter is on.
        weights: SHA-256 of the full weights.
        adapters: SHA-256 of each adapter.
    """

    name: str
    title: str
    adapter: bool = False
    weights: str = ""
    adapters: tuple[str, ...] = ()

    @property
    def heading(self) -> str:
        """Return what stands above its column."""
        return {"base": "Base", "tuned": "Tuned"}.get(self.name, self.name.capitalize())

    @property
    def mark(self) -> str:
        """Return the chip beside the heading."""
        if self.name == "base":
            return "unchanged"
        return "+ adapter" if self.adapter else "all weights"

    def proof_line(self, sampling: Sampling) -> str:
        """Return the short proof: enough to compare two columns by eye."""
        parts = [f"weights {_short(self.weights)}"] if self.weights else []
        parts += [f"adapter {_short(digest)}" for digest in self.adapters]
        parts.append(f"seed {sampling.seed}")
        if not self.adapters:  # a digest more takes its place; both columns have the same anyway
            parts.append(f"temperature {_plain(sampling.temperature)}")
        return " \N{MIDDLE DOT} ".join(parts)

    def proof_text(self, sampling: Sampling, system: str) -> str:
        """Return the whole proof to paste somewhere: full digests and every setting."""
        lines = [f"{self.heading}: {self.title}", f"weights sha256 {self.weights}"]
        lines += [f"adapter sha256 {digest}" for digest in self.adapters]
        lines += [f"{name} {value}" for name, value in sampling.model_dump().items()]
        lines.append(f"system prompt {json.dumps(system, ensure_ascii=False)}")
        return "\n".join(lines)


def choices_from(result: dict[str, Any]) -> list[Choice]:
    """Return what the models operation found that can talk or be tried: runs first, newest first, then the others."""
    found = [
        Choice(
            ref=str(model["ref"]),
            title=str(model["title"]),
            note=_note(model),
            bundled=_is_bundled(model),
            use=_use(model),
            base=str(model.get("base", "")),
        )
        for model in result.get("models", [])
        if model.get("facts") and _use(model) in OFFERED
    ]
    return [choice for choice in found if choice.run] + [choice for choice in found if not choice.run]


def contenders_from(result: dict[str, Any]) -> list[Contender]:
    """Return who can be asked, as the loading operation said."""
    return [
        Contender(
            name=str(one["name"]),
            title=str(one["title"]),
            adapter=bool(one.get("adapter")),
            weights=str(one.get("proof", {}).get("weights", "")),
            adapters=tuple(one.get("proof", {}).get("adapters", ())),
        )
        for one in result.get("contenders", [])
    ]


def example_prompts(file: Path | None = None, count: int = EXAMPLES) -> list[str]:
    """Return some questions of the sample set that the starter can answer, spread over the file."""
    source = file or paths.samples() / "heldout.jsonl"
    try:
        rows = [json.loads(line) for line in source.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, ValueError):
        return []  # a model of one's own without the samples: there is nothing to suggest
    prompts = list(dict.fromkeys(_prompts(rows)))
    step = max(1, len(prompts) // count)
    return prompts[::step][:count]


def _prompts(rows: Iterable[Any]) -> Iterable[str]:
    for row in rows:
        if isinstance(row, dict) and isinstance(row.get("prompt"), str) and len(row["prompt"]) <= 80:
            yield row["prompt"]


def _use(model: dict[str, Any]) -> str:
    kind = str((model.get("facts") or {}).get("kind", ""))
    return str(model.get("use") or {"causal": "chat"}.get(kind, kind))


def _is_bundled(model: dict[str, Any]) -> bool:
    folder = str(model.get("base_folder") or model.get("folder") or "")
    return bool(folder) and paths.is_inside(Path(folder), paths.bundled_models())


def _note(model: dict[str, Any]) -> str:
    if str(model["ref"]).startswith(RUN):
        return f"tuned from {model['base']}" if model.get("base") else "tuned here"
    return {"bundled": "came with Fettle", "cache": "in the Hugging Face cache"}.get(
        str(model.get("source")), "a folder of yours"
    )


def _short(digest: str) -> str:
    return f"{digest[:4]} {digest[4:8]}"


def _plain(value: float) -> str:
    return "0" if value == 0 else short(value).rstrip("0").rstrip(".")
