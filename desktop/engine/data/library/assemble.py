"""The stretches of a source put together under one mapping: good rows, findings, groups, counts; it reads none.

What comes out is a view: ``rows-<key>.npy`` with a line for every good row, ``found-<key>.arrow`` with every finding,
and ``view-<key>.json`` with the counts, the last of which says that the others are whole.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop.engine.data.library.entry import Entry
from desktop.engine.data.library.found import Finding, findings_in, load_table, save_table, schema
from desktop.engine.data.library.keys import key_of
from desktop.engine.data.library.likes import equal_rows, joined, near_rows, near_to
from desktop.engine.data.library.parts import PartReader
from desktop.engine.data.library.stretch import INDEX_COLUMNS, Stretch
from desktop.engine.data.library.view import EDITED, View, sum_of
from desktop.engine.data.mapping.interpret import Interpretation
from desktop.engine.data.rows import Row, RowFault
from desktop.engine.data.texts import texts_of
from desktop.engine.errors import RequestError
from desktop.engine.run_folder import write_atomically

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyarrow import Table

EXAMPLES = 50
"""Findings of a kind that are named one by one in the counts; the file has them all."""
_NEAR_FILE = "near.npy"
_PLACE, _ROW, _LINE, _KEY, _STRATUM, _SKETCH = range(6)
_WORDS_HELD = 4096
_UNEVEN = 10
"""How many times as many rows as the rarest the most frequent label or file may have before it is worth saying."""


def assemble(
    entry: Entry, stretches: list[Stretch], interpretation: Interpretation, folder: Path, check: Callable[[], None]
) -> View:
    """Put the stretches of ``entry`` together, interpreted into ``folder``, and write the view.

    Raises:
        RequestError: a policy says that the import is to stop at a row that was found.
    """
    work = _Assembly(entry, stretches, interpretation, folder)
    check()
    work.correct()
    work.compare(check)
    work.stop_where_told()
    return work.written()


class _Assembly:
    """The good rows of all stretches while they are put together."""

    def __init__(self, entry: Entry, stretches: list[Stretch], interpretation: Interpretation, folder: Path) -> None:
        import numpy as np
        import pyarrow as pa

        self._entry = entry
        self._as = interpretation
        self._folder = folder
        self._names = entry.about.names
        self._strata: dict[int, str] = {}
        self._edited: list[dict[str, Any]] = []
        self._new: list[Finding] = []
        self._read_words: dict[int, frozenset[str]] = {}
        indices, tables = [np.zeros((0, len(INDEX_COLUMNS)), np.uint64)], []
        place = row = line = 0
        file = 0
        for stretch in stretches:
            if stretch.file != file:
                file, line = stretch.file, 0
            index = np.load(folder / stretch.index)
            index[:, _PLACE] += np.uint64(place)
            index[:, _ROW] += np.uint64(row)
            index[:, _LINE] = np.where(index[:, _LINE] > 0, index[:, _LINE] + np.uint64(line), 0)
            self._strata.update({_signed(int(number)): name for number, name in stretch.strata.items()})
            if len(self._names) > 1 and not stretch.strata:
                index[:, _STRATUM] = file + 1
                self._strata[file + 1] = self._names[file]
            indices.append(index)
            for name in (entry.folder / stretch.unreadable, folder / stretch.found):
                tables.append(_moved(load_table(name), row, line, self._names[file] if len(self._names) > 1 else ""))
            place, row, line = place + stretch.records, row + stretch.rows, line + stretch.lines
        self._index = np.concatenate(indices)
        self._found: Table = pa.concat_tables([*tables, schema().empty_table()])
        self._reader = PartReader(entry.folder, [part for stretch in stretches for part in stretch.parts])
        self._groups = np.arange(len(self._index))

    def correct(self) -> None:
        """Take the corrections made by hand over what was read."""
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        edits = {edit.row: edit for edit in self._as.source.edits}
        if not edits:
            return
        touched = np.fromiter(edits, np.uint64)
        where = {int(row): int(line) for row, line in self._index[np.isin(self._index[:, _ROW], touched)][:, [1, 2]]}
        for one in findings_in(self._found.filter(pc.is_in(self._found["row"], pa.array(sorted(edits), pa.int64())))):
            where.setdefault(one.row, one.line)
        self._index = self._index[~np.isin(self._index[:, _ROW], touched)]
        self._found = self._found.filter(pc.invert(pc.is_in(self._found["row"], pa.array(sorted(edits), pa.int64()))))
        added = []
        for row, edit in sorted(edits.items()):
            if row > self._entry.about.rows:
                continue
            if edit.skip:
                self._new.append(Finding(row, where.get(row, 0), "", "edit", "left out by hand", "skipped"))
                continue
            try:
                made = self._as.row(edit.values or {})
            except RowFault as fault:
                self._new.append(Finding(row, where.get(row, 0), "", fault.check, str(fault), "bad"))
                continue
            place = np.int64(EDITED - len(self._edited)).astype(np.uint64)
            self._edited.append(edit.values or {})
            self._new.append(Finding(row, where.get(row, 0), "", "edit", "corrected by hand", "fixed"))
            added.append([int(place), row, where.get(row, 0), key_of(made), self._stratum(made), *_sketch(made)])
        if added:
            self._index = np.concatenate([self._index, np.array(added, np.uint64)])
            self._index = self._index[np.argsort(self._index[:, _ROW], kind="stable")]

    def compare(self, check: Callable[[], None]) -> None:
        """Find rows that are alike, and labels and files that are uneven."""
        import numpy as np

        first = equal_rows(self._index[:, _KEY])
        check()
        pairs = self._near(np.ascontiguousarray(self._index[:, _SKETCH:]).view(np.uint32), first)
        check()
        again = np.flatnonzero(first != np.arange(len(first)))
        left_out = self._alike("duplicate", [(int(row), int(first[row])) for row in again], "the same as")
        left_out += self._alike("near_duplicate", pairs, "nearly the same as")
        self._groups = joined(first, pairs)
        if left_out:
            kept = np.ones(len(self._index), bool)
            kept[left_out] = False
            # A group keeps its number when its first row goes: numbers only have to agree.
            self._index, self._groups = self._index[kept], self._groups[kept]
        self._balance()

    def _near(self, sketches: NDArray[Any], first: NDArray[Any]) -> list[tuple[int, int]]:
        """Return the pairs of rows that are nearly the same; after a correction only what it touched is compared."""
        import numpy as np

        known, rows = self._folder / _NEAR_FILE, self._index[:, _ROW]
        touched = np.fromiter((edit.row for edit in self._as.source.edits), np.uint64)
        if not len(touched) or not known.is_file():
            pairs = near_rows(sketches, first, self._words)
            if not len(touched):
                np.save(known, rows[np.array(pairs, np.int64).reshape(-1, 2)])
            return pairs
        old = np.load(known)
        old = old[~np.isin(old, touched).any(axis=1)]
        pairs = [(int(row), int(other)) for row, other in np.searchsorted(rows, old)]
        changed = np.flatnonzero(np.isin(rows, touched))
        return sorted({*pairs, *near_to(changed, sketches, first, self._words)})

    def stop_where_told(self) -> None:
        """Raise for the first row whose check says stop."""
        stops = [name for name in self._counts() if name != "edit" and self._as.policy(name) == "stop"]
        first: Finding | None = None
        for finding in self._all():
            if finding.check in stops and (first is None or finding.row < first.row):
                first = finding
        if first is not None:
            raise RequestError(
                "stopped_at_row",
                f"The import stopped at {first.place}: {first.reason}.",
                "Correct the row, or choose to skip such rows.",
            )

    def written(self) -> View:
        """Write everything and return the view."""
        import numpy as np
        import pyarrow as pa

        key = self._as.key
        rows = np.empty((len(self._index), 6), np.int64)
        rows[:, :4] = self._index[:, :4].astype(np.int64)
        rows[:, 4] = self._groups
        rows[:, 5] = self._index[:, _STRATUM].astype(np.int64)
        new = pa.Table.from_pylist([vars(finding) for finding in self._new], schema=schema())
        found = pa.concat_tables([self._found, new]).sort_by("row")
        counts, examples = self._counts(), _examples(found)
        with (self._folder / f"rows-{key}.npy").open("wb") as file:
            np.save(file, rows)
        save_table(found, self._folder / f"found-{key}.arrow")
        about = {
            "good": len(rows),
            "sum": sum_of(rows),
            "strata": {str(number): name for number, name in self._strata.items()},
            "counts": counts,
            "examples": {check: [vars(one) for one in shown] for check, shown in examples.items()},
            "edited": self._edited,
        }
        write_atomically(self._folder / f"view-{key}.json", json.dumps(about))
        return View(rows, self._strata, counts, examples, self._edited, self._folder / f"found-{key}.arrow")

    def _alike(self, id: str, pairs: Iterable[tuple[int, int]], words: str) -> list[int]:
        skips = self._as.policy(id) == "skip"
        left_out = []
        for row, other in pairs:
            line, number = int(self._index[other, _LINE]), int(self._index[other, _ROW])
            where = f"line {line:,}" if line else f"row {number:,}"
            self._new.append(
                Finding(
                    int(self._index[row, _ROW]), int(self._index[row, _LINE]), "", id, f"{words} {where}",
                    "skipped" if skips else "kept",
                )
            )  # fmt: skip
            if skips:
                left_out.append(row)
        return left_out

    def _balance(self) -> None:
        import numpy as np

        numbers, counts = np.unique(self._index[:, _STRATUM].astype(np.int64), return_counts=True)
        sizes = {self._strata[int(n)]: int(c) for n, c in zip(numbers, counts, strict=True) if int(n) in self._strata}
        if len(sizes) < 2 or max(sizes.values()) < _UNEVEN * min(sizes.values()):
            return
        often, rarely = max(sizes, key=lambda name: sizes[name]), min(sizes, key=lambda name: sizes[name])
        id = "label_balance" if self._as.shape.kind == "label" else "domain_balance"
        reason = f"{often!r} has {sizes[often]:,} rows and {rarely!r} has {sizes[rarely]:,}"
        self._new.append(Finding(0, 0, "", id, reason, "kept"))

    def _all(self) -> Iterator[Finding]:
        yield from findings_in(self._found)
        yield from self._new

    def _counts(self) -> dict[str, dict[str, int]]:
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        grouped = self._found.group_by(["check", "state"]).aggregate([("row", "count")])
        for one in grouped.to_pylist():
            counts[one["check"]][one["state"]] += one["row_count"]
        for finding in self._new:
            counts[finding.check][finding.state] += 1
        return {check: dict(states) for check, states in counts.items()}

    def _words(self, row: int) -> frozenset[str]:
        words = self._read_words.get(row)
        if words is None:
            if len(self._read_words) >= _WORDS_HELD:
                self._read_words.clear()
            words = frozenset(" ".join(texts_of([self._row(row)])).casefold().split())
            self._read_words[row] = words
        return words

    def _row(self, row: int) -> Row:
        place = int(self._index[row, _PLACE].astype("int64"))
        record = self._edited[EDITED - place] if place <= EDITED else self._reader.at(place).values
        return self._as.row(record)

    def _stratum(self, row: Row) -> int:
        label = row.get("label") if self._as.shape.kind == "label" else None
        return next((_unsigned(n) for n, name in self._strata.items() if name == label), 0)


def _moved(table: Table, row: int, line: int, file: str) -> Table:
    """Return findings counted from the beginning of a stretch as findings of the whole source."""
    import pyarrow as pa
    import pyarrow.compute as pc

    rows = pc.add(table["row"], row)
    lines = pc.if_else(pc.greater(table["line"], 0), pc.add(table["line"], line), 0)
    moved = table.set_column(0, "row", rows).set_column(1, "line", lines)
    if file:
        inner = table["file"]
        names = pc.if_else(pc.equal(inner, ""), file, pc.binary_join_element_wise(file, inner, "/"))
        moved = moved.set_column(2, "file", names)
    return moved.cast(schema()) if isinstance(moved, pa.Table) else moved


def _examples(found: Table) -> dict[str, list[Finding]]:
    import pyarrow.compute as pc

    return {
        check: list(findings_in(found.filter(pc.equal(found["check"], check)).slice(0, EXAMPLES)))
        for check in found["check"].unique().to_pylist()
    }


def _sketch(row: Row) -> list[int]:
    import numpy as np
    import pyarrow as pa

    from desktop.engine.data.library.sketch import sketches

    numbers = sketches([pa.array([" ".join(texts_of([row]))], pa.string())], 1)
    return [int(number) for number in numbers.view(np.uint64)[0]]


def _signed(number: int) -> int:
    return number - 2**64 if number >= 2**63 else number


def _unsigned(number: int) -> int:
    return number + 2**64 if number < 0 else number
