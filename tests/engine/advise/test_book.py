"""The book's table is the adviser's: after a change, write ``as_markdown()`` between the two marks."""

from __future__ import annotations

import re

from desktop import paths
from desktop.engine.advise.base import GOALS
from desktop.engine.advise.book import as_markdown, first_choices, table_lines
from desktop.engine.methods import METHODS

MARKS = re.compile(r"<!-- table: when to use -->\n(.*?)\n<!-- end of table -->", re.DOTALL)


def test_the_book_holds_the_table_word_for_word() -> None:
    text = (paths.resources() / "docs" / "20-which-method.md").read_text(encoding="utf-8")
    found = MARKS.search(text)
    assert found is not None
    assert found[1].strip() == as_markdown()


def test_every_method_has_a_line_and_every_goal_its_first_choices() -> None:
    assert [one.method for one in table_lines()] == [method.id for method in METHODS.all()]
    chosen = first_choices()
    assert list(chosen) == [goal.id for goal in GOALS]
    assert chosen["style"][0] == METHODS.get("lora").title
    assert chosen["memory"][0] == METHODS.get("qlora").title
    assert METHODS.get("full").title in chosen["language"]
