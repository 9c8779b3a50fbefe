"""Pairs for next-sentence prediction: real neighbours, strangers from other documents, within their room."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.data.rendering.next_sentence import pairs, sentences

Documents = st.lists(
    st.lists(st.lists(st.integers(0, 99), min_size=1, max_size=6), min_size=0, max_size=6), min_size=0, max_size=6
)


def test_sentences_end_at_marks_and_lines_and_keep_their_quotes() -> None:
    text = 'He said: "Go!" She went. It is 3.5 km\nA title\n\nDone'
    assert sentences(text) == ['He said: "Go!"', "She went.", "It is 3.5 km", "A title", "Done"]
    assert sentences("\u4f60\u597d\u3002\u518d\u89c1\uff01") == ["\u4f60\u597d\u3002", "\u518d\u89c1\uff01"]
    assert sentences(" \n ") == []


@given(st.text(alphabet='ab .!?\n"', max_size=60))
def test_no_character_of_a_text_is_lost(text: str) -> None:
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


@given(Documents, st.integers(4, 20), st.integers(0, 5))
def test_pairs_fit_and_are_what_they_say(documents: list[list[list[int]]], room: int, seed: int) -> None:
    # Each token knows where it stands, so that a pair can be checked against the documents it came from.
    marked = [
        [[(d, s, t) for t in range(len(sentence))] for s, sentence in enumerate(document)]
        for d, document in enumerate(documents)
    ]
    found = list(pairs(marked, room, seed))
    assert found == list(pairs(marked, room, seed))
    for pair in found:
        assert pair.first
        assert pair.second
        assert len(pair.first) + len(pair.second) <= room
        home = {d for d, _, _ in pair.first}
        assert len(home) == 1
        assert ({d for d, _, _ in pair.second} == home) is pair.follows
        if pair.follows:
            assert (
                pair.second[0][1] == max(s for _, s, _ in pair.first) + 1 or len(pair.first) + len(pair.second) == room
            )
            assert pair.second[0][2] == 0
    if sum(bool(document) for document in marked) < 2:
        assert all(pair.follows for pair in found)
    tellers = [document for document in marked if len(document) > 1]
    assert {pair.first[0][0] for pair in found} == {document[0][0][0] for document in tellers}


def test_about_half_of_many_pairs_are_strangers() -> None:
    documents = [[[d * 100 + s] for s in range(8)] for d in range(200)]
    found = list(pairs(documents, 6, 3))
    assert 0.4 < sum(pair.follows for pair in found) / len(found) < 0.6
