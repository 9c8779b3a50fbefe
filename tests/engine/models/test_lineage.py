"""A family tree is put together from the small files of models, stays whole where some are gone, and never loops."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop import paths
from desktop.engine.errors import RequestError
from desktop.engine.models.card import card
from desktop.engine.models.export import export
from desktop.engine.models.fingerprint import fingerprint
from desktop.engine.models.kin import BASE, Kin
from desktop.engine.models.lineage import ancestry, family, making, others
from tests.support.tuned import LINEAGE, full_run


def made(name: str, base: Path | str, tiny_model: Path, **values: Any) -> Path:
    """Write a finished run with whole weights that remembers what it came from, as the engine does."""
    full_run(paths.runs(), tiny_model, name)
    folder = paths.runs() / name / "model"
    base_folder = (
        paths.runs() / str(base).removeprefix("run:") / "model" if str(base).startswith("run:") else Path(base)
    )
    lineage = json.loads((folder / LINEAGE).read_text())
    lineage |= {
        "base": str(base), "base_folder": str(base_folder), "base_fingerprint": fingerprint(base_folder), "steps": 30,
        "adapter": False, "data": {"bakery.jsonl": "ab" * 32},
    } | values  # fmt: skip
    lineage["ancestry"] = ancestry(lineage)
    (folder / LINEAGE).write_text(json.dumps(lineage))
    return folder


@pytest.fixture
def rlhf(tiny_model: Path) -> Path:
    """A chain: examples, a reward model over them, preferences learned with that."""
    made("sft", tiny_model, tiny_model)
    made("judge", "run:sft", tiny_model, objective="reward", metrics={"before": {}, "after": {"pair_accuracy": 0.91}})
    return made("best", "run:sft", tiny_model, objective="dpo", objective_options={"by": {"model": "run:judge"}})


def shape(kin: Kin) -> list[tuple[int, str, str, bool]]:
    return [(depth, one.title, one.role, one.again) for depth, one in kin.walk()]


def test_every_model_that_took_part_stands_in_the_tree_once_with_its_own(rlhf: Path, tiny_model: Path) -> None:
    found = family("run:best")
    assert shape(found.model) == [
        (0, "best", "", False),
        (1, "sft", BASE, False),
        (2, tiny_model.name, BASE, False),
        (1, "judge", "by", False),
        (2, "sft", BASE, True),
    ]
    assert found.tuned == ()
    sft = family("run:sft")
    assert {one.title: [below.title for below in one.further] for one in sft.tuned} == {"judge": ["best"], "best": []}


def test_each_says_how_it_was_made_and_what_came_of_it(rlhf: Path) -> None:
    base = family("run:best").model.further[0].made
    assert base is not None
    assert (base.steps, base.run, base.method_title) == (30, "sft", "Full fine-tuning")
    assert base.data[0].short == "ab" * 6
    assert base.figure is not None
    assert base.figure.words == "Held-out loss 3 to 0.5"
    assert base.words.endswith("with Full fine-tuning, 30 steps")


def test_a_share_is_said_in_per_cent_and_what_was_not_measured_before_is_left_out() -> None:
    found = making(
        {"objective": "reward", "method": "lora", "metrics": {"before": {}, "after": {"pair_accuracy": 0.914}}}
    )
    assert found is not None
    assert found.figure is not None
    assert found.figure.words.endswith(" 91.4 %")
    assert making({}) is None
    assert making({"method": "gone", "objective": "gone_too", "metrics": {"after": {"loss": 1}}}) is not None


def test_a_base_that_was_deleted_is_named_with_all_it_came_from(rlhf: Path, tiny_model: Path) -> None:
    shutil.rmtree(paths.runs() / "sft")
    found = family("run:best").model
    sft = found.further[0]
    assert (sft.title, sft.there) == ("sft", False)
    assert "sft" in sft.problem
    assert sft.made is not None
    assert sft.made.data[0].digest == "ab" * 32
    assert [(one.title, one.there) for one in sft.further] == [(tiny_model.name, True)]


def test_an_export_carries_the_tree_to_a_place_without_the_others(rlhf: Path, tmp_path: Path) -> None:
    away = export("run:best", tmp_path / "away").folder
    before = shape(family("run:best").model)[1:]
    shutil.rmtree(paths.runs())
    found = family(str(away)).model
    assert shape(found)[1:] == before
    assert [one.there for one in found.further] == [False, False]


def test_weights_that_were_replaced_are_told(rlhf: Path) -> None:
    assert family("run:best").model.further[0].changed is False
    weights = paths.runs() / "sft" / "model" / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    assert family("run:best").model.further[0].changed is True


def test_a_lineage_without_a_fingerprint_says_nothing_of_changes(tiny_model: Path) -> None:
    made("old", tiny_model, tiny_model, base_fingerprint=None)
    assert family("run:old").model.further[0].changed is None


def test_a_model_built_on_itself_ends(tiny_model: Path) -> None:
    full_run(paths.runs(), tiny_model, "a")
    full_run(paths.runs(), tiny_model, "b")
    for name, base in (("a", "run:b"), ("b", "run:a")):
        file = paths.runs() / name / "model" / LINEAGE
        file.write_text(json.dumps(json.loads(file.read_text()) | {"base": base}))
    found = family("run:a")
    assert shape(found.model) == [(0, "a", "", False), (1, "b", BASE, False), (2, "a", BASE, True)]
    assert [(one.title, [below.again for below in one.further]) for one in found.tuned] == [("b", [True])]


def test_what_is_no_model_is_refused() -> None:
    with pytest.raises(RequestError):
        family("run:never")


def test_an_option_that_holds_a_model_names_its_role() -> None:
    named = others({"objective": "none", "objective_options": {"rules": [{"model": "run:x"}, "length", 3]}})
    assert named == [("rules", "run:x")]
    assert others({"objective_options": None}) == []


def test_the_card_lists_the_chain_with_whole_fingerprints(rlhf: Path) -> None:
    text = card(json.loads((rlhf / LINEAGE).read_text()), "model: run:sft\n")
    tree = text[text.index("## Family tree") : text.index("## Job")]
    assert tree.count("\n- ") == 2
    assert f"`bakery.jsonl` (SHA-256 `{'ab' * 32}`)" in tree
    assert "  - `run:sft` (see above)" in tree
    first = card(json.loads((paths.runs() / "sft" / "model" / LINEAGE).read_text()), "model: tiny\n")
    assert "## Family tree" not in first


def test_samples_of_a_large_file_tell_other_weights(tmp_path: Path) -> None:
    file = tmp_path / "model.safetensors"
    data = bytearray(20 * 1024 * 1024)
    file.write_bytes(data)
    before = fingerprint(tmp_path)
    assert before == fingerprint(tmp_path)
    data[-1] = 1
    file.write_bytes(data)
    assert fingerprint(tmp_path) != before
    assert fingerprint(tmp_path / "nowhere") == ""


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["ref", "title", "further", "made", "data", "figure", "steps"]), inner)
        ),
        max_leaves=12,
    )
)
def test_a_strangers_tree_is_read_or_left(values: Any) -> None:
    found = Kin.from_dict(values)
    assert found is None or Kin.from_dict(found.as_dict()) == found
