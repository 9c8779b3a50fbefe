"""The preference projects of a workspace, at a glance; it opens each file and changes none."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from desktop.engine.errors import UserError
from desktop.engine.preferences.store import ENDING, PreferenceStore


@dataclass(frozen=True)
class ProjectSummary:
    """One line of the list.

    Attributes:
        path: its file.
        title: what the user called it.
        run: the run its answers come from, empty where it is none of ours.
        pairs: pairs in it.
        judged: pairs judged.
        changed: when it last changed, seconds since the epoch.
        trouble: why it cannot be opened, empty where it can.
    """

    path: Path
    title: str
    run: str = ""
    pairs: int = 0
    judged: int = 0
    changed: float = 0.0
    trouble: str = ""


def projects_in(folder: Path) -> list[ProjectSummary]:
    """Return every project in ``folder``, last changed first; those that cannot be opened come last and say why."""
    found = [_summary(path) for path in folder.glob(f"*{ENDING}") if path.is_file()]
    return sorted(found, key=lambda project: (bool(project.trouble), -project.changed))


def _summary(path: Path) -> ProjectSummary:
    changed = max(
        (file.stat().st_mtime for file in (path, path.with_name(f"{path.name}-wal")) if file.exists()), default=0.0
    )
    try:
        store = PreferenceStore.open(path)
    except UserError as error:
        return ProjectSummary(path, path.stem, changed=changed, trouble=str(error))
    try:
        pairs, judged, _ = store.counts()
        return ProjectSummary(path, store.title, store.fact("run"), pairs, judged, changed)
    except UserError as error:
        return ProjectSummary(path, path.stem, changed=changed, trouble=str(error))
    finally:
        store.close()
