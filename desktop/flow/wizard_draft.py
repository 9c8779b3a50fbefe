"""The unfinished wizard on disk: saved whole or not at all, read back on the next start; it knows no screen."""

from __future__ import annotations

from pathlib import Path

import yaml

from desktop import paths
from desktop.engine.errors import RequestError
from desktop.engine.run_folder import write_atomically
from desktop.flow.wizard_answers import Answers


def draft_file() -> Path:
    """Return where the one draft of a workspace lies."""
    return paths.workspace() / "wizard-draft.yaml"


def save_draft(answers: Answers) -> bool:
    """Keep ``answers`` for the next start; return whether there was anything worth keeping."""
    if not answers.touched:
        return False
    write_atomically(draft_file(), yaml.safe_dump(answers.to_mapping(), sort_keys=False, allow_unicode=True))
    return True


def load_draft() -> Answers | None:
    """Return the draft, ``None`` where there is none; raise :class:`RequestError` where it cannot be read."""
    try:
        text = draft_file().read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise RequestError("bad_draft", "The saved draft cannot be read, so the wizard starts anew.") from error
    try:
        values = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise RequestError("bad_draft", "The saved draft cannot be read, so the wizard starts anew.") from error
    return Answers.from_mapping(values)


def drop_draft() -> None:
    """Forget the draft: it was started, or closed on purpose."""
    draft_file().unlink(missing_ok=True)
