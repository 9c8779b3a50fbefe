"""Turns what the workbench and the library answer into findings; it knows their keys and nothing of a screen."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from desktop.engine.data.source import Pick
from desktop.engine.errors import RequestError, UserError
from desktop.engine.job import DataSource
from desktop.engine.models.facts import facts_of
from desktop.engine.models.heads import use_of
from desktop.engine.models.library import ModelRef, available, resolve
from desktop.flow.wizard_checks import checks_from, in_words, split_from
from desktop.flow.wizard_findings import (
    BadLine,
    DataFound,
    FertilityFound,
    FirstRow,
    LengthsFound,
    ModelFound,
    Rendered,
    RoleChoice,
    ShapeChoice,
    TokenizerFound,
)

_PICKS = TypeAdapter(dict[str, Pick])


def look_at(ref: str) -> ModelFound:
    """Return the model a job would call ``ref``; raise :class:`RequestError` where it is none."""
    return _found(resolve(ref))


def models_at_hand() -> list[ModelFound]:
    """Return every model that can be trained, bundled ones first; a broken folder is no choice."""
    found = []
    for ref in available():
        try:
            found.append(_found(ref))
        except RequestError:
            continue
    return found


def _found(ref: ModelRef) -> ModelFound:
    return ModelFound(ref.ref, ref.title, ref.summary, ref.source, str(ref.folder), facts_of(ref.folder), use_of(ref))


def data_from(source: DataSource, report: Mapping[str, Any]) -> DataFound:
    """Return what the ``inspect`` operation found."""
    columns = tuple(str(name) for name in report["columns"])
    problem = report["problem"]
    return DataFound(
        path=source.path,
        kind=str(report["kind"] or "") if not problem else "",
        format=str(report["format_title"]),
        shape=str(report["recognised"] or ""),
        recognised=str(report["recognised_title"] or ""),
        why=in_words(str(report["why"])),
        columns=columns,
        mapping=_PICKS.validate_python(dict(report["mapping"])),
        choices=tuple(_choice(choice) for choice in report["choices"]),
        first=tuple(_first(row, columns) for row in report["first"]),
        rows=int(report["rows"]),
        total=int(report["total"]),
        bad=tuple(BadLine(int(row["row"]), int(row["line"]), str(row["reason"])) for row in report["bad"]),
        bad_total=int(report["bad_total"]),
        duplicates=int(report["duplicates"]),
        bytes=int(report["bytes"]),
        problem=UserError(problem["code"], problem["message"], problem["hint"]) if problem else None,
        **_also(report),
        use=source.use,
    )


def lengths_from(report: Mapping[str, Any]) -> LengthsFound:
    """Return what the ``lengths`` operation found."""
    return LengthsFound(
        rows=int(report["rows"]),
        mean=float(report["mean"]),
        median=int(report["median"]),
        longest=int(report["longest"]),
        maximum=int(report["maximum"]),
        truncated=int(report["truncated"]),
        lost=int(report["lost"]),
        refused=int(report["refused"]),
        edges=tuple(int(edge) for edge in report["edges"]),
        counts=tuple(int(count) for count in report["counts"]),
        share_truncated=float(report.get("share_truncated") or 0.0),
        padding_waste=_measured(report, "padding_waste"),
        padding_waste_grouped=_measured(report, "padding_waste_grouped"),
        packing_gain=_measured(report, "packing_gain"),
        sentence=str(report.get("sentence") or ""),
    )


def rendered_from(report: Mapping[str, Any]) -> Rendered:
    """Return what the ``render`` operation made of a row."""
    rejected = report.get("rejected")
    shared = {"row": report["row"], "total": report["total"]}
    beyond = report.get("beyond")
    return Rendered(
        pieces=tuple((str(text), bool(trained)) for text, trained in report["pieces"]),
        tokens=int(report["tokens"]),
        trained=int(report["trained"]),
        cut=int(report.get("cut") or 0),
        row=int(report["row"]),
        total=int(report["total"]),
        special=tuple(bool(one) for one in report.get("special") or ()),
        beyond=int(beyond) if beyond is not None else None,
        removed=str(report.get("removed") or ""),
        as_text=str(report.get("as_text") or ""),
        caption="Preferred" if rejected else "",
        other=dataclasses.replace(rendered_from({**rejected, **shared}), caption="Rejected") if rejected else None,
    )


def tokenizer_from(report: Mapping[str, Any]) -> TokenizerFound:
    """Return what the ``tokenizer_report`` operation measured."""
    return TokenizerFound(
        before=_fertility(report["before"]),
        after=_fertility(report["after"]) if report["after"] else None,
        sentence=str(report["sentence"]),
        examples=tuple(
            (str(one["word"]), tuple(map(str, one["before"])), tuple(map(str, one["after"] or ())))
            for one in report["examples"]
        ),
    )


def survey_from(source: DataSource, survey: Mapping[str, Any]) -> DataFound:
    """Return what the beginning of a file says while the rest is read: its columns and first rows, no counts."""
    nothing = {"rows": 0, "total": 0, "bad": [], "bad_total": 0, "duplicates": 0, "bytes": 0}
    return dataclasses.replace(data_from(source, {**nothing, **survey}), kind="", reading=True)


def _also(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return what newer readings tell beside the rest; what is missing stays as it would be by itself."""
    return {
        "encoding": str(report.get("encoding") or ""),
        "delimiter": str(report.get("delimiter") or ""),
        "paths": tuple(str(path) for path in report.get("paths") or ()),
        "could_also_be": tuple(_alternative(one) for one in report.get("could_also_be") or ()),
        "checks": checks_from(report),
        "skipped": int(report.get("skipped") or 0),
        "fixed": int(report.get("fixed") or 0),
        "edited": int(report.get("edited") or 0),
        "split": split_from(report),
        "left_alone": tuple(str(name) for name in report.get("left_alone") or ()),
        "seconds": float(report.get("seconds") or 0.0),
    }


def _alternative(value: Any) -> str:
    if not isinstance(value, Mapping):
        return str(value)
    title, why = str(value.get("title") or value.get("id") or ""), in_words(str(value.get("why") or ""))
    return f"{title} ({why})" if why else title


def _measured(report: Mapping[str, Any], name: str) -> float | None:
    value = report.get(name)
    return float(value) if value is not None else None


def _fertility(values: Mapping[str, Any]) -> FertilityFound:
    return FertilityFound(
        int(values["vocabulary"]), float(values["per_word"]), int(values["tokens"]), float(values["single_bytes"])
    )


def _choice(values: Mapping[str, Any]) -> ShapeChoice:
    roles = (RoleChoice(str(role["id"]), str(role["title"]), bool(role["required"])) for role in values["roles"])
    return ShapeChoice(str(values["id"]), str(values["title"]), str(values["kind"]), tuple(roles))


def _first(values: Mapping[str, Any], columns: tuple[str, ...]) -> FirstRow:
    cells = values["cells"]
    shown = tuple("" if cells.get(name) is None else str(cells.get(name)) for name in columns)
    return FirstRow(int(values["line"] or values["row"]), shown, in_words(str(values["reason"] or "")))
