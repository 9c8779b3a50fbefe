"""Options described once: forms, command-line help and docs are generated from it; it knows no particular option."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo


class Options(BaseModel):
    """Base of every options model: unknown keys are refused, values are fixed once made."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True, protected_namespaces=())


def option(
    default: Any,
    *,
    label: str,
    help: str,
    ge: float | None = None,
    le: float | None = None,
    typical: str = "",
    unit: str = "",
    advanced: bool = False,
    holds: str = "",
) -> Any:
    """Declare one option of an :class:`Options` model.

    Args:
        default: the value taken when nothing is said.
        label: two or three words above the control.
        help: one sentence under it: what it does and which way to turn it.
        ge: smallest value allowed.
        le: largest value allowed.
        typical: the usual range in words (``8 to 32``).
        unit: shown behind the value.
        advanced: hidden until the user asks for all options.
        holds: what a text stands for, so that a form offers what there is: ``model`` is a model of ours,
            ``model:reward`` one whose head gives that (see :class:`~desktop.engine.models.heads.Head`).
    """
    extra: dict[str, Any] = {"typical": typical, "unit": unit, "advanced": advanced, "holds": holds}
    return Field(default, title=label, description=help, ge=ge, le=le, json_schema_extra=extra)


@dataclass(frozen=True)
class OptionField:
    """One option, ready for a form: everything a view needs and nothing of pydantic.

    Where ``choices`` are no words to read, ``titles`` holds what people read instead, one for each.
    """

    name: str
    label: str
    help: str
    kind: Literal["integer", "number", "text", "flag", "choice", "list"]
    default: Any
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    typical: str = ""
    unit: str = ""
    advanced: bool = False
    optional: bool = False
    holds: str = ""
    titles: tuple[str, ...] = ()


def fields_of(model: type[BaseModel]) -> list[OptionField]:
    """Return the options of ``model`` in declaration order; fields without a label are not for forms."""
    return [_field(name, info) for name, info in model.model_fields.items() if info.title]


def _field(name: str, info: FieldInfo) -> OptionField:
    annotation, optional = _without_none(info.annotation)
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    minimum = next((m.ge for m in info.metadata if hasattr(m, "ge")), None)
    maximum = next((m.le for m in info.metadata if hasattr(m, "le")), None)
    return OptionField(
        name=name,
        label=str(info.title),
        help=str(info.description or ""),
        kind=_kind(annotation),
        default=info.default,
        minimum=minimum,
        maximum=maximum,
        choices=tuple(str(a) for a in get_args(annotation)) if get_origin(annotation) is Literal else (),
        typical=str(extra.get("typical", "")),
        unit=str(extra.get("unit", "")),
        advanced=bool(extra.get("advanced", False)),
        optional=optional,
        holds=str(extra.get("holds", "")),
    )


def _without_none(annotation: Any) -> tuple[Any, bool]:
    members = get_args(annotation)
    if type(None) in members and get_origin(annotation) is not Literal:
        rest = [member for member in members if member is not type(None)]
        return (rest[0] if len(rest) == 1 else annotation), True
    return annotation, False


def _kind(annotation: Any) -> Literal["integer", "number", "text", "flag", "choice", "list"]:
    if get_origin(annotation) is Literal:
        return "choice"
    if get_origin(annotation) in (tuple, list):
        return "list"
    if annotation is bool:
        return "flag"
    if annotation is int:
        return "integer"
    if annotation is float:
        return "number"
    return "text"
