"""Keeps some rows for validation, never the same row on both sides; it knows nothing of what rows mean."""

from __future__ import annotations

import json
import random
from collections import defaultdict

from desktop.engine.data.rows import Row
from desktop.engine.errors import RequestError


def split(rows: list[Row], share: float, seed: int) -> tuple[list[Row], list[Row]]:
    """Return training and validation rows, both in their old order.

    Equal rows go to the same side, or the held-out loss would be measured on rows learned by heart. Rows with a label
    are held out label by label, so that the shares stay alike. At least one row is held out.
    """
    groups: dict[str, list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        groups[json.dumps(row, sort_keys=True, ensure_ascii=True, default=str)].append(index)
    if len(groups) < 2:
        raise RequestError(
            "too_few_rows",
            "There is only one row that differs from the others, so none can be held out for validation.",
            "Add at least one more row.",
        )
    strata: dict[str, list[list[int]]] = defaultdict(list)
    for members in groups.values():
        strata[str(rows[members[0]].get("label", ""))].append(members)
    chance = random.Random(seed)
    held: set[int] = set()
    for label in sorted(strata):
        held.update(_hold_out(strata[label], share, chance))
    if not held:
        held.update(sorted(groups.values(), key=len)[0])
    train = [row for index, row in enumerate(rows) if index not in held]
    validation = [row for index, row in enumerate(rows) if index in held]
    return train, validation


def _hold_out(groups: list[list[int]], share: float, chance: random.Random) -> list[int]:
    wanted = round(sum(map(len, groups)) * share)
    order = list(groups)
    chance.shuffle(order)
    held: list[int] = []
    for members in order:
        if len(held) + len(members) <= wanted and len(held) < wanted:
            held += members
    return held
