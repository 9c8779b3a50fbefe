"""All sets of a job shared out: what is held out is learned from nowhere, and one set behaves as it does alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desktop.engine.data.dataset import open_source
from desktop.engine.data.mixing.portions import Portions, portions_of
from desktop.engine.data.mixing.split import split
from desktop.engine.errors import RequestError
from desktop.engine.job import DataSource, JobSpec

Write = Callable[..., str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def _write(name: str, numbers: Any, answer: str = "Flour.") -> str:
        file = tmp_path / name
        rows = [{"instruction": f"What goes into loaf {number}?", "output": answer} for number in numbers]
        file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return str(file)

    return _write


def _portions(*sources: dict[str, Any], **settings: Any) -> Portions:
    job = JobSpec.from_mapping({"data": list(sources), "training": {"validation_share": 0.2, "seed": 11}, **settings})
    return portions_of(job, ("chat",))


def _asked(rows: Any) -> list[str]:
    return [row["messages"][0]["content"] + row["messages"][-1]["content"] for row in rows]


def test_one_set_is_split_as_it_is_alone(write: Write) -> None:
    path = write("loaves.jsonl", range(40))
    made = _portions({"path": path})
    train, held = split(open_source(DataSource(path=path)).rows, 0.2, 11)
    assert list(made.train) == train
    assert list(made.held_out) == ["loaves"]
    assert list(made.held_out["loaves"]) == list(made.validation) == held
    assert made.shares[0].drawn == len(train) == 32


def test_each_task_gives_its_share_and_is_kept_apart(write: Write) -> None:
    made = _portions(
        {"path": write("bread.jsonl", range(40))}, {"path": write("cake.jsonl", range(10), "Eggs."), "task": "sweet"}
    )
    assert {task: len(rows) for task, rows in made.held_out.items()} == {"bread": 8, "sweet": 2}
    assert all(text.endswith("Eggs.") for text in _asked(made.held_out["sweet"]))
    assert len(made.train) == 40
    assert not set(_asked(made.train)) & set(_asked(made.validation))
    assert len(set(_asked(made.train)) | set(_asked(made.validation))) == 50


def test_sets_of_one_task_are_held_out_together(write: Write) -> None:
    made = _portions(
        {"path": write("a.jsonl", range(20)), "task": "bread"},
        {"path": write("b.jsonl", range(50, 70)), "task": "bread"},
    )
    assert {task: len(rows) for task, rows in made.held_out.items()} == {"bread": 8}


def test_the_same_row_is_never_learned_in_one_set_and_held_out_in_another(write: Write) -> None:
    made = _portions({"path": write("a.jsonl", range(60))}, {"path": write("b.jsonl", range(30, 90))})
    assert not set(_asked(made.train)) & set(_asked(made.validation))
    assert set(made.held_out) == {"a", "b"}
    assert sum(len(one.train) + len(one.held) for one in made.sets) == 120


def test_a_weight_is_an_epochs_share(write: Write) -> None:
    made = _portions(
        {"path": write("a.jsonl", range(50)), "weight": 1}, {"path": write("b.jsonl", range(50, 60)), "weight": 3},
        mixing={"strategy": "explicit"},
    )  # fmt: skip
    assert [(share.task, share.rows, share.drawn) for share in made.shares] == [("a", 40, 40), ("b", 8, 120)]
    assert made.shares[1].times == 15
    assert len(made.train) == 160


def test_a_given_validation_set_replaces_the_share(write: Write) -> None:
    made = _portions(
        {"path": write("rows.jsonl", range(40))}, {"path": write("dev.jsonl", range(100, 105)), "use": "validation"}
    )
    assert (len(made.train), list(made.held_out)) == (40, ["dev"])
    assert [one.leaked for one in made.sets] == [0, 0]
    assert len(made.validation) == 5


def test_rows_of_the_validation_set_are_not_learned_from(write: Write) -> None:
    sources = (
        {"path": write("rows.jsonl", range(40))}, {"path": write("dev.jsonl", range(35, 45)), "use": "validation"}
    )  # fmt: skip
    made = _portions(*sources)
    assert (len(made.train), len(made.validation), made.sets[0].leaked) == (35, 10, 5)
    assert not set(_asked(made.train)) & set(_asked(made.validation))
    kept = _portions({**sources[0], "checks": {"leakage": "keep"}}, sources[1])
    assert (len(kept.train), kept.sets[0].leaked, kept.sets[0].kept) == (40, 5, True)
    for source in ({**sources[0], "checks": {"leakage": "stop"}}, sources[0]):
        other = {**sources[1], "checks": {"leakage": "stop"}} if source is sources[0] else sources[1]
        with pytest.raises(RequestError, match=r"rows.jsonl, line 36: this row is in the validation data as well"):
            _portions(source, other)


def test_what_is_nearly_the_same_as_a_leak_is_left_out_with_it(write: Write, tmp_path: Path) -> None:
    words = "Weigh the flour, the water and the salt, then knead until the dough is smooth and let it rest"
    rows = [{"instruction": f"{words} for {hours} hours.", "output": "Yes."} for hours in ("two", "three")]
    file = Path(write("rows.jsonl", range(20)))
    with file.open("a", encoding="utf-8") as more:
        more.writelines(json.dumps(row) + "\n" for row in rows)
    dev = tmp_path / "dev.jsonl"
    dev.write_text(json.dumps(rows[1]) + "\n", encoding="utf-8")
    made = _portions({"path": str(file)}, {"path": str(dev), "use": "validation"})
    assert (len(made.train), made.sets[0].leaked) == (20, 2)


def test_rows_that_are_all_nearly_the_same_can_still_be_split(tmp_path: Path) -> None:
    words = "Weigh the flour, the water and the salt, then knead until the dough is smooth and let it rest a while"
    file = tmp_path / "rows.jsonl"
    rows = [{"instruction": f"{words} on day {day} of the week.", "output": "Yes."} for day in range(20)]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    made = _portions({"path": str(file)})
    assert (len(made.train), len(made.validation)) == (16, 4)


def test_refusals(write: Write, tmp_path: Path) -> None:
    rows, dev = write("rows.jsonl", range(5)), write("dev.jsonl", range(9))
    with pytest.raises(RequestError, match="Every data set is kept for validation"):
        _portions({"path": rows, "use": "validation"})
    with pytest.raises(RequestError, match="Every row to learn from is in the validation data as well"):
        _portions({"path": rows}, {"path": dev, "use": "validation"})
    text = tmp_path / "words.txt"
    text.write_text("One text.\n\nAnother text.\n", encoding="utf-8")
    job = JobSpec.from_mapping({"data": [{"path": rows}, {"path": str(text)}]})
    with pytest.raises(RequestError, match=r"rows.jsonl holds questions .* words.txt holds plain text"):
        portions_of(job, ())


def test_the_same_job_is_shared_out_alike(write: Write) -> None:
    sources = ({"path": write("a.jsonl", range(30))}, {"path": write("b.jsonl", range(20, 60))})
    one, other = _portions(*sources), _portions(*sources)
    assert _asked(one.train) == _asked(other.train)
    assert _asked(one.validation) == _asked(other.validation)


def test_a_share_of_an_old_task_is_measured_and_the_rest_is_not_learned_from(write: Write) -> None:
    plain = _portions({"path": write("rows.jsonl", range(40))})
    made = _portions(
        {"path": write("old.jsonl", range(100, 130), "Yes."), "use": "old"}, {"path": write("rows.jsonl", range(40))}
    )
    assert list(made.held_out) == ["rows", "old"], "old ones last"
    assert made.old_tasks == ("old",)
    assert list(made.train) == list(plain.train), "an old task changes nothing of what is learned"
    assert (len(made.held_out["old"]), len(made.old)) == (6, 24)
    assert not set(_asked(made.old)) & set(_asked(made.held_out["old"]))
    assert not set(_asked(made.train)) & set(_asked(made.old))
    assert len(made.every) == 70
    assert [share.task for share in made.shares] == ["rows"]
    assert list(made.train_by_task()) == ["rows"]


@pytest.mark.parametrize("dev", [False, True])
def test_held_out_rows_of_an_old_task_are_never_learned_from(dev: bool, write: Write) -> None:
    sets = [{"path": write("rows.jsonl", range(40))}, {"path": write("old.jsonl", range(20, 60)), "use": "old"}]
    if dev:
        sets.append({"path": write("dev.jsonl", range(55, 70)), "use": "validation"})
    made = _portions(*sets)
    held = set(_asked(made.validation))
    assert made.held_out["old"]
    assert not (set(_asked(made.train)) | set(_asked(made.old))) & held
    if dev:
        assert len(made.held_out["dev"]) == 15
        assert "rows" not in made.held_out
        assert made.sets[0].leaked == len(
            set(_asked(made.held_out["old"])) & {f"What goes into loaf {n}?Flour." for n in range(40)}
        )
        assert made.sets[1].leaked > 0


def test_an_old_task_is_never_one_with_a_new_one(write: Write) -> None:
    rows, old = write("rows.jsonl", range(20)), write("old.jsonl", range(50, 70))
    made = _portions({"path": rows, "task": "bread"}, {"path": old, "task": "bread", "use": "old"})
    assert list(made.held_out) == ["bread", "bread (old)"]
    with pytest.raises(RequestError, match="kept for validation or of an old task"):
        _portions({"path": old, "use": "old"})
