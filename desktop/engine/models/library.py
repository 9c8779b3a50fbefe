"""The models a job can name: bundled, in a folder, a run of ours, or in the hub cache; it opens no weights."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from desktop import paths
from desktop.engine.errors import RequestError
from desktop.engine.hub_cache import hub_cache

Source = Literal["bundled", "folder", "run", "cache", "local"]
RUN_PREFIX = "run:"
LINEAGE_FILE = "fettle.json"
REPORT_FILE = "report.json"  # what the method found out beyond its weights
EVALUATION_FILE = "evaluation.json"  # what the objective found on the held-out rows beyond figures
_DEEPEST = 16  # adapters over adapters; more is a loop in the lineage


@dataclass(frozen=True)
class ModelRef:
    """One model, found on this machine.

    Attributes:
        ref: what a job says to name it.
        title: what people read.
        folder: the full weights.
        adapter: the adapter on top of them, if the model is one.
        source: where it was found.
        summary: one sentence.
        below: older adapters folded into the full weights before ``adapter``, oldest first: a run that started from a
            run that started from a model.
    """

    ref: str
    title: str
    folder: Path
    adapter: Path | None
    source: Source
    summary: str
    below: tuple[Path, ...] = ()

    @property
    def adapters(self) -> tuple[Path, ...]:
        """Return every adapter that makes this model out of ``folder``, in order."""
        return (*self.below, self.adapter) if self.adapter else self.below

    @property
    def tokenizer_folder(self) -> Path:
        """Return the folder whose tokenizer and chat template belong to this model."""
        if self.adapter is not None and (self.adapter / "tokenizer_config.json").is_file():
            return self.adapter
        return self.folder


def resolve(ref: str) -> ModelRef:
    """Return the model that ``ref`` names; raise :class:`RequestError` with close matches where there is none."""
    return _resolve(ref.strip(), 0)


def available() -> list[ModelRef]:
    """Return every model at hand without being told a path: bundled, own folders, finished runs, the hub cache."""
    found: dict[str, ModelRef] = {}
    for candidate in (*_bundled(), *_local(), *_runs(), *_cached()):
        try:
            found.setdefault(candidate, resolve(candidate))
        except RequestError:
            continue  # a half-deleted run or a download in progress is no choice, and no reason to fail
    return list(found.values())


def read_lineage(folder: Path) -> dict[str, Any]:
    """Return what a model of ours knows of its making (base, job, quantization, metrics); empty for any other."""
    return _json(folder / LINEAGE_FILE)


def _resolve(ref: str, depth: int) -> ModelRef:
    if depth > _DEEPEST:
        raise RequestError("model_loop", f"The model {ref!r} is built on itself.", "Choose a full model as the base.")
    if not ref:
        raise RequestError("no_model", "No model is chosen.", "Write model: starter, or the path of a model folder.")
    if ref.startswith(RUN_PREFIX):
        return _run(ref, depth)
    if _is_name(ref) and _holds_model(paths.bundled_models() / ref):
        return _full(ref, _title(ref), paths.bundled_models() / ref, "bundled", "Came with Fettle.")
    if _is_name(ref) and (paths.runs() / ref / "model").is_dir():
        return _run(RUN_PREFIX + ref, depth)
    folder = Path(ref).expanduser()
    if (folder / "job.yaml").is_file() and (folder / "model").is_dir():
        folder = folder / "model"  # a run's own folder, wherever it was copied to
    if folder.is_dir():
        return _folder(ref, folder.resolve(), depth)
    if _is_name(ref) and (paths.models() / ref).is_dir():
        own = _folder(ref, paths.models() / ref, depth)
        return replace(own, source="local", summary="In your models folder.")
    snapshot = _snapshot(ref)
    if snapshot is not None:
        return _full(ref, ref, snapshot, "cache", "In the Hugging Face cache of this machine.")
    raise RequestError("no_model", *_no_such(ref, folder))


def _no_such(ref: str, folder: Path) -> tuple[str, str]:
    names = [*_bundled(), *_local(), *_runs(), *_cached()]
    close = difflib.get_close_matches(ref, names, n=3, cutoff=0.5)
    hint = f"Did you mean {' or '.join(close)}?" if close else f"There are: {', '.join(names) or 'no models here'}."
    if folder.is_absolute() or ref.startswith((".", "~")):
        return f"There is no model folder {ref}.", "Check the path."
    if ref.count("/") == 1:
        return (
            f"The model {ref} is not on this machine, and Fettle works offline.",
            f"Download it once with `hf download {ref}`, or choose a folder. {hint}",
        )
    return f"There is no model called {ref!r}.", hint


def _run(ref: str, depth: int) -> ModelRef:
    name = ref.removeprefix(RUN_PREFIX)
    folder = paths.runs() / name / "model"
    if not _is_name(name) or not paths.is_inside(folder, paths.runs()):
        raise RequestError("no_model", f"{name!r} is not the name of a run.", "Use the name of a folder under runs.")
    if not folder.is_dir():
        known = [found.removeprefix(RUN_PREFIX) for found in _runs()]
        close = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
        raise RequestError(
            "no_model",
            f"The run {name!r} has no saved model.",
            f"Did you mean {' or '.join(close)}?" if close else "Let the run finish first, or choose another model.",
        )
    found = _folder(ref, folder, depth)
    return replace(found, ref=ref, title=name, source="run", summary=f"Tuned by the run {name}.")


def _folder(ref: str, folder: Path, depth: int) -> ModelRef:
    if not (folder / "adapter_config.json").is_file():
        if not _holds_model(folder):
            raise RequestError(
                "not_a_model",
                f"{folder.name} is no model: it has neither a config.json nor an adapter_config.json.",
                "Pick the folder that holds config.json, model.safetensors and tokenizer.json.",
            )
        return _full(ref, folder.name, folder, "folder", "A model in a folder of yours.")
    base = _base_of(folder, depth)
    return ModelRef(
        ref=ref, title=folder.name, folder=base.folder, adapter=folder, source="folder",
        summary=f"An adapter over {base.title}.", below=base.adapters,
    )  # fmt: skip


def _base_of(adapter: Path, depth: int) -> ModelRef:
    """Find the model an adapter was trained over: by its lineage file, else by what its own config names."""
    lineage = read_lineage(adapter)
    config = _json(adapter / "adapter_config.json")
    candidates = [lineage.get("base"), lineage.get("base_folder"), config.get("base_model_name_or_path")]
    for candidate in candidates:
        if not isinstance(candidate, str) or not candidate:
            continue
        try:
            return _resolve(candidate, depth + 1)
        except RequestError as error:
            if error.code == "model_loop":
                raise
    wanted = next((str(candidate) for candidate in candidates if candidate), "an unnamed model")
    raise RequestError(
        "no_base",
        f"{adapter.name} is an adapter over {wanted}, which is not on this machine.",
        "Put the base model back where it was, or into the models folder of your workspace.",
    )


def _full(ref: str, title: str, folder: Path, source: Source, summary: str) -> ModelRef:
    return ModelRef(ref=ref, title=title, folder=folder, adapter=None, source=source, summary=summary)


def _bundled() -> Iterator[str]:
    yield from _names(paths.bundled_models())


def _local() -> Iterator[str]:
    yield from _names(paths.models())


def _runs() -> Iterator[str]:
    root = paths.runs()
    found = [run for run in root.iterdir() if (run / "model" / LINEAGE_FILE).is_file()]
    for run in sorted(found, key=lambda run: (run / "model").stat().st_mtime, reverse=True):
        yield RUN_PREFIX + run.name


def _cached() -> Iterator[str]:
    root = hub_cache()
    if root.is_dir():
        for folder in sorted(root.glob("models--*--*")):
            ref = folder.name.removeprefix("models--").replace("--", "/", 1)
            if _snapshot(ref) is not None:
                yield ref


def _names(root: Path) -> Iterator[str]:
    if root.is_dir():
        yield from sorted(child.name for child in root.iterdir() if child.is_dir() and _holds_model(child))


def _snapshot(ref: str) -> Path | None:
    """Return the folder of a hub model in the local cache, laid out as the hub's own library does."""
    owner, _, name = ref.partition("/")
    if not (_is_name(owner) and _is_name(name)):
        return None
    home = hub_cache() / f"models--{owner}--{name}"
    main = home / "refs" / "main"
    try:
        revision = main.read_text(encoding="utf-8").strip() if main.is_file() else ""
        chosen = home / "snapshots" / revision if _is_name(revision) else None
        if chosen is not None and _holds_model(chosen):
            return chosen
        return next((snap for snap in sorted((home / "snapshots").iterdir()) if _holds_model(snap)), None)
    except OSError:
        return None


def _holds_model(folder: Path) -> bool:
    return (folder / "config.json").is_file()


def _is_name(text: str) -> bool:
    return bool(text) and text not in (".", "..") and not any(mark in text for mark in "/\\:\0")


def _title(name: str) -> str:
    return name.replace("-", " ").capitalize()


def _json(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}
