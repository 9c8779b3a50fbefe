"""Tasks are called as the job says, else after their files, and no two files share a name by chance."""

from __future__ import annotations

from desktop.engine.data.mixing.tasks import task_names
from desktop.engine.job import DataSource


def test_names() -> None:
    sources = [
        DataSource(path="/a/rows.jsonl"),
        DataSource(path="/b/rows.jsonl.gz"),
        DataSource(path="/c/rows.csv", task="bread"),
        DataSource(path="/d/more.csv", task=" bread "),
        DataSource(path="bread.txt"),
        DataSource(path="hub:org/loaves"),
        DataSource(path="hub:org/loaves@main:test"),
        DataSource(path="/folder/of texts/"),
        DataSource(path=".hidden"),
    ]
    assert task_names(sources) == [
        "rows", "rows 2", "bread", "bread", "bread 2", "loaves", "loaves test", "of texts", ".hidden",
    ]  # fmt: skip
