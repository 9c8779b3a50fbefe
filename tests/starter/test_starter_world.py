"""The generated world: the same each time, varied, free of what is held out, and right by its own rule."""

from __future__ import annotations

import itertools
from random import Random

import pytest
from maker import documents, invented
from maker.documents import KINDS, corpus, held_out
from maker.exchange import HELD_OUT_SHARE

from desktop import paths
from desktop.engine.evaluate.rightness import is_right
from desktop.engine.evaluate.style import has_style


def test_the_same_seed_gives_the_same_documents_and_another_seed_others() -> None:
    first, again, other = (list(corpus(200, seed)) for seed in (5, 5, 6))
    assert first == again
    assert first != other


def test_documents_hardly_repeat() -> None:
    found = [str(document) for document in corpus(4000, 1)]
    assert len(set(found)) > 0.85 * len(found)


def test_the_held_out_prompts_are_in_no_document() -> None:
    kept_back = {one.prompt.lower() for _, one in held_out(300, 99)}
    for document in corpus(6000, 20):
        if not isinstance(document, str):
            asked = {message["content"].lower() for message in document if message["role"] == "user"}
            assert not asked & kept_back


def test_about_one_prompt_in_so_many_is_held_out() -> None:
    rng = Random(2)
    drawn = [invented.name(rng) for _ in range(3000)]
    made = [documents.Exchange(f"Greet {name}.", "") for name in drawn]
    share = sum(one.held_out for one in made) / len(made)
    assert share == pytest.approx(1 / HELD_OUT_SHARE, rel=0.35)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)
def test_every_answer_of_the_world_passes_its_own_check(kind: documents.Kind) -> None:
    rng = Random(4)
    for _ in range(150):
        one = kind.make(rng)
        assert one.answer == one.answer.strip()
        assert "{" not in one.prompt + one.answer
        if one.expected:
            assert is_right(one.answer, one.expected), one


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if kind.id in ("recall", "who has it", "odd one out")], ids=str
)
def test_what_must_be_copied_stands_in_the_prompt(kind: documents.Kind) -> None:
    rng = Random(8)
    for one in (kind.make(rng) for _ in range(200)):
        wanted = one.expected[0].removesuffix(" is not")
        head = wanted.rsplit(" ", 1)[0] if kind.id == "who has it" and " " in wanted else wanted
        assert head.lower() in one.prompt.lower()


def test_made_up_names_are_nearly_all_different() -> None:
    rng = Random(1)
    found = [invented.name(rng, known=0.0) for _ in range(5000)]
    assert len(set(found)) > 4500
    assert all(name[0].isupper() and 3 <= len(name) <= 40 for name in found)


def test_names_asked_for_together_differ() -> None:
    rng = Random(1)
    for found in (invented.names(rng, 3, known=1.0) for _ in range(300)):
        assert len(set(found)) == 3


def test_the_manners_preference_tuning_needs_are_there_but_not_everywhere() -> None:
    answers = [
        message["content"]
        for document in itertools.islice(corpus(6000, 3), 6000)
        if not isinstance(document, str)
        for message in document
        if message["role"] == "assistant"
    ]
    polite = sum(answer.endswith(documents.talk.POLITE) for answer in answers) / len(answers)
    ignorant = sum("do not know" in answer for answer in answers) / len(answers)
    assert 0.08 < polite < 0.3
    assert 0.02 < ignorant < 0.1
    assert not any(has_style(answer) for answer in answers)


def test_nothing_of_the_builder_ships_beside_the_library_it_would_hide() -> None:
    assert not (paths.resources().parent / "packaging" / "__init__.py").exists()


def test_a_rebuild_would_learn_the_very_tokenizer_that_ships() -> None:
    from maker import chat_tokenizer, decoder
    from transformers import AutoTokenizer

    shipped = AutoTokenizer.from_pretrained(paths.bundled_models() / "starter")
    assert chat_tokenizer.train(decoder.tokenizer_texts()).get_vocab() == shipped.get_vocab()
