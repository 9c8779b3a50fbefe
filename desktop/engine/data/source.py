"""One data set of a job as its file says it: files, how they are read, mapped, checked, corrected; it reads none."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from pydantic import Field, field_validator, model_validator

from desktop.engine.options import Options

Policy: TypeAlias = Literal["keep", "skip", "fix", "stop"]
"""What becomes of rows a check finds: used as they are, left out, mended, or the import ends with the first of them."""

Overlong: TypeAlias = Literal["truncate", "drop", "split"]
"""What becomes of rows longer than the longest length: cut there, left out, or cut into several rows."""


class Constant(Options):
    """The same text in every row, in place of a column: ``{constant: "You are kind."}``."""

    constant: str


class Join(Options):
    """Several columns as one text: ``{join: [title, body], between: ": "}``; empty ones are left out."""

    join: tuple[str, ...] = Field(min_length=1)
    between: str = "\n\n"


Pick: TypeAlias = str | Constant | Join
"""Where a role takes its value. A string is a column or, where no column is called so, a path in one: ``a.b[0].c``."""


class Edit(Options):
    """One correction made by hand to one row, kept beside the file; the file itself is never touched.

    Attributes:
        row: place among the rows of the source, from 1, broken ones counted.
        skip: the row is left out.
        values: the row's record as corrected, whole, in place of what the file holds.
    """

    row: int = Field(ge=1)
    skip: bool = False
    values: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _does_something(self) -> Edit:
        if not self.skip and self.values is None:
            message = "an edit skips its row or gives its values"
            raise ValueError(message)
        return self


class DataSource(Options):
    """One data set of a job.

    Attributes:
        path: file or folder, relative to the job file or absolute; ``hub:NAME`` for a data set in the hub's cache.
        also: more files of the same set, read behind the first.
        format: a reader's id (``jsonl``), or ``auto``.
        encoding: of text files (``cp1252``), or ``auto``.
        mapping: role -> where its value comes from (``{"instruction": "q", "response": "a"}``); empty means recognised.
        roles: what speakers are called in the file -> ``user``, ``assistant``, ``system`` or ``tool``.
        labels: what labels are called in the file -> what they are to be called.
        checks: check id -> what becomes of rows it finds; unsaid, the check's own default.
        edits: corrections by hand, at most one a row.
        use: whether its rows are trained on (and a share held out), all held out, or of a task the model already knows:
            a share held out and measured apart, the rest learned from only by an objective that goes over them again.
        weight: share of this set when several are mixed.
        task: name under which it is evaluated apart from others; empty takes the file's name.
    """

    path: str
    also: tuple[str, ...] = ()
    format: str = "auto"
    encoding: str = "auto"
    mapping: dict[str, Pick] = Field(default_factory=dict)
    roles: dict[str, str] = Field(default_factory=dict)
    labels: dict[str, str] = Field(default_factory=dict)
    checks: dict[str, Policy] = Field(default_factory=dict)
    edits: tuple[Edit, ...] = ()
    use: Literal["train", "validation", "old"] = "train"
    weight: float = Field(default=1.0, gt=0)
    task: str = ""

    @field_validator("roles")
    @classmethod
    def _known_roles(cls, value: dict[str, str]) -> dict[str, str]:
        for name, role in value.items():
            if role not in ("user", "assistant", "system", "tool"):
                message = f"{name!r} is mapped to {role!r}, which is no role; there are user, assistant, system, tool"
                raise ValueError(message)
        return value

    @field_validator("edits")
    @classmethod
    def _one_a_row(cls, value: tuple[Edit, ...]) -> tuple[Edit, ...]:
        seen: set[int] = set()
        for edit in value:
            if edit.row in seen:
                message = f"row {edit.row} is corrected twice"
                raise ValueError(message)
            seen.add(edit.row)
        return value

    @property
    def paths(self) -> tuple[str, ...]:
        """Return every file or folder of the set, in order."""
        return (self.path, *self.also)
