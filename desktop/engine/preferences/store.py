"""A preference project: pairs waiting, judgements kept, each on the disk before the next pair is drawn.

One project is one SQLite file. It knows neither screens nor models, and nothing of what a vote teaches.
"""

from __future__ import annotations

import json
import random
import re
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from desktop.engine.data.rows import Message
from desktop.engine.errors import RequestError
from desktop.engine.preferences.judgement import Choice, Item, Judgement, Pair, Side
from desktop.engine.preferences.schema import connect, told, transaction

ENDING = ".pairs"
REPEAT_EVERY = 20
"""One hidden repeat for so many pairs judged for the first time: 5 %."""
REPEAT_AFTER = 5
"""Pairs judged in between at least, so that the repeat is not remembered word for word."""

_JUDGEMENT = "id, item_id, pair_id, left, choice, milliseconds, reasons, note, repeat, annotator, time"
_OPEN = "NOT EXISTS (SELECT 1 FROM judgements j WHERE j.item_id = i.id AND NOT j.undone AND j.choice <> 'skip')"


class PreferenceStore:
    """One open project.

    Attributes:
        path: its file.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        """Use :meth:`create` or :meth:`open`."""
        self.path = path
        self._connection = connection

    @classmethod
    def create(cls, folder: Path, title: str, *, seed: int, **facts: str) -> PreferenceStore:
        """Make a project called ``title``; ``facts`` (the run, the guide) can be asked for later."""
        name = re.sub(r"[^\w.-]+", "-", title.strip()).strip("-.")[:80]
        if not name:
            raise RequestError("no_title", "A project needs a name with at least one letter.", "Type a name.")
        path = folder / f"{name}{ENDING}"
        store = cls(path, connect(path, create=True))
        for key, value in {"title": title.strip(), "seed": str(seed), "created": str(time.time()), **facts}.items():
            store.keep(key, value)
        return store

    @classmethod
    def open(cls, path: Path) -> PreferenceStore:
        """Open the project at ``path``."""
        return cls(path, connect(path, create=False))

    def close(self) -> None:
        """Let the file go."""
        self._connection.close()

    @property
    def title(self) -> str:
        """What the user called it."""
        return self.fact("title", self.path.stem)

    def fact(self, key: str, default: str = "") -> str:
        """Return something kept about the project."""
        row = self._one("SELECT value FROM project WHERE key = ?", (key,))
        return str(row[0]) if row else default

    def keep(self, key: str, value: str) -> None:
        """Keep something about the project."""
        with told(self.path):
            self._connection.execute("INSERT OR REPLACE INTO project VALUES (?, ?)", (key, value))

    def add_pair(
        self, prompt: Sequence[Message], a: str, b: str, *, tokens: tuple[int, int] = (0, 0), sources: Any = None
    ) -> Pair:
        """Append a pair; a coin seeded by the project decides which answer will stand on the left."""
        if a.strip() == b.strip():
            raise RequestError("same_answers", "Both answers are the same, so there is nothing to judge.")
        values = (json.dumps(list(prompt)), a, b, *tokens, json.dumps(sources or {}), time.time())
        with told(self.path), transaction(self._connection) as sql:
            names = "prompt, a, b, tokens_a, tokens_b, sources, time"
            cursor = sql.execute(f"INSERT INTO pairs ({names}) VALUES (?, ?, ?, ?, ?, ?, ?)", values)
            pair_id = int(cursor.lastrowid or 0)
            left = random.Random(f"{self.fact('seed')}:side:{pair_id}").choice("ab")
            place = float(sql.execute("SELECT COALESCE(MAX(place), 0) + 1 FROM items").fetchone()[0])
            sql.execute(
                "INSERT INTO items (pair_id, left, repeat, place) VALUES (?, ?, 0, ?)", (pair_id, left, place)
            )  # fmt: skip
        return self.pair(pair_id)

    def pair(self, id: int) -> Pair:
        """Return one pair."""
        row = self._one("SELECT id, prompt, a, b, tokens_a, tokens_b, sources FROM pairs WHERE id = ?", (id,))
        if row is None:
            raise RequestError("no_pair", f"There is no pair {id} in {self.path.name}.")
        return Pair(row[0], json.loads(row[1]), row[2], row[3], row[4], row[5], json.loads(row[6]))

    def current(self) -> Item | None:
        """Return the next item to judge, ``None`` where all are."""
        row = self._one(f"SELECT id, pair_id, left, repeat FROM items i WHERE {_OPEN} ORDER BY place, id LIMIT 1")
        return self._item(row) if row else None

    def item(self, id: int) -> Item:
        """Return one item."""
        row = self._one("SELECT id, pair_id, left, repeat FROM items WHERE id = ?", (id,))
        if row is None:
            raise RequestError("no_item", f"There is no item {id} in {self.path.name}.")
        return self._item(row)

    def judge(
        self,
        item: Item,
        choice: Choice,
        *,
        milliseconds: int,
        reasons: Sequence[str] = (),
        note: str = "",
        annotator: str = "",
    ) -> Judgement:
        """Write a judgement to the disk; a skipped item goes to the end."""
        verdict = Judgement(
            0, item.id, item.pair.id, item.left, choice, milliseconds, tuple(reasons), note, item.repeat, annotator,
            time.time(),
        )  # fmt: skip
        with told(self.path), transaction(self._connection) as sql:
            (place,) = sql.execute("SELECT place FROM items WHERE id = ?", (item.id,)).fetchone()
            values = {
                "item_id": item.id, "pair_id": item.pair.id, "left": item.left, "choice": choice,
                "preferred": verdict.preferred, "milliseconds": milliseconds, "reasons": json.dumps(list(reasons)),
                "note": note, "repeat": item.repeat, "annotator": annotator, "time": verdict.time,
                "place_before": place,
            }  # fmt: skip
            marks = ", ".join(f":{name}" for name in values)
            cursor = sql.execute(f"INSERT INTO judgements ({', '.join(values)}) VALUES ({marks})", values)
            id = int(cursor.lastrowid or 0)
            if choice == "skip":
                sql.execute("UPDATE items SET place = (SELECT MAX(place) FROM items) + 1 WHERE id = ?", (item.id,))
            elif not item.repeat:
                self._plan_repeat(sql, id)
        return self.judgement(id)

    def revise(self, judgement: Judgement, choice: Choice, reasons: Sequence[str], note: str) -> Judgement:
        """Change the judgement of the item still on the screen; its time stays that of the first choice."""
        preferred = Judgement(**{**vars(judgement), "choice": choice}).preferred
        with told(self.path):
            self._connection.execute(
                "UPDATE judgements SET choice = ?, preferred = ?, reasons = ?, note = ? WHERE id = ? AND NOT undone",
                (choice, preferred, json.dumps(list(reasons)), note, judgement.id),
            )
        return self.judgement(judgement.id)

    def undo(self) -> Judgement | None:
        """Take back the last judgement or skip, also of an earlier day; return it, ``None`` where there is none."""
        row = self._one(f"SELECT {_JUDGEMENT} FROM judgements WHERE NOT undone ORDER BY id DESC LIMIT 1")
        if row is None:
            return None
        last = _judgement(row)
        with told(self.path), transaction(self._connection) as sql:
            repeats = "SELECT id FROM items WHERE made_by = ?"
            sql.execute(f"DELETE FROM judgements WHERE item_id IN ({repeats})", (last.id,))  # undone ones only
            sql.execute("DELETE FROM items WHERE made_by = ?", (last.id,))
            sql.execute("UPDATE judgements SET undone = 1 WHERE id = ?", (last.id,))
            sql.execute(
                "UPDATE items SET place = (SELECT place_before FROM judgements WHERE id = ?) WHERE id = ?",
                (last.id, last.item_id),
            )
        return last

    def judgement(self, id: int) -> Judgement:
        """Return one judgement."""
        row = self._one(f"SELECT {_JUDGEMENT} FROM judgements WHERE id = ?", (id,))
        if row is None:
            raise RequestError("no_judgement", f"There is no judgement {id} in {self.path.name}.")
        return _judgement(row)

    def judgements(self) -> list[Judgement]:
        """Return every judgement that stands, oldest first; skips are none."""
        where = "NOT undone AND choice <> 'skip'"
        with told(self.path):
            rows = self._connection.execute(f"SELECT {_JUDGEMENT} FROM judgements WHERE {where} ORDER BY id").fetchall()
        return [_judgement(row) for row in rows]

    def pairs(self) -> list[Pair]:
        """Return every pair in order."""
        with told(self.path):
            ids = self._connection.execute("SELECT id FROM pairs ORDER BY id").fetchall()
        return [self.pair(row[0]) for row in ids]

    def counts(self) -> tuple[int, int, int]:
        """Return how many pairs there are, how many are judged, and how many items are still open."""
        row = self._one(
            "SELECT (SELECT COUNT(*) FROM pairs),"
            " (SELECT COUNT(DISTINCT pair_id) FROM judgements WHERE NOT undone AND choice <> 'skip'),"
            f" (SELECT COUNT(*) FROM items i WHERE {_OPEN})"
        )
        return (int(row[0]), int(row[1]), int(row[2])) if row else (0, 0, 0)

    def _plan_repeat(self, sql: sqlite3.Connection, judgement_id: int) -> None:
        """After every twentieth pair, bring back an earlier one soon, its sides swapped."""
        done = sql.execute(
            "SELECT pair_id, left FROM judgements WHERE NOT undone AND choice <> 'skip' AND NOT repeat ORDER BY id"
        ).fetchall()
        if not done or len(done) % REPEAT_EVERY:
            return
        again = {row[0] for row in sql.execute("SELECT pair_id FROM items WHERE repeat")}
        window = [row for row in done[-REPEAT_EVERY:-REPEAT_AFTER] if row[0] not in again]
        if not window:
            return
        chance = random.Random(f"{self.fact('seed')}:repeat:{len(done)}")
        pair_id, left = chance.choice(window)
        ahead = chance.randint(1, 3)
        following = sql.execute(
            f"SELECT place FROM items i WHERE {_OPEN} ORDER BY place LIMIT 2 OFFSET ?", (ahead - 1,)
        ).fetchall()
        if following:
            place = sum(row[0] for row in following) / len(following) + (0.5 if len(following) == 1 else 0.0)
        else:
            place = sql.execute("SELECT MAX(place) + 1 FROM items").fetchone()[0]
        other: Side = "b" if left == "a" else "a"
        sql.execute(
            "INSERT INTO items (pair_id, left, repeat, place, made_by) VALUES (?, ?, 1, ?, ?)",
            (pair_id, other, place, judgement_id),
        )

    def _item(self, row: Sequence[Any]) -> Item:
        return Item(row[0], self.pair(row[1]), row[2], bool(row[3]))

    def _one(self, statement: str, values: tuple[Any, ...] = ()) -> tuple[Any, ...] | None:
        with told(self.path):
            found: tuple[Any, ...] | None = self._connection.execute(statement, values).fetchone()
        return found


def _judgement(row: Sequence[Any]) -> Judgement:
    id, item_id, pair_id, left, choice, milliseconds, reasons, note, repeat, annotator, when = row
    why = tuple(json.loads(reasons))
    return Judgement(id, item_id, pair_id, left, choice, milliseconds, why, note, bool(repeat), annotator, when)
