"""Heads: kept beside an adapter or within whole weights, found again as they were, kept or drawn anew for a new job."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

from desktop.engine.check import problems
from desktop.engine.errors import RequestError
from desktop.engine.models.export import export
from desktop.engine.models.facts import _KINDS
from desktop.engine.models.heads import HEAD_FILE, HEAD_PARTS, Head, can_end_in_head, head_of, use_of
from desktop.engine.models.library import resolve
from desktop.engine.models.load import load_for_chat, load_model, load_tuned
from desktop.engine.run_folder import RunFolder
from tests.support.fresh_process import FreshProcess, logits
from tests.support.training import finish_of, new_run, train

LABELS = ("oven", "rye", "salt")
SHORT = {"learning_rate": 1e-2, "max_length": 32, "max_steps": 3}


def rows_with(file: Path, labels: tuple[str, ...]) -> str:
    rows = [{"text": f"Day {n}: {labels[n % len(labels)]} again.", "label": labels[n % len(labels)]} for n in range(24)]
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return str(file)


def classified(folder: Path, model: Path | str, method: str, labels: tuple[str, ...] = LABELS) -> tuple[RunFolder, Any]:
    """Train a classifier a little; return its run and the model as it was in memory at the end."""
    folder.mkdir(exist_ok=True)
    data = rows_with(folder / f"{'-'.join(labels)}.jsonl", labels)
    run = new_run(folder, model, objective="classification", method=method, data=[{"path": data}], training=SHORT)
    return run, train(run).trainer.model


@pytest.mark.parametrize("method", ["full", "lora"])
@pytest.mark.parametrize("kind", ["masked", "causal"])
def test_a_process_that_trained_nothing_says_the_same(
    kind: str, method: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    model: Path = request.getfixturevalue({"masked": "tiny_bert", "causal": "tiny_model"}[kind])
    run, trained = classified(tmp_path, model, method)
    child = FreshProcess(tmp_path)
    try:
        found = child.logits(str(run.model), tmp_path, kind=kind, quantization="none", double=True)
    finally:
        child.close()
    assert found["tuned"].shape == (1, len(LABELS))
    # Every weight is the same bit for bit; a product may round otherwise where a file's weights lie in memory.
    torch.testing.assert_close(found["tuned"], logits(trained), rtol=1e-6, atol=1e-7)
    loaded = dict(load_tuned(resolve(str(run.model)), kind=kind).named_parameters())
    assert all(torch.equal(parameter, loaded[name]) for name, parameter in trained.named_parameters())
    assert (run.model / HEAD_FILE).is_file() == (method == "lora")
    assert head_of(resolve(str(run.model))) == Head("classification", LABELS)
    assert use_of(str(run.model)) == "classification"


@pytest.mark.parametrize("method", ["full", "lora"])
def test_the_same_labels_keep_the_head_and_others_start_anew(method: str, tmp_path: Path, tiny_bert: Path) -> None:
    run, trained = classified(tmp_path, tiny_bert, method)
    ref = resolve(str(run.model))
    kept = load_model(ref, kind="masked", head=Head("classification", LABELS)).eval()
    torch.testing.assert_close(logits(kept), logits(trained))
    other = load_model(ref, kind="masked", head=Head("classification", ("a", "b", "c"))).eval()
    old, new = dict(kept.named_parameters())["classifier.weight"], dict(other.named_parameters())["classifier.weight"]
    assert old.shape == new.shape
    assert not torch.equal(old, new)
    # And a whole further run from either, the second adapter over the first.
    again, last = classified(tmp_path / "again", run.model, method)
    assert finish_of(again).metrics["before"]["loss"] == pytest.approx(
        finish_of(run).metrics["after"]["loss"], abs=1e-4
    )
    torch.testing.assert_close(logits(load_tuned(resolve(str(again.model)), kind="masked")), logits(last))
    more, last = classified(tmp_path / "more", run.model, method, ("early", "late"))
    torch.testing.assert_close(logits(load_tuned(resolve(str(more.model)), kind="masked")), logits(last))


@pytest.mark.parametrize("method", ["full", "lora"])
def test_words_come_back_when_a_classifier_learns_to_speak_again(method: str, tmp_path: Path, tiny_model: Path) -> None:
    run, _ = classified(tmp_path, tiny_model, method)
    with pytest.raises(RequestError, match="cannot speak"):
        load_for_chat(resolve(str(run.model)))
    spoken = new_run(tmp_path / "sft", run.model, training={"max_steps": 2})
    told = [found for found in problems(spoken.job()) if "labels" in found.message]
    assert [(found.field, found.severity) for found in told] == [("model", "warning")]
    train(spoken)
    assert use_of(str(spoken.model)) == "chat"
    assert load_for_chat(resolve(str(spoken.model)), device="cpu").model.can_generate()
    rated, last = classified(tmp_path / "rated", spoken.model, "lora")  # and once more, over words
    torch.testing.assert_close(logits(load_tuned(resolve(str(rated.model)))), logits(last))


@pytest.mark.parametrize("method", ["full", "lora"])
@pytest.mark.parametrize("kind", ["masked", "causal"])
def test_a_merged_export_is_a_plain_folder_of_the_library(
    kind: str, method: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    from transformers import AutoModelForSequenceClassification

    model: Path = request.getfixturevalue({"masked": "tiny_bert", "causal": "tiny_model"}[kind])
    run, trained = classified(tmp_path, model, method)
    made = export(str(run.model), tmp_path / "out", merge=True)
    loaded: Any = AutoModelForSequenceClassification.from_pretrained(made.folder).eval()
    torch.testing.assert_close(logits(loaded), logits(trained), rtol=1e-4, atol=1e-5)
    assert tuple(loaded.config.id2label.values()) == LABELS
    assert loaded.config.pad_token_id is not None
    (made.folder / "fettle.json").unlink()  # anyone's folder: told by its config alone
    assert head_of(resolve(str(made.folder))) == Head("classification", LABELS)


def test_an_adapter_without_its_head_is_refused(tmp_path: Path, tiny_bert: Path) -> None:
    run, _ = classified(tmp_path, tiny_bert, "lora")
    (run.model / HEAD_FILE).unlink()
    with pytest.raises(RequestError, match="is not there or cannot be read"):
        load_tuned(resolve(str(run.model)), kind="masked")
    other, _ = classified(tmp_path / "two", tiny_bert, "lora", ("a", "b"))
    shutil.copy(other.model / HEAD_FILE, run.model / HEAD_FILE)
    with pytest.raises(RequestError, match="belongs to another model"):
        load_tuned(resolve(str(run.model)), kind="masked")


def test_a_whole_classifier_without_its_head_is_refused(tmp_path: Path, tiny_bert: Path) -> None:
    from safetensors.torch import load_file, save_file

    run, _ = classified(tmp_path, tiny_bert, "full")
    file = run.model / "model.safetensors"
    save_file({name: t for name, t in load_file(file).items() if "classifier" not in name}, file, {"format": "pt"})
    with pytest.raises(RequestError, match="lacks 2 of its weights"):
        load_tuned(resolve(str(run.model)), kind="masked")


def test_the_head_stays_exact_where_the_rest_is_rounded(tiny_model: Path) -> None:
    model = load_model(resolve(str(tiny_model)), dtype=torch.bfloat16, head=Head("reward"))
    kinds = {name: p.dtype for name, p in model.named_parameters()}
    assert kinds.pop("score.weight") == torch.float32
    assert set(kinds.values()) == {torch.bfloat16}
    assert logits(model).dtype == torch.float32


@pytest.mark.parametrize("quantization", ["8bit", "nf4"])
@pytest.mark.parametrize("kind", ["masked", "causal"])
def test_the_head_stays_exact_over_a_quantised_base(
    kind: str, quantization: str, request: pytest.FixtureRequest
) -> None:
    pytest.importorskip("bitsandbytes")
    folder: Path = request.getfixturevalue({"masked": "tiny_bert", "causal": "tiny_model"}[kind])
    model = load_model(resolve(str(folder)), quantization=quantization, kind=kind, head=Head("classification", LABELS))
    own = [p for name, p in model.named_parameters() if name.startswith(HEAD_PARTS)]
    assert own
    assert {p.dtype for p in own} == {torch.float32}
    assert any(p.dtype in (torch.uint8, torch.int8) for p in model.parameters())


def test_use_is_told_of_every_kind(tiny_model: Path, tiny_bert: Path, tiny_t5: Path) -> None:
    assert [use_of(str(folder)) for folder in (tiny_model, tiny_bert, tiny_t5)] == ["chat", "masked", "seq2seq"]


def test_the_architectures_without_a_head_are_those_the_library_has_no_class_for() -> None:
    from transformers.models.auto.modeling_auto import MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES as CLASSES

    for architecture in (*_KINDS["causal"], *_KINDS["masked"]):
        assert can_end_in_head(architecture) == (architecture in CLASSES), architecture


@pytest.mark.parametrize("values", [None, [], {"kind": "other"}, {"kind": "reward", "labels": 3}, {}])
def test_whatever_stands_in_a_lineage_is_no_fault(values: Any) -> None:
    assert Head.of(values) in (None, Head("reward"))
