"""A search for a learning rate and a rank report, as their dialogs show them."""

from __future__ import annotations

import math

from desktop.flow.learning_rate import RateSearch
from desktop.flow.ranks import ranks_from


def test_a_search_grows_step_by_step_and_ends_with_what_the_engine_found() -> None:
    search = RateSearch()
    search = search.told({"what": "Rows are prepared", "done": 3, "total": 9})
    assert (search.words, search.steps) == ("Rows are prepared, 3 of 9", ())
    search = search.told({"step": 1, "steps": 40, "rate": 1e-5, "loss": 3.0, "smoothed": 3.0})
    search = search.told({"step": 2, "steps": 40, "rate": 2e-5, "loss": None, "smoothed": math.nan})
    assert search.words == "Step 2 of 40"
    assert search.rows == [("1e-5", "3.000", "3.000"), ("2e-5", "\N{EN DASH}", "\N{EN DASH}")]
    over = search.found(
        {"points": [{"rate": 1e-5, "loss": 3.0, "smoothed": 3.0}], "suggestion": 0.002, "sentence": "S"}
    )
    assert (over.words, over.suggestion, over.sentence, len(over.steps)) == ("", 0.002, "S", 1)
    assert search.found({"points": None, "suggestion": None}).suggestion is None


def test_ranks_are_told_layer_by_layer() -> None:
    report = {
        "layers": [
            {"name": "model.layers.0.self_attn.q_proj", "rank": 4, "values": [2.0, 1.0], "effective": 1.9, "rank90": 2,
             "rank99": 2},
            {"name": "model.layers.1.self_attn.q_proj", "rank": 0, "values": [], "effective": 0.0, "rank90": 0,
             "rank99": 0},
        ],
        "sentence": "Rank 2 would have been enough.",
    }  # fmt: skip
    ranks = ranks_from(report)
    assert ranks.differ
    assert ranks.rows[0] == ("0.self_attn.q_proj", "4", "1.9", "2", "2", "2")
    assert ranks.rows[1][-1] == "0"
    assert not ranks_from({"layers": report["layers"][:1], "sentence": ""}).differ
