"""Errors meant for people: what happened, what it means, what to do; it knows nothing of where they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a request, shown beside the field it concerns.

    Attributes:
        field: dotted path into the job (``training.batch_size``), empty when it concerns the whole.
        message: one sentence: what is wrong and what it means.
        fix: one sentence: what to do about it.
        severity: ``error`` refuses the job, ``warning`` is shown and lets it start.
    """

    field: str
    message: str
    fix: str = ""
    severity: Literal["error", "warning"] = "error"


class UserError(Exception):
    """A failure whose text is written for the user; anything else is an unexpected error with a log.

    Attributes:
        code: short stable name for programs (``out_of_memory``, ``not_a_model``).
        message: what happened and what it means, one or two sentences.
        hint: what to do about it.
    """

    exit_code = 1

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        """Keep the three parts apart: views lay them out, the command line joins them."""
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        """Return message and hint as one paragraph."""
        return f"{self.message} {self.hint}".strip()

    def as_dict(self) -> dict[str, str]:
        """Return the form that crosses a process boundary."""
        return {"code": self.code, "message": self.message, "hint": self.hint}


class RequestError(UserError):
    """The request itself is wrong (bad job, missing file, impossible combination): exit code 2."""

    exit_code = 2

    @classmethod
    def from_problems(cls, problems: list[Problem]) -> RequestError:
        """Join the errors among ``problems`` into one refusal."""
        errors = [problem for problem in problems if problem.severity == "error"]
        message = " ".join(f"{p.field}: {p.message}" if p.field else p.message for p in errors)
        return cls("bad_request", message, " ".join(p.fix for p in errors if p.fix))
