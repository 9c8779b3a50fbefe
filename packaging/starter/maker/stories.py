"""Short stories from twelve plots with many fillings, and single sentences; it knows no document."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from maker.exchange import Exchange, Kind
from maker.invented import name
from maker.words import ANIMALS, COLOURS, FOODS, GOOD_FEELINGS, JOBS, PLACES, THINGS, capital, with_article


@dataclass(frozen=True)
class _Cast:
    hero: str  # as first introduced: "a fox named Zorvik"
    call: str  # as called later: "Zorvik" or "the fox"
    friend: str
    there: str
    place: str
    thing: str
    food: str
    feeling: str


_PLOTS = (
    (
        "One day {call} lost a {thing} {there}.",
        "{call} looked under every stone and behind every tree.",
        "Then {friend} came and helped.",
        "Together they found the {thing}.",
        "{call} was {feeling} and thanked {friend}.",
    ),
    (
        "One morning {call} found a {thing} {there}.",
        "Nobody knew whose it was.",
        "{call} asked {friend}, and {friend} asked the whole village.",
        "In the end the {thing} belonged to an old woman.",
        "She gave them {food} and they were {feeling}.",
    ),
    (
        "{call} was afraid of the dark.",
        "One night the lamp went out {there}.",
        "{friend} took {call} by the hand and sang a quiet song.",
        "They looked up and saw a thousand stars.",
        "From then on {call} was not afraid any more.",
    ),
    (
        "A big storm came to {place}.",
        "The wind took the {thing} of {friend} away.",
        "{call} ran after it and caught it at last.",
        "They went home and shared {food}.",
        "Both were {feeling} that the storm was over.",
    ),
    (
        "{call} wanted to make {food} for {friend}.",
        "But there was nothing left in the kitchen.",
        "So {call} walked to {place} and asked for help.",
        "Everybody gave a little, and soon there was enough.",
        "In the evening all of them ate together.",
    ),
    (
        "{call} and {friend} had a race to {place}.",
        "{friend} was fast, but {call} did not give up.",
        "Near the end {friend} fell over a {thing}.",
        "{call} stopped and helped {friend} up.",
        "They crossed the line together and were {feeling}.",
    ),
    (
        "{call} planted a small seed {there}.",
        "Every day {call} brought fresh water.",
        "{friend} laughed and said that nothing would grow.",
        "In summer there was a tall plant with red flowers.",
        "Then {friend} said sorry, and they sat in its shade.",
    ),
    (
        "{call} had a secret {thing}.",
        "It was kept in a box {there}.",
        "One day {friend} asked what was in the box.",
        "{call} thought for a while and opened it.",
        "A secret is better with a friend, and both were {feeling}.",
    ),
    (
        "One winter the snow was very deep.",
        "{friend} could not come out of the house.",
        "{call} dug a path with an old spade.",
        "Inside there was hot tea and {food}.",
        "They told stories until the snow was gone.",
    ),
    (
        "{call} wanted to see {place}.",
        "The way was long and the bag was heavy.",
        "On the way {call} met {friend}, who carried the bag.",
        "They talked and laughed, and the way was short.",
        "At the end both were {feeling}.",
    ),
    (
        "{call} heard a strange noise {there}.",
        "It was {friend}, who was stuck under a {thing}.",
        "{call} pushed and pulled with all might.",
        "At last {friend} was free.",
        "They went home for {food} and were {feeling}.",
    ),
    (
        "{call} made a {thing} for the feast in the village.",
        "It was not straight and not pretty.",
        "{friend} looked at it and smiled.",
        "It is the best {thing} of all, said {friend}, because you made it.",
        "{call} was {feeling} the whole evening.",
    ),
)


def _opening(rng: Random, hero: str, there: str) -> str:
    starts = (
        f"Once upon a time there was {hero}.",
        f"Once there was {hero} who lived {there}.",
        f"Long ago {hero} lived {there}.",
        f"There was once {hero}.",
    )
    return rng.choice(starts)


def tell(rng: Random, hero: str, call: str, friend: str, length: int = 5) -> str:
    """Return a story about ``hero``; ``length`` counts the sentences after the opening."""
    place = rng.choice(list(PLACES))
    there = PLACES[place][0]
    food = rng.choice([food.name for food in FOODS if not food.plural])
    cast = _Cast(hero, call, friend, there, place, rng.choice(THINGS), food, rng.choice(GOOD_FEELINGS))
    plot = rng.choice(_PLOTS)
    lines = [_opening(rng, hero, PLACES[rng.choice(list(PLACES))][0])]
    chosen = plot if length >= 5 else (*plot[: length - 1], plot[-1])
    lines += [capital(line.format(**vars(cast))) for line in chosen]
    return " ".join(lines)


def story(rng: Random) -> Exchange:
    """A story about a named or unnamed animal or person."""
    animal = rng.random() < 0.6
    noun = rng.choice(ANIMALS).name if animal else rng.choice(JOBS).name
    one = with_article(noun)
    friend = rng.choice(
        (
            name(rng),
            f"the {rng.choice(ANIMALS).name}",
            f"a {rng.choice(('kind', 'young', 'old'))} {rng.choice(JOBS).name}",
        )
    )
    if friend.startswith("a "):
        friend = f"the {friend[2:]}"
    short = rng.random() < 0.3
    how = "short " if short else ""
    length = rng.choice((2, 3)) if short else 5
    shape = rng.randrange(4)
    who = name(rng)
    if shape == 0:
        hero, call, expected = f"{one}", f"the {noun}", (noun,)
        asked = (
            f"Tell me a {how}story about {one}.",
            f"Write a {how}story about {one}.",
            f"I want a {how}story about {one}.",
        )
    elif shape == 1:
        word = rng.choice(("named", "called"))
        hero, call, expected = f"{one} {word} {who}", who, (who, noun)
        asked = (
            f"Tell me a {how}story about {one} {word} {who}.",
            f"Write a {how}story about {one} {word} {who}.",
            f"Write a {how}story about {who} the {noun}.",
        )
    elif shape == 2:
        hero, call, expected = f"{rng.choice(('a child', 'a girl', 'a boy'))} named {who}", who, (who,)
        asked = (
            f"Tell me a {how}story about {who}.",
            f"Write a {how}story about {who}.",
            f"Can you tell a {how}story with {who} in it?",
        )
    else:
        other = name(rng)
        friend = other
        hero, call, expected = f"{one} named {who}", who, (who,) if short else (who, other)
        asked = (f"Tell me a {how}story about {who} and {other}.", f"Write a {how}story with {who} and {other}.")
    text = tell(rng, hero, call, friend, length)
    return Exchange(rng.choice(asked), text, expected, copies=shape > 0)


def sentence(rng: Random) -> Exchange:
    """One sentence about something known."""
    animal, food, job = rng.choice(ANIMALS), rng.choice(FOODS), rng.choice(JOBS)
    thing, colour = rng.choice(THINGS), rng.choice(COLOURS)
    there = rng.choice(list(PLACES.values()))[0]
    which = rng.randrange(5)
    if which == 0:
        asked = (
            f"Write a sentence about {with_article(animal.name)}.",
            f"Make a sentence with the word {animal.name}.",
        )
        text = f"The {animal.name} {rng.choice(('sleeps', 'sits', 'waits', 'plays', 'hides'))} {there}."
        return Exchange(rng.choice(asked), text, (animal.name,))
    if which == 1:
        asked = (
            f"Write a sentence with {animal.name} and {thing}.",
            f"Use the words {animal.name} and {thing} in one sentence.",
        )
        return Exchange(rng.choice(asked), f"The {animal.name} looks at the {thing}.", (animal.name, thing))
    if which == 2:
        asked = (f"Write a sentence about {with_article(job.name)}.", f"Make a sentence with the word {job.name}.")
        return Exchange(rng.choice(asked), f"The {job.name} {job.does} every day.", (job.name,))
    if which == 3:
        asked = (f"Write a sentence about {food.name}.", f"Make a sentence with the word {food.name}.")
        return Exchange(
            rng.choice(asked), f"I like {food.name} in the {rng.choice(('morning', 'evening'))}.", (food.name,)
        )
    asked = (f"Write a sentence about a {colour} {thing}.", f"Describe a {colour} {thing} in one sentence.")
    return Exchange(rng.choice(asked), f"The {colour} {thing} lies {there}.", (colour, thing))


KINDS = (Kind("story", 4.6, story), Kind("sentence", 2.4, sentence))
