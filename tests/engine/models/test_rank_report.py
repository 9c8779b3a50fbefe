"""The rank of a learned update, held to a dense decomposition of the whole product and to cases done by hand."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model

from desktop.engine.errors import RequestError
from desktop.engine.models import rank_report
from desktop.engine.models.library import ModelRef
from desktop.engine.models.load import load_model
from desktop.engine.models.rank_report import LayerRank, measured, of_adapter, of_values, summed_up
from tests.support.tuned import adapter_run, full_run

OUT, WIDE, RANK = 40, 28, 6


@pytest.fixture
def pair() -> tuple[torch.Tensor, torch.Tensor]:
    draw = torch.Generator().manual_seed(3)
    return torch.randn(RANK, WIDE, generator=draw), torch.randn(OUT, RANK, generator=draw)


def test_values_are_those_of_the_whole_product(pair: tuple[torch.Tensor, torch.Tensor]) -> None:
    first, second = pair
    found = measured("layer", first, second, 0.5)
    dense = torch.linalg.svdvals(0.5 * second.double() @ first.double())
    torch.testing.assert_close(torch.tensor(found.values).double(), dense[:RANK], rtol=1e-5, atol=0)
    assert dense[RANK:].max() < 1e-12
    shares = dense[:RANK] / dense[:RANK].sum()
    assert found.effective == pytest.approx(math.exp(-(shares * shares.log()).sum()), abs=1e-3)
    energy = (dense[:RANK] ** 2).cumsum(0) / (dense[:RANK] ** 2).sum()
    assert found.rank90 == int((energy < 0.90).sum()) + 1
    assert found.rank99 == int((energy < 0.99).sum()) + 1


def test_the_whole_product_is_never_formed(monkeypatch: pytest.MonkeyPatch) -> None:
    formed: list[tuple[int, ...]] = []
    svd = torch.linalg.svdvals

    def watched(matrix: torch.Tensor) -> torch.Tensor:
        formed.append(tuple(matrix.shape))
        return svd(matrix)

    monkeypatch.setattr(torch.linalg, "svdvals", watched)
    measured("layer", torch.randn(4, 3000), torch.randn(5000, 4), 1.0)
    assert formed == [(4, 4)]


@pytest.mark.parametrize(
    ("values", "effective", "rank90", "rank99"),
    [
        ((3.0, 3.0, 3.0, 3.0), 4.0, 4, 4),  # equal shares: all of the rank
        ((5.0, 0.0, 0.0), 1.0, 1, 1),
        ((3.0, 1.0), 1.755, 1, 2),  # nine tenths of the energy are in the first
        ((0.0, 0.0), 0.0, 0, 0),
    ],
)
def test_by_hand(values: tuple[float, ...], effective: float, rank90: int, rank99: int) -> None:
    found = of_values("layer", len(values), values)
    assert (found.effective, found.rank90, found.rank99) == (pytest.approx(effective, abs=1e-3), rank90, rank99)


def test_what_would_have_been_enough() -> None:
    def layer(rank99: int) -> LayerRank:
        return LayerRank("layer", 16, (1.0,), 1.0, min(2, rank99), rank99)

    report = summed_up([layer(3), layer(4)])
    assert report.enough == 4
    assert report.sentence.startswith("Rank 4 would have been enough")
    assert "All of rank 16 is used" in summed_up([layer(3), layer(16)]).sentence
    assert "nothing was learned" in summed_up([layer(0)]).sentence


@pytest.mark.parametrize("rslora", [False, True])
def test_an_adapters_file_gives_what_merging_it_adds(tmp_path: Path, tiny_model: Path, rslora: bool) -> None:
    model = load_model(ModelRef("m", "m", tiny_model, None, "folder", ""))
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    config = LoraConfig(r=4, lora_alpha=8, target_modules=["q_proj"], init_lora_weights=False, use_rslora=rslora)
    tuned: Any = get_peft_model(model, config)
    tuned.save_pretrained(tmp_path)
    report = of_adapter(tmp_path)
    assert report is not None
    after = dict(tuned.merge_and_unload().named_parameters())
    assert len(report.layers) == 2
    for layer in report.layers:
        name = f"{layer.name}.weight"
        dense = torch.linalg.svdvals((after[name] - before[name]).detach())
        torch.testing.assert_close(torch.tensor(layer.values), dense[:4], rtol=1e-3, atol=1e-6)


def test_by_reference_stored_or_made_anew(workspace: Path, tiny_model: Path) -> None:
    ref = adapter_run(workspace / "runs", tiny_model)
    found = rank_report.rank_report(ref)
    assert found["enough"] == 4
    assert len(found["layers"]) == 14
    folder = workspace / "runs" / ref.removeprefix("run:") / "model"
    rank_report.write_rank_report(folder)
    assert json.loads((folder / rank_report.RANK_FILE).read_text(encoding="utf-8")) == json.loads(json.dumps(found))
    (folder / "adapter_model.safetensors").unlink()  # the stored one is taken
    assert rank_report.rank_report(ref)["sentence"] == found["sentence"]


def test_a_whole_model_has_no_update(workspace: Path, tiny_model: Path) -> None:
    with pytest.raises(RequestError, match="whole model"):
        rank_report.rank_report(full_run(workspace / "runs", tiny_model))


def test_other_adapters_have_no_rank(workspace: Path, tiny_model: Path) -> None:
    from peft import IA3Config

    ref = adapter_run(workspace / "runs", tiny_model)
    folder = workspace / "runs" / ref.removeprefix("run:") / "model"
    model = load_model(ModelRef("m", "m", tiny_model, None, "folder", ""))
    made: Any = get_peft_model(model, IA3Config(target_modules=["k_proj"], feedforward_modules=[]))
    made.save_pretrained(folder)
    with pytest.raises(RequestError, match="no low-rank update"):
        rank_report.rank_report(ref)
