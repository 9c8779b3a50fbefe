"""The chat as data: loading, asking, streaming, stopping, judging blind; no window."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop import paths
from desktop.engine.errors import UserError
from desktop.engine.generate.sampling import Sampling
from desktop.flow.chat import Chat
from desktop.flow.chat_answer import FAINT, STRONG, spans_of
from desktop.flow.chat_model import Choice, choices_from, example_prompts

RUN = Choice("run:bakery", "bakery", "tuned from starter")
STARTER = Choice("starter", "Starter", "came with Fettle", bundled=True)
LOADED: dict[str, Any] = {
    "contenders": [
        {"name": "base", "title": "Starter", "adapter": False, "proof": {"weights": "3f9a61c4ff", "adapters": []}},
        {
            "name": "tuned",
            "title": "bakery",
            "adapter": True,
            "proof": {"weights": "3f9a61c4ff", "adapters": ["8c41e07d"]},
        },
    ]
}


def answer(contender: str, text: str, **more: Any) -> dict[str, Any]:
    pieces = text.split(" ")
    pieces = [pieces[0], *(f" {piece}" for piece in pieces[1:])]
    return {"contender": contender, "text": text, "pieces": pieces, "tokens": len(pieces), "ending": "end", **more}


def answers(*found: dict[str, Any]) -> dict[str, Any]:
    return {"answers": list(found)}


@pytest.fixture
def chat() -> Chat:
    made = Chat(coin=lambda: True)
    made.offer([RUN, STARTER])
    assert made.choose(RUN) == {"ref": "run:bakery"}
    made.loaded(LOADED)
    return made


def test_nothing_can_be_asked_before_a_model_is_loaded() -> None:
    chat = Chat()
    assert chat.ask("Hello?") is None
    chat.choose(STARTER)
    assert chat.ask("Hello?") is None
    chat.loading({"doing": "Taking fingerprints"})
    assert chat.waits.startswith("Taking fingerprints")
    chat.loaded({"contenders": LOADED["contenders"][:1]})
    assert chat.can_ask
    assert chat.waits == ""


def test_a_question_goes_to_both_with_the_same_settings(chat: Chat) -> None:
    chat.sampling = Sampling(temperature=0, seed=5)
    chat.system = "Be brief."
    asked = chat.ask("  How long?  ")
    assert asked is not None
    expected = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "How long?"}]
    assert asked["messages"] == {"base": expected, "tuned": expected}
    assert asked["sampling"] == Sampling(temperature=0, seed=5).model_dump()
    assert chat.ask("And again?") is None, "one question at a time"
    assert "still being written" in chat.waits


@pytest.mark.parametrize("nothing", ["", "   ", "\n"])
def test_an_empty_question_is_no_question(chat: Chat, nothing: str) -> None:
    assert chat.ask(nothing) is None
    assert chat.turns == []


def test_each_goes_on_from_its_own_earlier_answer(chat: Chat) -> None:
    chat.ask("One?")
    chat.answered(answers(answer("base", "From the base."), answer("tuned", "From the tuned.")))
    asked = chat.ask("Two?")
    assert asked is not None
    for name, said in (("base", "From the base."), ("tuned", "From the tuned.")):
        assert [message["content"] for message in asked["messages"][name]] == ["One?", said, "Two?"]  # type: ignore[index]


def test_a_question_that_was_never_answered_is_not_part_of_the_next(chat: Chat) -> None:
    chat.ask("Lost?")
    chat.failed(UserError("workbench_busy", "No."))
    asked = chat.ask("Two?")
    assert asked is not None
    assert asked["messages"]["base"] == [{"role": "user", "content": "Two?"}]  # type: ignore[index]


def test_pieces_grow_the_answers_and_the_whole_replaces_them(chat: Chat) -> None:
    chat.ask("How long?")
    assert chat.piece({"contender": "base", "text": " "}) == ""
    assert chat.piece({"contender": "base", "text": " Three"}) == "Three"
    assert chat.piece({"contender": "base", "text": " days"}) == " days"
    base, tuned = chat.turns[0].sides
    assert (base.text, base.state, tuned.state) == ("Three days", "writing", "waiting")
    assert chat.piece({"contender": "nobody", "text": "x"}) == ""
    chat.answered(answers(answer("base", "Three days."), answer("tuned", "Three.", seconds=2.0, first=1.0)))
    assert (base.text, base.state, tuned.figures) == ("Three days.", "done", "1 token")
    assert chat.can_ask


@pytest.mark.parametrize(
    ("ending", "state", "words"),
    [("end", "done", ""), ("length", "cut", "cut at the longest answer"), ("stopped", "stopped", "stopped")],
)
def test_how_an_answer_ended_is_said(chat: Chat, ending: str, state: str, words: str) -> None:
    chat.ask("How long?")
    chat.answered(answers(answer("base", "a b c d", ending=ending, seconds=2.0, first=0.5), answer("tuned", "b")))
    side = chat.turns[0].sides[0]
    assert side.state == state
    assert side.figures == ", ".join(part for part in ("4 tokens", "2 tokens/s", words) if part)
    assert "First token after 0.5 s" in side.explained


def test_stopping_keeps_what_was_said(chat: Chat) -> None:
    chat.ask("How long?")
    chat.piece({"contender": "base", "text": "Three"})
    chat.failed(UserError("cancelled", "Cancelled."))
    assert [side.state for side in chat.turns[0].sides] == ["stopped", "stopped"]
    assert chat.turns[0].sides[0].text == "Three"
    assert chat.error is None
    assert chat.can_ask


def test_a_failed_answer_can_be_asked_again_but_a_dead_workbench_needs_loading(chat: Chat) -> None:
    chat.ask("How long?")
    chat.failed(UserError("conversation_too_long", "Too long.", "Start a new chat."))
    assert chat.can_ask
    assert chat.error is not None
    assert chat.ask("Shorter?") is not None
    assert chat.error is None
    chat.failed(UserError("workbench_died", "It ended."))
    assert chat.stage == "broken"
    assert chat.ask("Now?") is None
    assert len(chat.turns) == 2, "what was said stays on the screen"
    assert chat.choose(RUN) == {"ref": "run:bakery"}


def test_choosing_another_model_starts_anew(chat: Chat) -> None:
    chat.ask("How long?")
    chat.choose(STARTER)
    assert (chat.turns, chat.contenders, chat.stage) == ([], [], "loading")


def test_the_page_opens_with_the_run_named_even_where_the_list_does_not_have_it_yet(chat: Chat) -> None:
    assert chat.wanted("run:bakery") == RUN
    wanted = chat.wanted("run:brand-new")
    assert wanted is not None
    assert wanted.ref == "run:brand-new"
    assert chat.wanted(None) == RUN
    assert Chat(choices=[STARTER]).wanted(None) == STARTER
    assert Chat().wanted(None) is None


# tints


def test_tints_say_how_much_and_strong_ones_are_underlined() -> None:
    spans = spans_of(["Yes", ",", " until", " it"], [-2.0, 0.1, 0.8, 9.0], 0, 13)
    assert [(span.start, span.end, span.underlined) for span in spans] == [(0, 3, True), (4, 10, False), (10, 13, True)]
    assert spans[0].share == -0.5
    assert spans[2].share == 1.0


def test_a_character_of_several_tokens_shows_the_largest_difference() -> None:
    spans = spans_of(["", "", "🥐", "!"], [0.1, -3.0, 0.2, 0.0], 0, 2)
    assert [(span.start, span.end, span.share) for span in spans] == [(0, 1, -0.75)]


def test_white_space_before_the_answer_moves_the_tints_with_it() -> None:
    spans = spans_of([" \n", " Hello", "  "], [3.0, 3.0, 3.0], 3, 5)
    assert [(span.start, span.end) for span in spans] == [(0, 5)]


def test_no_tints_without_a_difference_for_every_token() -> None:
    assert spans_of(["a", "b"], [1.0], 0, 2) == []


@given(st.lists(st.tuples(st.text(max_size=5), st.floats(-20, 20)), max_size=20))
def test_tints_lie_in_the_text_in_order_and_never_overlap(tokens: list[tuple[str, float]]) -> None:
    pieces = [piece for piece, _ in tokens]
    raw = "".join(pieces)
    shown = raw.strip()
    spans = spans_of(pieces, [difference for _, difference in tokens], len(raw) - len(raw.lstrip()), len(shown))
    end = 0
    for span in spans:
        assert end <= span.start < span.end <= len(shown)
        assert FAINT / 4 <= abs(span.share) <= 1
        assert span.underlined == (abs(span.share) >= STRONG / 4)
        end = span.end


def test_the_differences_are_said_in_words_too(chat: Chat) -> None:
    chat.ask("How long?")
    chat.answered(answers(answer("base", "a b"), answer("tuned", "a b c", differences=[2.0, 3.0, -2.0])))
    assert (
        "2 of 3 tokens are much more likely than in the base, 1 much less likely." in chat.turns[0].sides[1].explained
    )


# judging blind


def test_names_and_tints_are_hidden_and_columns_dealt(chat: Chat) -> None:
    chat.set_blind(True)
    assert [contender.name for contender in chat.columns()] == ["tuned", "base"]
    assert [chat.heading(0), chat.heading(1)] == ["Answer A", "Answer B"]
    assert not chat.tints
    chat.set_blind(False)
    assert [chat.heading(0), chat.heading(1)] == ["Base", "Tuned"]
    assert chat.tints


def test_votes_name_the_contender_and_the_result_is_shown_only_with_the_names(chat: Chat) -> None:
    chat.set_blind(True)
    for question, column in (("One?", 0), ("Two?", 0), ("Three?", 1), ("Four?", None)):
        chat.ask(question)
        chat.vote(chat.turns[-1], column)
        assert chat.turns[-1].vote is None, "nothing to judge yet"
        chat.answered(answers(answer("base", "a"), answer("tuned", "b")))
        chat.vote(chat.turns[-1], column)
    assert chat.verdict == "4 judged. Show the names to see who won."
    chat.vote(chat.turns[0], 1)
    chat.set_blind(False)
    assert chat.verdict == "Judged blind: tuned better 1, base better 2, 1 alike."
    assert [contender.name for contender in chat.columns()] == ["tuned", "base"], "columns stay where they were judged"


def test_a_new_chat_forgets_everything_but_the_settings(chat: Chat) -> None:
    chat.sampling = Sampling(seed=9)
    chat.ask("One?")
    chat.new_chat()
    assert chat.turns == []
    assert chat.can_ask
    assert chat.sampling.seed == 9
    assert chat.verdict == ""


# proofs and choices


def test_the_proof_is_short_on_the_screen_and_whole_on_the_clipboard(chat: Chat) -> None:
    base, tuned = chat.contenders
    settings = Sampling(seed=42, temperature=0)
    assert base.proof_line(settings) == "weights 3f9a 61c4 · seed 42 · temperature 0"
    assert tuned.proof_line(settings) == "weights 3f9a 61c4 · adapter 8c41 e07d · seed 42"
    text = tuned.proof_text(settings, "Be brief.")
    assert "adapter sha256 8c41e07d" in text
    assert "temperature 0" in text
    assert '"Be brief."' in text


def test_only_models_that_talk_are_offered_runs_first() -> None:
    bundled = paths.bundled_models() / "starter"
    result = {
        "models": [
            {
                "ref": "starter",
                "title": "Starter",
                "source": "bundled",
                "folder": str(bundled),
                "facts": {"kind": "causal"},
            },
            {"ref": "starter-encoder", "title": "Encoder", "source": "bundled", "facts": {"kind": "masked"}},
            {"ref": "broken", "title": "Broken", "source": "local", "facts": None},
            {"ref": "mine", "title": "mine", "source": "local", "folder": "/models/mine", "facts": {"kind": "causal"}},
            {
                "ref": "run:a",
                "title": "a",
                "source": "run",
                "base": "starter",
                "base_folder": str(bundled),
                "folder": "/runs/a/model",
                "facts": {"kind": "causal"},
            },
        ]
    }
    found = choices_from(result)
    assert [choice.ref for choice in found] == ["run:a", "starter", "mine"]
    assert [choice.bundled for choice in found] == [True, True, False]
    assert found[0].run == "a"
    assert found[0].note == "tuned from starter"


def test_examples_and_the_small_world_belong_to_the_starter_only(chat: Chat) -> None:
    assert chat.small_world == ""
    assert chat.examples() == []
    chat.choose(STARTER)
    assert "small world" in chat.small_world


def test_examples_are_spread_over_the_samples_short_and_different(tmp_path: Path) -> None:
    file = tmp_path / "heldout.jsonl"
    rows = [f'{{"prompt": "Question {number}?", "expected": []}}' for number in range(20)]
    file.write_text("\n".join([*rows, rows[0], '{"prompt": "' + "x" * 200 + '"}', "[]"]), encoding="utf-8")
    assert example_prompts(file) == ["Question 0?", "Question 5?", "Question 10?", "Question 15?"]
    assert example_prompts(tmp_path / "missing.jsonl") == []
