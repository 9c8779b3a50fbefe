"""Everything known of a source, as plain data for reports, the command line and the window; it loads no model."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from desktop.engine.data.dataset import Imported, Survey, convert, import_surveyed, preview_values
from desktop.engine.data.library.importing import Reading
from desktop.engine.data.mapping.paths import paths_in
from desktop.engine.data.mixing.split import split_indices
from desktop.engine.data.readers import READERS
from desktop.engine.data.report import check_reports, counts_of
from desktop.engine.data.rows import BadRow, Record
from desktop.engine.data.shapes import SHAPES
from desktop.engine.data.shapes.base import Sample, Shape
from desktop.engine.data.source import Pick
from desktop.engine.errors import RequestError

MOST_BAD = 1000
HELD_OUT, SEED = 0.1, 7


def surveyed(looked: Survey, kinds: Collection[str] = (), start: int = 0, preview: int = 20) -> dict[str, Any]:
    """Return what the first rows tell: format, columns, mapping, some rows beside what became of each."""
    details = looked.located.reader.about(looked.located.files[0], looked.located.encoding)
    files = [path for path in looked.located.files if path.is_file()]
    return {
        "name": looked.located.name,
        "files": list(looked.located.names) if len(looked.located.files) > 1 else [],
        "bytes": sum(path.stat().st_size for path in files),
        "format": looked.format,
        "format_title": READERS.get(looked.format).title,
        **{"encoding": "", "delimiter": "", **details},
        "details": details,
        "columns": list(looked.columns),
        "recognised": looked.shape.id if looked.shape else None,
        "recognised_title": looked.shape.title if looked.shape else None,
        "kind": looked.shape.kind if looked.shape else None,
        "why": looked.why,
        "could_also_be": could_also_be(looked),
        "mapping": mapping_as_data(looked.mapping),
        "paths": paths_in(Sample.of([record for record in looked.first if isinstance(record, Record)])),
        "choices": [_choice(shape) for shape in SHAPES.all() if not kinds or shape.kind in kinds],
        "first": _first(looked, start, preview),
        "problem": looked.problem.as_dict() if looked.problem else None,
    }


def inspected(
    looked: Survey, kinds: Collection[str], told: Callable[[Reading], None], start: int = 0, preview: int = 20
) -> tuple[dict[str, Any], Imported | None]:
    """Return the whole report, read to the end where the columns are understood, and the set it is about."""
    report = surveyed(looked, kinds, start, preview)
    if looked.shape is None:
        nothing: dict[str, Any] = {
            "rows": 0,
            "total": 0,
            "bad": [],
            "bad_total": 0,
            "skipped": 0,
            "fixed": 0,
            "edited": 0,
        }
        return {**report, **nothing, "duplicates": 0, "checks": [], "entry": "", "left_alone": [], "seconds": 0.0}, None
    imported = import_surveyed(looked, kinds, told)
    about = imported.entry.about
    bad = list(islice((one for one in imported.view.findings() if one.state == "bad"), MOST_BAD))
    return {
        **report,
        "columns": list(imported.columns),
        **counts_of(imported),
        "bad": [
            {"row": one.row, "line": one.line, "reason": one.reason, "check": one.check}
            | ({"file": one.file} if one.file else {})
            for one in bad
        ],
        "checks": [check.as_dict() for check in check_reports(imported, looked)],
        "entry": imported.entry.id,
        "fingerprint": {Path(file.path).name: file.sha256 for file in about.files},
        "left_alone": list(about.left_alone),
        "seconds": about.seconds,
        "split": _split(imported),
    }, imported


def _split(imported: Imported) -> dict[str, Any] | None:
    """Return how the rows would be parted with the usual settings, ``None`` where they cannot be."""
    rows, strata = imported.rows, imported.rows.strata
    try:
        train, held = split_indices(rows.groups, strata, HELD_OUT, SEED)
    except RequestError:
        return None
    by = "label" if imported.kind == "label" else "file"
    how = [f"stratified by {by}"] if strata and len(set(strata)) > 1 else []
    how += ["rows that are alike kept together"] if len(set(rows.groups.tolist())) < len(rows) else []
    return {
        "train": len(train),
        "validation": len(held),
        "strata": sorted(set(strata))[:50] if strata else [],
        "sentence": f"{len(train):,} rows to learn from, {len(held):,} held out"
        + (f" ({', '.join(how)})." if how else "."),
    }


def mapping_as_data(mapping: Mapping[str, Pick]) -> dict[str, Any]:
    """Return a mapping as a job file writes it."""
    return {role: pick if isinstance(pick, str) else pick.model_dump(mode="json") for role, pick in mapping.items()}


def could_also_be(looked: Survey) -> list[dict[str, str]]:
    """Return what else the columns fit, most likely first: shapes that make another kind of row."""
    sample = Sample.of([record for record in looked.first if isinstance(record, Record)])
    found = []
    for shape in SHAPES.all():
        if looked.shape is None or looked.source.mapping or shape.kind == looked.shape.kind:
            continue
        match = shape.match(sample)
        if match is not None:
            found.append({"id": shape.id, "title": shape.title, "why": match.why})
    return found


def _choice(shape: Shape) -> dict[str, Any]:
    roles = [{"id": role.id, "title": role.title, "required": role.required} for role in shape.roles]
    return {"id": shape.id, "title": shape.title, "summary": shape.summary, "kind": shape.kind, "roles": roles}


def _first(looked: Survey, start: int, preview: int) -> list[dict[str, Any]]:
    if start + preview <= len(looked.first):
        records = list(looked.first[start : start + preview])
    else:
        located = looked.located
        records = list(islice(located.reader.read(located.files[0], located.encoding), start, start + preview))
    return [_seen(record, looked) for record in records]


def _seen(record: Record | BadRow, looked: Survey) -> dict[str, Any]:
    seen: dict[str, Any] = {"row": record.row, "line": record.line, "cells": {}, "canonical": None, "reason": None}
    if isinstance(record, Record):
        seen["cells"] = preview_values(record)
    if looked.interpretation is not None or isinstance(record, BadRow):
        outcome = convert(record, looked.interpretation) if looked.interpretation else record
        if isinstance(outcome, BadRow):
            seen["reason"] = outcome.reason
        else:
            seen["canonical"] = outcome
    return seen
