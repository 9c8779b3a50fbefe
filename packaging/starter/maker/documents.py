"""Exchanges put together into conversations and plain texts; it knows neither tokens nor models."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from maker import copying, facts, stories, talk
from maker.exchange import Exchange, Kind
from maker.invented import name
from maker.words import ANIMALS, FOODS, JOBS, KNOWN_NAMES, PLACES, capital, with_article

Messages = list[dict[str, str]]

KINDS: tuple[Kind, ...] = (*facts.KINDS, *copying.KINDS, *stories.KINDS, *talk.KINDS)
_WEIGHTS = tuple(kind.weight for kind in KINDS)


def exchange(rng: Random, *, held_out: bool = False) -> tuple[Kind, Exchange]:
    """Draw an exchange from the training side, or from the side kept for the check."""
    while True:
        kind = rng.choices(KINDS, _WEIGHTS)[0]
        found = kind.make(rng)
        if found.held_out == held_out:
            return kind, found


def noisy(prompt: str, rng: Random) -> str:
    """Return ``prompt`` as somebody in a hurry types it; names keep their letters."""
    which = rng.randrange(6)
    if which == 0:
        return prompt.rstrip(".?")
    if which == 1:
        return prompt[0].lower() + prompt[1:]
    if which == 2 and prompt.startswith(("What", "Where", "Who", "Which", "How", "Can", "Is ")):
        opening = rng.choice(("Please tell me:", "Tell me,", "Hey,", "I want to know:", "Hi!"))
        return f"{opening} {prompt[0].lower()}{prompt[1:]}"
    if which == 2:
        return f"Please {prompt[0].lower()}{prompt[1:]}"
    if which == 3:
        return f"{prompt[0].lower()}{prompt[1:].rstrip('.?')}"
    if which == 4:
        return f"{prompt.rstrip('.')}{'!' if prompt.endswith('.') else '?'}"
    return f"{prompt} {rng.choice(('Please.', 'Thanks.', 'Thank you.', 'Please help me.'))}"


def _turn(found: Exchange, rng: Random, manner: float) -> Messages:
    prompt = noisy(found.prompt, rng) if rng.random() < 0.2 else found.prompt
    answer = found.answer
    if manner < 0.13:
        answer = f"{answer} {rng.choice(talk.POLITE)}"
    elif manner < 0.18:
        answer = f"{rng.choice(talk.OPENINGS)} {answer}"
    return [{"role": "user", "content": prompt}, {"role": "assistant", "content": answer}]


def _with_role(rng: Random) -> Messages:
    role = talk.role(rng)
    messages: Messages = [{"role": "system", "content": role.system}]
    if role.asked:
        messages += [{"role": "user", "content": role.asked}, {"role": "assistant", "content": role.answer}]
        return messages
    for _ in range(rng.choice((1, 1, 2))):
        _, found = exchange(rng)
        answer = " ".join(part for part in (role.before, found.answer, role.after) if part)
        messages += [{"role": "user", "content": found.prompt}, {"role": "assistant", "content": answer}]
    return messages


_ANIMAL_OPENINGS = ("What does {} say?", "What sound does {} make?")
_NAME_OPENINGS = ("My name is {}.", "Hello, I am {}.", "Hi, my name is {}.")
_SAID_ANYHOW = {
    *(form.format(with_article(animal.name)) for form in _ANIMAL_OPENINGS for animal in ANIMALS),
    *(form.format(known) for form in _NAME_OPENINGS for known in KNOWN_NAMES),
    *talk.ASKED_OF_ROLES,
}
"""What is said in conversations whatever its digest says; the check never counts it as held out."""


def _remembering(rng: Random) -> Messages:
    """A conversation whose last answer needs its first turn."""
    which = rng.randrange(3)
    if which == 0:
        who = name(rng)
        first = rng.choice([form.format(who) for form in _NAME_OPENINGS])
        last = rng.choice(("What is my name?", "Do you know my name?", "Who am I?", "Tell me my name."))
        reply, answer = (
            rng.choice((f"Hello {who}, nice to meet you.", f"Nice to meet you, {who}.")),
            f"Your name is {who}.",
        )
    elif which == 1:
        animal = rng.choice(ANIMALS)
        one = with_article(animal.name)
        first = rng.choice([form.format(one) for form in _ANIMAL_OPENINGS])
        reply = f"{capital(one)} says {animal.sound}."
        last, answer = rng.choice(
            (
                (rng.choice(("And what does it eat?", "What does it eat?")), f"{capital(one)} eats {animal.food}."),
                (
                    rng.choice(("And where does it live?", "Where does it live?")),
                    f"{capital(one)} lives {animal.home}.",
                ),
                (
                    rng.choice(("How many legs does it have?", "And how many legs?")),
                    f"{capital(one)} has {animal.legs} legs.",
                ),
            )
        )
    else:
        who, food = name(rng), rng.choice(FOODS).name
        first, reply = f"My friend {who} likes {food}.", f"That is good to know. {who} likes {food}."
        last, answer = rng.choice(
            (
                ("Who likes it?", f"{who} likes {food}."),
                (f"What does {who} like?", f"{who} likes {food}."),
                ("What is the name of my friend?", f"Your friend is called {who}."),
            )
        )
    messages = [{"role": "user", "content": first}, {"role": "assistant", "content": reply}]
    if rng.random() < 0.3:
        messages += _turn(exchange(rng)[1], rng, 1.0)
    return [*messages, {"role": "user", "content": last}, {"role": "assistant", "content": answer}]


def conversation(rng: Random) -> Messages:
    """Draw one training conversation."""
    shape = rng.random()
    if shape < 0.09:
        return _with_role(rng)
    if shape < 0.13:
        return _remembering(rng)
    turns = 1 if shape < 0.88 else rng.choice((2, 2, 3))
    manner = rng.random()
    return [message for _ in range(turns) for message in _turn(exchange(rng)[1], rng, manner)]


def prose(rng: Random) -> str:
    """Draw one plain text: a story, or a few sentences about the world."""
    which = rng.randrange(4)
    if which == 0:
        noun = rng.choice(ANIMALS).name
        who = name(rng)
        return stories.tell(rng, f"{with_article(noun)} named {who}", who, name(rng))
    if which == 1:
        return facts.animal_describe(rng).answer
    if which == 2:
        who, job = name(rng), rng.choice(JOBS)
        there = rng.choice(list(PLACES.values()))[0]
        return (
            f"{who} is {with_article(job.name)}. Every morning {who} gets up early and works {job.place}. "
            f"{who} {job.does} and uses {job.tool}. In the evening {who} sits {there} and rests."
        )
    food = rng.choice(FOODS)
    start = f"{capital(food.name)} {food.source}. It is {food.colour} and tastes {food.taste}."
    return f"{start} Many people like {food.name}."


def corpus(count: int, seed: int, chat_share: float = 0.95) -> Iterator[Messages | str]:
    """Yield ``count`` documents: conversations as messages, plain texts as strings; the same seed gives the same."""
    rng = Random(seed)
    for _ in range(count):
        yield conversation(rng) if rng.random() < chat_share else prose(rng)


def held_out(count: int, seed: int, *, copies: bool | None = None) -> list[tuple[str, Exchange]]:
    """Return ``count`` different checkable exchanges that training never holds, each with the name of its kind."""
    rng = Random(seed)
    found: dict[str, tuple[str, Exchange]] = {}
    while len(found) < count:
        kind, drawn = exchange(rng, held_out=True)
        if drawn.prompt in _SAID_ANYHOW:
            continue
        if drawn.expected and (copies is None or drawn.copies == copies):
            found.setdefault(drawn.prompt, (kind.id, drawn))
    return list(found.values())
