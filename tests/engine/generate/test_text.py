"""Tokens back to text: never half a character, and nothing lost."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.engine.generate.text import TextPieces, end_tokens
from tests.support import tiny_models

TOKENIZER = tiny_models.tokenizer()


def pieces_of(ids: list[int]) -> list[str]:
    pieces = TextPieces(TOKENIZER)
    return [*(pieces.add(id) for id in ids), pieces.rest()]


@given(st.text(max_size=40))
@settings(max_examples=60, deadline=None)
def test_the_pieces_together_are_the_text(text: str) -> None:
    ids = TOKENIZER(text, add_special_tokens=False)["input_ids"]
    assert "".join(pieces_of(ids)) == TOKENIZER.decode(ids, skip_special_tokens=True).rstrip("\ufffd")


def test_no_piece_holds_half_a_character() -> None:
    ids = TOKENIZER("crème brûlée 🥐🥖 パン", add_special_tokens=False)["input_ids"]
    pieces = pieces_of(ids)
    assert not any("\ufffd" in piece for piece in pieces)
    assert pieces.count("") > 3, "bytes of one character arrive one by one and wait"


def test_half_a_character_at_the_end_is_left_out() -> None:
    ids = TOKENIZER("bread 🥐", add_special_tokens=False)["input_ids"]
    assert "".join(pieces_of(ids[:-1])) == "bread "


def test_special_tokens_are_not_text() -> None:
    end = TOKENIZER.convert_tokens_to_ids("<|end|>")
    ids = TOKENIZER("a loaf", add_special_tokens=False)["input_ids"]
    assert "".join(pieces_of([*ids, end])) == "a loaf"


def test_ends_come_from_the_config_the_tokenizer_and_the_template() -> None:
    assert end_tokens(TOKENIZER, None) == {TOKENIZER.eos_token_id}
    assert end_tokens(TOKENIZER, [1, 3]) == {1, 3, TOKENIZER.eos_token_id}
    other = tiny_models.tokenizer()
    other.eos_token = "<|unk|>"
    assert end_tokens(other, other.eos_token_id) == {
        other.convert_tokens_to_ids("<|unk|>"),
        other.convert_tokens_to_ids("<|end|>"),
    }, "the template ends answers with a mark of its own"
