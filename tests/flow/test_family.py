"""A family as one tree: everyone once below their base, the oldest first, and the same in plain text."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from desktop.engine.models.kin import BASE, DataFile, Figure, Kin, Making
from desktop.flow.family import members_from, text_of

MADE = Making(
    "sft", "Learning from examples", "lora", "LoRA", 30, "sft", (DataFile("bakery.jsonl", "ab" * 32),),
    Figure("Held-out loss", 3.0, 0.5),
)  # fmt: skip
STARTER = Kin("starter", "Starter", BASE)
SFT = Kin("run:sft", "sft", BASE, made=MADE, further=(STARTER,))
JUDGE = Kin("run:judge", "judge", "Reward model", further=(replace(SFT, again=True, further=()),))


def found(model: Kin, *tuned: Kin) -> dict[str, Any]:
    return {"model": model.as_dict(), "tuned": [kin.as_dict() for kin in tuned]}


def test_everyone_stands_once_below_their_base() -> None:
    best = Kin("run:best", "best", made=MADE, further=(SFT, JUDGE))
    members = members_from(found(best, Kin("run:young", "young", BASE), Kin("run:other", "other", "Reward model")))
    assert [(one.title, one.rails) for one in members] == [
        ("Starter", ()),
        ("sft", (False,)),
        ("best", (False, True)),
        ("young", (False, True, True)),
        ("other", (False, True, False)),
        ("judge", (False, False)),
    ]
    best_member = members[2]
    assert best_member.with_others == "Reward model: judge"
    assert best_member.state == ("this model", "accent")
    assert members[4].with_others == "Reward model: best"


def test_a_member_says_how_it_was_made_from_what_and_what_came_of_it() -> None:
    sft = members_from(found(replace(SFT, role="")))[1]
    assert sft.made == "Learning from examples with LoRA, 30 steps"
    assert sft.measure == "Held-out loss 3 to 0.5"
    assert sft.data == (("bakery.jsonl", "ab" * 6),)
    assert sft.spoken == (
        "sft, this model. Learning from examples with LoRA, 30 steps. Held-out loss 3 to 0.5. "
        "Learned from bakery.jsonl."
    )


def test_gone_and_changed_are_marked_with_a_sentence() -> None:
    gone = replace(STARTER, there=False, problem="It is not here.")
    tuned = replace(SFT, changed=True, further=(gone,))
    first, second, _ = members_from(found(Kin("run:x", "x", further=(tuned,))))
    assert (first.state, first.problem) == (("not here", "warn"), "It is not here.")
    assert second.state == ("changed since", "warn")
    assert "changed or replaced" in second.spoken


def test_a_loop_stays_a_tree() -> None:
    loop = Kin("run:a", "a", further=(Kin("run:b", "b", BASE, further=(Kin("run:a", "a", BASE, again=True),)),))
    assert [one.title for one in members_from(found(loop, Kin("run:b", "b", BASE)))] == ["b", "a"]


def test_what_is_no_family_is_no_tree() -> None:
    assert members_from({}) == []
    assert members_from({"model": 3, "tuned": 7}) == []


def test_the_tree_in_plain_text() -> None:
    best = Kin("run:best", "best", made=MADE, further=(SFT, JUDGE))
    assert text_of(members_from(found(best))).splitlines()[:6] == [
        "Starter",
        "│  Where it comes from is not known to Fettle",
        "└─ sft",
        "   │  Learning from examples with LoRA, 30 steps",
        "   │  Held-out loss 3 to 0.5",
        f"   │  bakery.jsonl  SHA-256 {'ab' * 6}",
    ]
