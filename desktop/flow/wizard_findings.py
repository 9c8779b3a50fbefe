"""What was found out while the wizard was open: model, rows, lengths, machine; it knows no answer and no screen.

Everything here can be found out again, so nothing of it is saved.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from desktop.engine.data.source import DataSource, Pick
from desktop.engine.errors import Problem, UserError
from desktop.engine.hardware import Hardware
from desktop.engine.methods.base import ModelFacts
from desktop.flow.wizard_checks import CheckFound, SplitFound


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
        use: what it is good for (``chat``, ``reward``), as :func:`~desktop.engine.models.heads.use_of` tells it.
    """

    ref: str
    title: str
    summary: str
    source: str
    folder: str
    facts: ModelFacts
    use: str = "chat"


@dataclass(frozen=True)
class BadLine:
    """One row that cannot be used."""

    row: int
    line: int
    reason: str


@dataclass(frozen=True)
class RoleChoice:
    """One role a column can be given."""

    id: str
    title: str
    required: bool


@dataclass(frozen=True)
class ShapeChoice:
    """One way rows can be written down, to choose by hand: its name, what its rows become, what its columns are."""

    id: str
    title: str
    kind: str
    roles: tuple[RoleChoice, ...]


@dataclass(frozen=True)
class FirstRow:
    """One of the first rows: where it stands, its cells in the order of the columns, why it is left out if it is."""

    line: int
    cells: tuple[str, ...]
    reason: str = ""


@dataclass(frozen=True)
class DataFound:
    """A file that was read, or looked at as far as its columns.

    Attributes:
        path: the file or folder.
        kind: what its rows are (``chat``), empty while the columns are not mapped.
        format: how the file is written, in words (``JSON lines``).
        shape: id of how its rows are written down, empty while unknown.
        recognised: the same in words.
        why: what says so, one clause.
        columns: in order of appearance.
        mapping: role -> where its value comes from.
        choices: what else its rows could be taken for.
        first: the first rows.
        rows: good rows.
        total: all rows.
        bad: the rows left out; of very many, the first.
        bad_total: how many are left out.
        duplicates: rows that are the same as an earlier one.
        bytes: size of the file.
        problem: why its rows cannot be used as they are.
        encoding: of a text file, in words; empty where there is none.
        delimiter: between its fields, in words; empty where there is none.
        paths: where values lie inside columns that hold more than text (``a.b[0].c``).
        could_also_be: what else the rows could be taken for, with the reason.
        checks: what the checks found.
        skipped: rows left out by hand.
        fixed: rows mended by a check.
        edited: rows corrected by hand.
        split: how the rows are parted, as the engine says it.
        left_alone: what lies in a folder and was not read.
        seconds: how long it took to read.
        use: whether its rows are learned from (``train``) or only checked with (``validation``).
        reading: whether only its beginning was looked at so far, and the rest is on its way.
    """

    path: str
    kind: str = ""
    format: str = ""
    shape: str = ""
    recognised: str = ""
    why: str = ""
    columns: tuple[str, ...] = ()
    mapping: dict[str, Pick] = field(default_factory=dict)
    choices: tuple[ShapeChoice, ...] = ()
    first: tuple[FirstRow, ...] = ()
    rows: int = 0
    total: int = 0
    bad: tuple[BadLine, ...] = ()
    bad_total: int = 0
    duplicates: int = 0
    bytes: int = 0
    problem: UserError | None = None
    encoding: str = ""
    delimiter: str = ""
    paths: tuple[str, ...] = ()
    could_also_be: tuple[str, ...] = ()
    checks: tuple[CheckFound, ...] = ()
    skipped: int = 0
    fixed: int = 0
    edited: int = 0
    split: SplitFound | None = None
    left_alone: tuple[str, ...] = ()
    seconds: float = 0.0
    use: str = "train"
    reading: bool = False

    def choice(self, shape: str) -> ShapeChoice | None:
        """Return the shape called ``shape``."""
        return next((choice for choice in self.choices if choice.id == shape), None)


@dataclass(frozen=True)
class LengthsFound:
    """How long the rows are, in tokens of this model.

    Attributes:
        rows: how many were measured.
        mean: on average.
        median: in the middle.
        longest: the longest.
        maximum: the longest length it was measured against.
        truncated: rows longer than that.
        lost: rows whose whole answer would be cut away.
        refused: rows the model's template does not take.
        edges: borders of the bins of the picture, one more than ``counts``.
        counts: rows in each bin.
        share_truncated: share of rows that are longer than ``maximum``.
        padding_waste: share of a batch's tokens that are padding, rows in any order; ``None`` where not measured.
        padding_waste_grouped: the same with rows of like length together.
        packing_gain: how many times fewer tokens a step handles with rows packed; ``None`` where not measured.
        sentence: what it all means.
    """

    rows: int
    mean: float
    median: int
    longest: int
    maximum: int
    truncated: int
    lost: int
    refused: int
    edges: tuple[int, ...]
    counts: tuple[int, ...]
    share_truncated: float = 0.0
    padding_waste: float | None = None
    padding_waste_grouped: float | None = None
    packing_gain: float | None = None
    sentence: str = ""

    def whole_at(self, length: int) -> float:
        """Return the share of rows that fit whole into ``length`` tokens; between bin borders it is a guess."""
        if not self.rows or length >= self.longest:
            return 1.0
        if length == self.maximum:
            return 1 - self.truncated / self.rows
        whole = 0.0
        for low, high, count in zip(self.edges, self.edges[1:], self.counts, strict=False):
            whole += count * min(1.0, max(0.0, (length + 1 - low) / (high - low)))
        return min(1.0, whole / self.rows)


@dataclass(frozen=True)
class FertilityFound:
    """How a tokenizer takes these texts apart: its size, tokens a word, tokens in all, share of lone letters."""

    vocabulary: int
    per_word: float
    tokens: int
    single: float


@dataclass(frozen=True)
class TokenizerFound:
    """The model's own tokenizer on these texts, beside one trained on them.

    Attributes:
        before: the model's own.
        after: the new one, ``None`` while only the old one was measured.
        sentence: what it means.
        examples: words that fall apart: the word, its pieces before and after.
    """

    before: FertilityFound
    after: FertilityFound | None = None
    sentence: str = ""
    examples: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = ()


@dataclass(frozen=True)
class Rendered:
    """One row as the model sees it.

    Attributes:
        pieces: the text of each token and whether it is learned.
        tokens: how many there are.
        trained: how many are learned.
        cut: how many lie beyond the longest length.
        row: which row it is, from 0.
        total: how many there are.
        special: which pieces are special tokens.
        beyond: the first piece that is cut off, ``None`` where none is.
        removed: what becomes of the rest, in a sentence.
        as_text: the same without colours, to read and to copy.
        caption: what it is, where a row has two sides (``Preferred``).
        other: the other side of a preference.
    """

    pieces: tuple[tuple[str, bool], ...]
    tokens: int
    trained: int
    cut: int
    row: int
    total: int
    special: tuple[bool, ...] = ()
    beyond: int | None = None
    removed: str = ""
    as_text: str = ""
    caption: str = ""
    other: Rendered | None = None

    @property
    def kept(self) -> int:
        """How many tokens are left where the row is cut."""
        return self.tokens if self.beyond is None else min(self.beyond, self.tokens)

    @property
    def learned(self) -> int:
        """How many of those are learned."""
        return self.trained if self.beyond is None else sum(trained for _, trained in self.pieces[: self.beyond])

    @property
    def share(self) -> float:
        """Share of the tokens left that are learned."""
        return self.learned / self.kept if self.kept else 0.0


@dataclass(frozen=True)
class SetFound:
    """A data set that is not the one looked at: how it is read, what was found, or why it cannot be read."""

    source: DataSource
    data: DataFound | None = None
    error: UserError | None = None


@dataclass(frozen=True)
class Findings:
    """Everything found out so far; ``None`` means not yet.

    Attributes:
        machine: what this machine has.
        model: the chosen model.
        model_error: why it cannot be used.
        data: the data set that is looked at.
        data_error: why it cannot be read.
        others: the other data sets, as far as they were read.
        lengths: of its rows.
        tokenizer: on its texts.
        problems: what the engine's own check says of the job, once Review asked.
    """

    machine: Hardware | None = None
    model: ModelFound | None = None
    model_error: UserError | None = None
    data: DataFound | None = None
    data_error: UserError | None = None
    others: tuple[SetFound, ...] = ()
    lengths: LengthsFound | None = None
    tokenizer: TokenizerFound | None = None
    problems: tuple[Problem, ...] | None = None
