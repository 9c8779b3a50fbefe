"""What was found out while the wizard was open: model, rows, lengths, machine; it knows no answer and no screen.

Everything here can be found out again, so nothing of it is saved.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from desktop.engine.errors import Problem, UserError
from desktop.engine.hardware import Gpu, Hardware
from desktop.engine.methods.base import ModelFacts


@dataclass(frozen=True)
class ModelFound:
    """A model that can be trained.

    Attributes:
        ref: what a job calls it.
        title: what people read.
        summary: one sentence.
        source: where it was found (``bundled``, ``run``, ``cache``, ``local``, ``folder``).
        folder: where its weights lie.
        facts: what its files say.
    """

    ref: str
    title: str
    summary: str
    source: str
    folder: str
    facts: ModelFacts


@dataclass(frozen=True)
class BadLine:
    """One row that cannot be used."""

    row: int
    line: int
    reason: str


@dataclass(frozen=True)
class Column:
    """One column of the file: what it is called and which role it has, empty where it is not used."""

    name: str
    role: str


@dataclass(frozen=True)
class RoleChoice:
    """One role a column can be given."""

    id: str
    title: str
    required: bool


@dataclass(frozen=True)
class DataFound:
    """A file that was read, or looked at as far as its columns.

    Attributes:
        path: the file or folder.
        kind: what its rows are (``chat``), empty while the columns are not mapped.
        format: how the file is written (``jsonl``).
        recognised: what its rows were taken for, in words.
        why: what says so, one clause.
        columns: in order of appearance.
        roles: what a column can be.
        first: the first rows: line number and the cells as text.
        rows: good rows.
        total: all rows.
        bad: the rows left out; of very many, the first.
        bytes: size of the file.
        problem: why its rows cannot be used as they are.
    """

    path: str
    kind: str
    format: str
    recognised: str
    why: str
    columns: tuple[Column, ...]
    roles: tuple[RoleChoice, ...]
    first: tuple[tuple[int, tuple[str, ...]], ...]
    rows: int
    total: int
    bad: tuple[BadLine, ...] = ()
    bad_total: int = 0
    bytes: int = 0
    problem: UserError | None = None


@dataclass(frozen=True)
class LengthsFound:
    """How long the rows are, in tokens of this model.

    Attributes:
        rows: how many were measured.
        mean: on average.
        median: in the middle.
        longest: the longest.
        bins: upper edge and number of rows, for a picture.
        over: row lengths in rising order of those above the median, so that a share cut can be counted.
        trained: share of the tokens that carry loss.
    """

    rows: int
    mean: float
    median: int
    longest: int
    bins: tuple[tuple[int, int], ...]
    lengths: tuple[int, ...] = ()
    trained: float = 1.0

    def cut_at(self, length: int) -> int:
        """Return how many rows would be cut at ``length``."""
        if self.lengths:
            return sum(1 for value in self.lengths if value > length)
        return sum(count for upper, count in self.bins if upper > length)


@dataclass(frozen=True)
class Fertility:
    """How a tokenizer takes these texts apart."""

    vocabulary: int
    tokens_per_word: float
    tokens: int


@dataclass(frozen=True)
class TokenizerFound:
    """The model's own tokenizer on these texts, beside one that would be trained on them, and what is advised."""

    kept: Fertility
    trained: Fertility | None = None
    advice: str = ""


@dataclass(frozen=True)
class Findings:
    """Everything found out so far; ``None`` means not yet.

    Attributes:
        machine: what this machine has.
        model: the chosen model.
        model_error: why it cannot be used.
        data: the first data set.
        data_error: why it cannot be read.
        lengths: of its rows.
        tokenizer: on its texts.
        problems: what the engine's own check says of the job, once Review asked.
    """

    machine: Hardware | None = None
    model: ModelFound | None = None
    model_error: UserError | None = None
    data: DataFound | None = None
    data_error: UserError | None = None
    lengths: LengthsFound | None = None
    tokenizer: TokenizerFound | None = None
    problems: tuple[Problem, ...] | None = None


def facts_from(values: Mapping[str, Any]) -> ModelFacts:
    """Return model facts from the plain form that crossed a process boundary."""
    known = {field.name for field in dataclasses.fields(ModelFacts)}
    plain = {key: value for key, value in values.items() if key in known}
    shapes = {str(name): (int(shape[0]), int(shape[1])) for name, shape in plain["linear_shapes"].items()}
    return ModelFacts(**{**plain, "linear_shapes": shapes})


def machine_from(values: Mapping[str, Any]) -> Hardware:
    """Return the machine from the plain form that crossed a process boundary."""
    return Hardware(**{**values, "gpus": tuple(Gpu(**gpu) for gpu in values["gpus"])})
