"""A trained tokenizer reads its text back, keeps what the old one stood for, and is measured fairly."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import pytest

from desktop.engine.data.rendering.render import render_chat
from desktop.engine.data.texts import texts_of
from desktop.engine.errors import RequestError
from desktop.engine.tokenizer.report import advice, compare, report
from desktop.engine.tokenizer.train import Kind, train_tokenizer
from tests.support import tiny_models

TEXTS = [*tiny_models.SENTENCES, "Das Brot kostet 3,50 Euro.", "Zwei Brote kosten 7 Euro."] * 8


@pytest.fixture(scope="module")
def old() -> Any:
    return tiny_models.tokenizer()


@pytest.mark.parametrize("kind", ["bpe", "wordpiece", "unigram"])
def test_reads_its_text_back(kind: Kind) -> None:
    made = train_tokenizer(TEXTS, kind, 500)
    assert len(made) <= 500
    for text in TEXTS[:8]:
        ids = made(text, add_special_tokens=False)["input_ids"]
        assert made.decode(ids).replace(" ", "") == text.replace(" ", "")


def test_bytes_cover_what_was_never_seen() -> None:
    made = train_tokenizer(TEXTS, "bpe", 400)
    text = "日本 🍞 \x00\t"
    assert made.decode(made(text, add_special_tokens=False)["input_ids"]) == text


@pytest.mark.parametrize("kind", ["bpe", "unigram"])
def test_keeps_special_tokens_and_template(kind: Kind, old: Any, tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    train_tokenizer(TEXTS, kind, 400, like=old).save_pretrained(tmp_path)
    made: Any = AutoTokenizer.from_pretrained(tmp_path)
    assert made.chat_template == old.chat_template
    for part in ("bos_token", "eos_token", "pad_token", "unk_token"):
        assert getattr(made, part) == getattr(old, part)
    assert made.model_max_length == old.model_max_length
    for mark in tiny_models.SPECIAL:
        assert made.convert_ids_to_tokens(made(mark, add_special_tokens=False)["input_ids"]) == [mark]
    chat = [{"role": "user", "content": "What is baked?"}, {"role": "assistant", "content": "Bread."}]
    rendered = render_chat(chat, made)
    assert "".join(text for text, kept in rendered.pieces if kept) == "Bread.<|end|>"


def test_an_encoders_tokenizer_frames_texts_and_tells_them_apart() -> None:
    made = train_tokenizer(TEXTS, "wordpiece", 400)
    encoded = made("A loaf", "needs time")
    assert made.convert_ids_to_tokens(encoded["input_ids"])[0] == "[CLS]"
    assert set(encoded["token_type_ids"]) == {0, 1}
    assert made.mask_token == "[MASK]"


def test_refusals(old: Any) -> None:
    with pytest.raises(RequestError, match="no room"):
        train_tokenizer(TEXTS, "bpe", 260, like=old)
    with pytest.raises(RequestError, match="no text"):
        train_tokenizer([], "bpe", 400)


def test_progress_can_end_it() -> None:
    class Enough(Exception):
        pass

    def stop(read: int) -> None:
        raise Enough

    with pytest.raises(Enough):
        train_tokenizer(TEXTS * 20, "bpe", 400, progress=stop)


def test_fertility_by_hand(old: Any) -> None:
    class Letters:
        """Every character is a token; a and b are letters, the rest marks."""

        unk_token_id = None
        all_special_ids = ()
        vocab: ClassVar[dict[str, int]] = {"a": 0, "b": 1, " ": 2, "ab": 3, "!": 4}

        def get_vocab(self) -> dict[str, int]:
            return self.vocab

        def __len__(self) -> int:
            return len(self.vocab)

        def __call__(self, text: str, add_special_tokens: bool) -> dict[str, list[int]]:
            return {"input_ids": [self.vocab[character] for character in text]}

    found = report(Letters(), ["ab a!", "b"])  # type: ignore[arg-type]
    assert (found.words, found.characters, found.tokens) == (3, 6, 6)
    assert found.per_word == pytest.approx(2.0)
    assert found.single_bytes == pytest.approx(4 / 6)


def test_training_on_ones_own_text_shortens_it(old: Any) -> None:
    before, after = report(old, TEXTS), report(train_tokenizer(TEXTS, "bpe", 600, like=old), TEXTS)
    assert after.per_word < before.per_word
    assert after.single_bytes < before.single_bytes
    assert "fewer tokens" in compare(before, after)
    assert "keep the old one" in compare(after, before)
    assert "keep it" in advice(after)
    assert "no words" in advice(report(old, []))


def test_texts_of_every_kind_of_row() -> None:
    message = {"role": "user", "content": "Q"}
    rows: list[dict[str, Any]] = [
        {"messages": [message]},
        {"text": "T", "label": "no text"},
        {"source": "S", "target": "R"},
        {"prompt": [message], "chosen": [], "rejected": [message]},
    ]
    assert list(texts_of(rows)) == ["Q", "T", "S", "R", "Q", "Q"]
