"""What each data set of a job is called where it is measured apart from the others; it reads none."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from desktop.engine.data.source import DataSource


def task_names(sources: Sequence[DataSource]) -> list[str]:
    """Return a name for each set: as given, else after its file; sets that were given the same name are one task.

    Files that happen to be called alike are numbered. An old task is never one with a new one, whatever it is called.
    """
    given = {source.task.strip() for source in sources}
    taken: set[str] = set()
    names = []
    for source in sources:
        name = source.task.strip()
        if not name:
            plain = name = _after_file(source.path)
            number = 2
            while name in taken or name in given:
                name, number = f"{plain} {number}", number + 1
            taken.add(name)
        names.append(name)
    others = {name for name, source in zip(names, sources, strict=True) if source.use != "old"}
    return [
        f"{name} (old)" if source.use == "old" and name in others else name
        for name, source in zip(names, sources, strict=True)
    ]


def old_tasks(sources: Sequence[DataSource]) -> list[str]:
    """Return the names of the tasks the model already knows, each once, in the order of the job."""
    return _named(sources, "old")


def learned_tasks(sources: Sequence[DataSource]) -> list[str]:
    """Return the names of the tasks that are learned from, each once, in the order of the job."""
    return _named(sources, "train")


def _named(sources: Sequence[DataSource], use: str) -> list[str]:
    named = zip(task_names(sources), sources, strict=True)
    return list(dict.fromkeys(name for name, source in named if source.use == use))


def _after_file(path: str) -> str:
    if path.startswith("hub:"):
        repository, _, part = path.removeprefix("hub:").partition(":")
        name = repository.partition("@")[0].rpartition("/")[2]
        return f"{name} {part}" if part else name or "data"
    name = PurePath(path).name
    stem = name.removesuffix(".gz")
    stem = stem[: stem.rfind(".")] if stem.rfind(".") > 0 else stem
    return stem or "data"
