"""Writes a model of ours where the user wants it: the adapter as it is, or folded into its base; it trains nothing."""

from __future__ import annotations

import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from desktop.engine.errors import RequestError, UserError
from desktop.engine.models.facts import facts_of
from desktop.engine.models.library import ModelRef, resolve
from desktop.engine.models.merge import refuse_merge
from desktop.engine.run_folder import sync_folder

Form = Literal["adapter", "merged", "full"]


@dataclass(frozen=True)
class Exported:
    """What was written.

    Attributes:
        folder: where.
        form: an adapter, an adapter folded into its base, or full weights as they were.
        bytes: size of all files.
    """

    folder: Path
    form: Form
    bytes: int


def export(ref: str, folder: Path, *, merge: bool = False) -> Exported:
    """Write the model that ``ref`` names to ``folder``, which must not be there yet; whole, or not at all.

    ``merge`` folds an adapter into its base, so that the result works without either; that loads the model, and what
    cannot be folded is refused before.
    """
    found = resolve(ref)
    if merge and found.adapter is not None:
        refuse_merge(found)
    folder = folder.expanduser().absolute()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise RequestError("not_empty", f"{folder} is there already, and not empty.", "Choose another folder.")
    # The staging folder lies beside the target: only within one disk is a rename whole or not at all.
    staging = folder.parent / f".{folder.name}-{uuid.uuid4().hex[:8]}"
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        if found.adapter is not None and merge:
            _write_merged(found, staging)
        else:
            shutil.copytree(found.adapter or found.folder, staging)
        if folder.exists():
            folder.rmdir()
        staging.rename(folder)
        sync_folder(folder.parent)
    except OSError as error:
        raise UserError(
            "cannot_write",
            f"The model could not be written to {folder}: {error.strerror or error}. Nothing was left there.",
            "Free some space, or choose a folder you may write to.",
        ) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    form: Form = "full" if found.adapter is None else "merged" if merge else "adapter"
    return Exported(folder, form, sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()))


def _write_merged(found: ModelRef, staging: Path) -> None:
    from desktop.engine.models.heads import head_of
    from desktop.engine.models.load import load_model, load_tokenizer

    model = load_model(found, kind=facts_of(found.folder).kind, head=head_of(found))
    staging.mkdir()
    model.save_pretrained(staging)
    load_tokenizer(found).save_pretrained(staging)
    assert found.adapter is not None
    for name in ("README.md", "fettle.json"):  # the card, and where the model comes from
        if (found.adapter / name).is_file():
            shutil.copy2(found.adapter / name, staging / name)
