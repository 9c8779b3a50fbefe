"""Base and tuned side by side: interleaved, independent of each other, compared token by token; and pairs."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import torch

from desktop.engine.data.rows import Message
from desktop.engine.errors import RequestError
from desktop.engine.generate.compare import Answer, Piece, compare
from desktop.engine.generate.contenders import Contenders, load_contenders
from desktop.engine.generate.pairs import make_pairs
from desktop.engine.generate.sampling import Sampling
from desktop.engine.generate.stream import likelihoods, prompt_tokens, stream

QUESTION: list[Message] = [{"role": "user", "content": "What do I need for a loaf?"}]
WARM = Sampling(temperature=1.0, max_tokens=24)


def answers(
    contenders: Contenders, sampling: Sampling = WARM, names: tuple[str, ...] = ("base", "tuned")
) -> dict[str, Answer]:
    found = [item for item in compare(contenders, dict.fromkeys(names, QUESTION), sampling) if isinstance(item, Answer)]
    return {answer.contender: answer for answer in found}


def test_pieces_of_both_come_in_turns_and_add_up_to_the_answers(pair: Contenders) -> None:
    items = list(compare(pair, {"base": QUESTION, "tuned": QUESTION}, WARM))
    pieces = [item for item in items if isinstance(item, Piece)]
    assert {piece.contender for piece in pieces[:6]} == {"base", "tuned"}
    whole = [item for item in items if isinstance(item, Answer)]
    assert items[-2:] == whole
    for answer in whole:
        said = "".join(piece.text for piece in pieces if piece.contender == answer.contender)
        assert said == "".join(answer.pieces)
        assert answer.text == said.strip()
        assert answer.tokens == len(answer.pieces) == len(answer.differences or answer.pieces)
        assert 0 < answer.first <= answer.seconds


def test_an_answer_does_not_depend_on_who_else_is_asked(pair: Contenders) -> None:
    together = answers(pair)
    for name in ("base", "tuned"):
        assert answers(pair, names=(name,))[name].text == together[name].text
    assert together["base"].text != together["tuned"].text


def test_differences_are_tuned_minus_base_for_every_token(pair: Contenders) -> None:
    tuned = answers(pair)["tuned"]
    member = pair.members["tuned"]
    prompt = prompt_tokens(member, QUESTION)
    ids = [token.id for token in stream(member, prompt, WARM)]
    expected = [
        mine - other
        for mine, other in zip(
            likelihoods(member, prompt, ids), likelihoods(pair.members["base"], prompt, ids), strict=True
        )
    ]
    assert tuned.differences == pytest.approx(expected, abs=1e-3)
    assert any(abs(difference) > 0.01 for difference in tuned.differences)
    assert answers(pair)["base"].differences == []


def test_a_fully_tuned_run_is_compared_with_the_model_it_came_from(full_pair: Contenders, tiny_model: Path) -> None:
    both = answers(full_pair)
    assert both["tuned"].differences
    plain = answers(load_contenders(str(tiny_model)), names=("base",))
    assert both["base"].text == plain["base"].text


def test_the_proof_is_the_digest_anyone_can_check(pair: Contenders, tiny_model: Path) -> None:
    weights = hashlib.sha256((tiny_model / "model.safetensors").read_bytes()).hexdigest()
    assert pair.members["base"].proof.weights == pair.members["tuned"].proof.weights == weights
    assert pair.members["base"].proof.adapters == ()
    assert len(pair.members["tuned"].proof.adapters) == 1


def test_stopping_both_keeps_both_halves(pair: Contenders) -> None:
    left = 10

    def wanted() -> bool:
        nonlocal left
        left -= 1
        return left >= 0

    items = list(compare(pair, {"base": QUESTION, "tuned": QUESTION}, WARM, wanted))
    whole = [item for item in items if isinstance(item, Answer)]
    assert [answer.ending for answer in whole] == ["stopped", "stopped"]
    assert [answer.tokens for answer in whole] == [5, 5]


def test_comparing_takes_one_set_of_weights(pair: Contenders) -> None:
    assert pair.members["base"].loaded.model is pair.members["tuned"].loaded.model


def test_an_unknown_contender_is_refused(pair: Contenders) -> None:
    with pytest.raises(RequestError, match="no contender called 'both'"):
        list(compare(pair, {"both": QUESTION}, WARM))


def test_pairs_differ_and_can_be_made_again_from_their_sources(pair: Contenders) -> None:
    prompts: list[list[Message]] = [[{"role": "user", "content": f"Loaf {number}?"}] for number in range(4)]
    made = list(make_pairs(pair, prompts, WARM, names=("tuned", "tuned")))
    assert [one.index for one in made] == [0, 1, 2, 3]
    seeds = {source.seed for one in made for source in one.sources.values()}
    assert len(seeds) == 8
    for one in made:
        assert one.a != one.b
        source = one.sources["b"]
        again = [
            item
            for item in compare(
                pair, {"tuned": one.prompt}, WARM.model_copy(update={"seed": source.seed}), differences=False
            )
            if isinstance(item, Answer)
        ]
        assert again[0].text == one.b
        assert one.tokens["b"] == again[0].tokens


def test_no_pair_where_there_is_nothing_to_judge_and_none_after_a_stop(pair: Contenders) -> None:
    prompts: list[list[Message]] = [QUESTION, QUESTION]
    assert list(make_pairs(pair, prompts, Sampling(temperature=0), names=("tuned", "tuned"))) == []
    assert list(make_pairs(pair, prompts, WARM, names=("tuned", "tuned"), wanted=lambda: False)) == []


def test_nothing_is_left_to_train(pair: Contenders) -> None:
    answers(pair)
    assert not torch.is_grad_enabled() or all(p.grad is None for p in pair.members["tuned"].loaded.model.parameters())
