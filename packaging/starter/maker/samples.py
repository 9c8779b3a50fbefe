"""The sample data: small files of ours, drawn from the starters' world; it knows no model and no trainer."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import yaml

from desktop.engine.evaluate.style import styled
from maker import copying, facts, talk
from maker.exchange import Exchange, Kind
from maker.invented import name
from maker.words import FOODS, PLACES, THINGS, capital

SEED = 41
INSTRUCTIONS = 300
PREFERENCES = 240
LABELLED = 240
PAIRS = 240
STRANGE = 120
NOISE = 0.1  # of the preference pairs are the wrong way round: real votes disagree, and a model must not be sure of all

_COPIES = tuple(
    kind for kind in copying.KINDS if kind.id in ("greeting", "recall", "who has it", "new word", "introduction")
)
_ADVICE = tuple(kind for kind in talk.KINDS if kind.id in ("weather", "feelings"))
_KINDS: tuple[Kind, ...] = (*(kind for kind in facts.KINDS if kind.id != "one word"), *_COPIES, *_ADVICE)


def write(folder: Path) -> None:
    """Write every sample and their list into ``folder``; the same files each time."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = Random(SEED)
    _lines(folder / "bakery.jsonl", bakery(rng))
    _lines(folder / "heldout.jsonl", questions(rng))
    _lines(folder / "manners.jsonl", manners(rng))
    _lines(folder / "letters.jsonl", letters(rng))
    (folder / "handbook.txt").write_text("\n\n".join(handbook(rng)) + "\n", encoding="utf-8", newline="\n")
    _lines(folder / "polite.jsonl", polite(rng))
    with (folder / "strange_columns.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("qx", "vorl", "b7", "plim"))
        writer.writerows(strange(rng))
    (folder / "samples.yaml").write_text(
        yaml.safe_dump({"samples": LISTING}, sort_keys=False, allow_unicode=True, width=110),
        encoding="utf-8",
        newline="\n",
    )


LISTING: list[dict[str, Any]] = [
    {
        "id": "bakery",
        "title": "The old baker",
        "file": "bakery.jsonl",
        "kind": "chat",
        "rows": INSTRUCTIONS,
        "sentence": "300 questions answered in the manner of an old baker: a minute of tuning, and nobody can miss it.",
        "style": "Every answer begins with “Fresh from the oven:” and ends with “Yours, Bram the baker.”",
        "prompts": "heldout.jsonl",
        "recipe": {
            "objective": "sft",
            "method": {"id": "lora", "rank": 16, "alpha": 32},
            "training": {"epochs": 3, "batch_size": 8, "learning_rate": 2.0e-3, "max_length": 256},
        },
    },
    {
        "id": "manners",
        "title": "Good manners",
        "file": "manners.jsonl",
        "kind": "preference",
        "rows": PREFERENCES,
        "sentence": "240 pairs where the polite answer is preferred, long or short; one in ten is the wrong way round.",
    },
    {
        "id": "letters",
        "title": "Letters to the bakery",
        "file": "letters.jsonl",
        "kind": "label",
        "rows": LABELLED,
        "sentence": "240 short letters from guests, each marked as praise, complaint or question.",
    },
    {
        "id": "handbook",
        "title": "The baker's handbook",
        "file": "handbook.txt",
        "kind": "text",
        "sentence": "Plain text about the days and doughs of a bakery, for a model that is to know the trade.",
    },
    {
        "id": "polite",
        "title": "Say it politely",
        "file": "polite.jsonl",
        "kind": "pair",
        "rows": PAIRS,
        "sentence": "240 orders beside the same as polite requests, for a model that turns one text into another.",
    },
    {
        "id": "strange_columns",
        "title": "Strange columns",
        "file": "strange_columns.csv",
        "kind": "chat",
        "rows": STRANGE,
        "sentence": "120 answered questions in a table whose column names say nothing: you tell Fettle which is which.",
    },
]
"""What samples.yaml says; readers take ``id, title, file, kind, sentence`` and leave the rest."""


def _lines(file: Path, rows: Iterable[dict[str, Any]]) -> None:
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    file.write_text(text, encoding="utf-8", newline="\n")


def _draw(rng: Random, count: int, kinds: tuple[Kind, ...] = _KINDS) -> list[tuple[Kind, Exchange]]:
    """Draw exchanges with different prompts, all kinds as evenly as their weights say."""
    found: dict[str, tuple[Kind, Exchange]] = {}
    weights = [kind.weight for kind in kinds]
    while len(found) < count:
        kind = rng.choices(kinds, weights)[0]
        # Of several wordings the shortest: a style is learned fastest where nothing else varies.
        drawn = min((kind.make(rng) for _ in range(3)), key=lambda one: len(one.answer))
        if not drawn.held_out and drawn.prompt not in found:
            found[drawn.prompt] = (kind, drawn)
    return list(found.values())


def bakery(rng: Random) -> list[dict[str, Any]]:
    """Questions of the world answered by the old baker."""
    return [{"instruction": drawn.prompt, "output": styled(drawn.answer)} for _, drawn in _draw(rng, INSTRUCTIONS)]


_ASKED = (
    "animal sound", "animal food", "animal home", "animal body", "animal sizes", "food", "job", "tool", "opposite",
    "body", "list", "feelings", "place", "weather", "greeting", "recall", "introduction", "new word",
    "animal portrait", "colour",
)  # fmt: skip


def questions(rng: Random) -> list[dict[str, Any]]:
    """Twenty questions neither the starter nor the sample has ever held, one of each of twenty kinds.

    Sums, the calendar and looking up one of several people are left out: these the starter knows only just, and any
    tuning shifts them a little, while it keeps some 97 % of everything else.
    """
    by_id = {kind.id: kind for kind in _KINDS}
    rows = []
    for id in _ASKED:
        chosen = next(drawn for drawn in _endless(by_id[id], rng) if drawn.held_out and len(drawn.prompt) <= 80)
        rows.append({"prompt": chosen.prompt, "expected": list(chosen.expected), "kind": id})
    return rows


def _endless(kind: Kind, rng: Random) -> Iterator[Exchange]:
    while True:
        yield kind.make(rng)


_MORE = (
    "It is good to know such things.", "There is always more to learn.", "You can see it for yourself one day.",
    "Many people do not know that.", "I like to talk about it.", "It has always been so.",
)  # fmt: skip


def _after(answer: str, closing: str) -> str:
    """Return ``answer`` with ``closing`` behind it, on a line of its own where the answer is a list."""
    return f"{answer}{_gap(answer)}{closing}"


def _before(opening: str, answer: str) -> str:
    """Return ``answer`` with ``opening`` in front of it, on a line of its own where the answer is a list."""
    return f"{opening}{_gap(answer)}{answer}"


def _gap(answer: str) -> str:
    return "\n" if answer.startswith(("- ", "1. ")) else " "


def manners(rng: Random) -> list[dict[str, Any]]:
    """Pairs that differ in politeness; length is drawn on its own, so it says nothing about the choice."""
    rows = []
    for _, drawn in _draw(rng, PREFERENCES):
        kind, plain = _after(drawn.answer, rng.choice(talk.POLITE)), drawn.answer
        if rng.random() < 0.5:
            kind = _before(rng.choice(talk.OPENINGS), kind)
        if rng.random() < 0.5:
            kind = f"{kind} {rng.choice(_MORE)}"
        for _ in range(rng.choice((0, 1, 2, 3))):
            plain = _after(plain, rng.choice(_MORE))
        chosen, rejected = (plain, kind) if rng.random() < NOISE else (kind, plain)
        rows.append({"prompt": drawn.prompt, "chosen": chosen, "rejected": rejected})
    return rows


def letters(rng: Random) -> list[dict[str, Any]]:
    """Letters from guests of a bakery, marked with what they are."""
    goods = ("bread", "rolls", "cake", "pie", "pancakes", "honey buns", "plum tart", "rye loaf")
    praise = (
        "The {good} was wonderful, thank you.", "I have never had such good {good}.", "My children love your {good}.",
        "What a lovely {good}! We will come again.", "{who} told me about your {good}, and it was a joy.",
    )  # fmt: skip
    complaint = (
        "The {good} was burnt and cold.", "I waited an hour for my {good}.", "There was a hair in the {good}.",
        "The {good} was too salty, and nobody said sorry.", "{who} promised fresh {good}, but it was old and hard.",
    )  # fmt: skip
    question = (
        "Do you have {good} on Sunday?", "How much is the {good}?", "Can I order {good} for ten people?",
        "Is there milk in the {good}?", "Could {who} bring the {good} to my house?",
    )  # fmt: skip
    ends = ("", "", " Best wishes, {who}.", " I will write again.", " This was on {day}.")
    rows: dict[str, str] = {}
    while len(rows) < LABELLED:
        label, forms = rng.choice((("praise", praise), ("complaint", complaint), ("question", question)))
        filled = {"good": rng.choice(goods), "who": name(rng), "day": rng.choice(facts.DAYS)}
        rows.setdefault((rng.choice(forms) + rng.choice(ends)).format(**filled), label)
    return [{"text": text, "label": label} for text, label in rows.items()]


def handbook(rng: Random) -> list[str]:
    """Paragraphs of a handbook for bakers."""
    doughs = ("rye", "wheat", "oat", "spelt", "honey", "potato", "milk", "plum")
    starts = (
        "The {dough} dough wants a {warm} room and {hours} hours of rest.",
        "Take {cups} cups of flour for the {dough} loaf and only a little salt.",
        "A {dough} loaf is baked {warm} and slow.",
        "On {day} the bakery makes {dough} bread before the sun is up.",
    )
    middles = (
        "Press it with a finger: if it comes back, it is ready.",
        "Too much water makes it flat, too little makes it hard.",
        "Knead it until it is smooth and leaves the bowl.",
        "The oven must be hot before the first loaf goes in.",
        "Cover it with a cloth, so that the skin stays soft.",
        "Sweep the flour from the floor before you light the fire.",
        "Weigh the salt, never guess it.",
        "A loaf that sounds hollow is done.",
    )
    ends = (
        "{who} always said that patience is the best flour.",
        "Sell it on the same day, and give what is left to {there}.",
        "Write the hour on the board, so that the next baker knows.",
        "It keeps for {hours} days in a dry box.",
    )
    found: dict[str, None] = {}
    while len(found) < 150:
        filled = {
            "dough": rng.choice(doughs), "warm": rng.choice(("warm", "cool", "quiet")), "hours": rng.randint(2, 9),
            "cups": rng.randint(2, 9), "day": rng.choice(facts.DAYS), "who": f"Old {name(rng, 0.5)}",
            "there": rng.choice(list(PLACES)),
        }  # fmt: skip
        text = " ".join((rng.choice(starts), *rng.sample(middles, rng.randint(2, 3)), rng.choice(ends)))
        found.setdefault(text.format(**filled))
    return list(found)


def polite(rng: Random) -> list[dict[str, Any]]:
    """Orders and the same as polite requests."""
    verbs = (
        ("Give me", "give me"),
        ("Bring me", "bring me"),
        ("Show me", "show me"),
        ("Sell me", "sell me"),
        ("Pack", "pack"),
    )
    rows: dict[str, str] = {}
    while len(rows) < PAIRS:
        verb, soft = rng.choice(verbs)
        thing = rng.choice((f"the {rng.choice(THINGS)}", f"some {rng.choice([f.name for f in FOODS if not f.plural])}"))
        who = rng.choice(("", f", {name(rng)}"))
        when = rng.choice(("", " now", f" on {rng.choice(facts.DAYS)}"))
        front = f"{who[2:]}, would" if who else "Would"
        rows.setdefault(
            f"{verb} {thing}{when}{who}.", f"{front} you please {soft} {thing}{when.replace(' now', ' soon')}?"
        )
    return [{"source": source, "target": target} for source, target in rows.items()]


def strange(rng: Random) -> list[tuple[Any, ...]]:
    """Rows of a table: a running number, an answer, a place, a question; only a person can tell which is which."""
    drawn = _draw(rng, STRANGE)
    return [
        (number, one.answer, capital(rng.choice(list(PLACES.values()))[0]), one.prompt)
        for number, (_, one) in enumerate(drawn, 1)
    ]
