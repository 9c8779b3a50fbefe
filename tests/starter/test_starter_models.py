"""The models that ship: small, whole, of the kind they say, and as good as their cards claim."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from maker import check
from maker.documents import held_out

from desktop import paths
from desktop.engine.data.rendering.templates import marks_answers
from desktop.engine.evaluate.rightness import is_right
from desktop.engine.models.facts import facts_of
from desktop.engine.models.library import resolve
from desktop.engine.models.load import load_model, load_tokenizer

KINDS = {
    "starter": ("llama", "causal"),
    "starter-encoder": ("bert", "masked"),
    "starter-seq2seq": ("t5", "seq2seq"),
}
MEGABYTE = 2**20


@pytest.mark.parametrize("name", KINDS)
def test_a_model_is_of_its_kind_and_has_a_card(name: str) -> None:
    folder = paths.bundled_models() / name
    facts = facts_of(folder)
    assert (facts.architecture, facts.kind) == KINDS[name]
    assert facts.bytes_per_weight == 2
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert f"{facts.parameters:,} weights" in card
    assert "## Licence" in card


@pytest.mark.parametrize("name", KINDS)
def test_a_model_loads_through_the_engine_with_its_tokenizer(name: str) -> None:
    ref = resolve(name)
    model = load_model(ref, kind=KINDS[name][1])
    tokenizer = load_tokenizer(ref)
    assert len(tokenizer) == model.config.vocab_size
    assert tokenizer.pad_token_id is not None


def test_all_of_them_are_small() -> None:
    total = sum(file.stat().st_size for name in KINDS for file in (paths.bundled_models() / name).iterdir())
    assert (paths.bundled_models() / "starter" / "model.safetensors").stat().st_size <= 12 * MEGABYTE
    assert total < 40 * MEGABYTE


def test_the_card_of_the_decoder_claims_what_was_asked_for() -> None:
    figures = json.loads((paths.bundled_models() / "starter" / "figures.json").read_text(encoding="utf-8"))
    assert figures["right"] >= 0.9
    assert figures["ended"] == 1.0
    assert min(figures["copied"], figures["real_names"]) >= 0.8


def test_the_decoder_answers_ends_and_copies_as_its_card_says() -> None:
    folder: Path = paths.bundled_models() / "starter"
    report = check.check(folder, count=120, seed=1234)
    assert report.right >= 0.9, report.wrong
    assert report.ended == 1.0
    assert report.copied >= 0.8
    assert report.real_names >= 0.8


def test_the_encoder_decoder_answers_some_of_its_world() -> None:
    ref = resolve("starter-seq2seq")
    model, tokenizer = load_model(ref, kind="seq2seq").eval(), load_tokenizer(ref)
    asked = [one for kind, one in held_out(400, 5) if kind in ("animal sound", "animal food", "opposite")]
    batch = tokenizer([one.prompt + tokenizer.eos_token for one in asked], return_tensors="pt", padding=True)
    made = model.generate(
        input_ids=batch["input_ids"], attention_mask=batch["attention_mask"], max_new_tokens=30, do_sample=False
    )
    said = tokenizer.batch_decode(made, skip_special_tokens=True)
    right = sum(is_right(text, one.expected) for text, one in zip(said, asked, strict=True))
    assert right >= 0.5 * len(asked)


def test_the_template_of_the_decoder_marks_its_answers() -> None:
    template = (paths.bundled_models() / "starter" / "chat_template.jinja").read_text(encoding="utf-8")
    assert marks_answers(template)


def test_the_encoder_tells_the_two_texts_of_a_pair_apart() -> None:
    tokenizer = load_tokenizer(resolve("starter-encoder"))
    segments = tokenizer("a cow", "a dog")["token_type_ids"]
    assert segments == sorted(segments)
    assert set(segments) == {0, 1}
