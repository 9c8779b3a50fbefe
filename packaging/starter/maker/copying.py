"""Requests whose answer takes names and words from the prompt, most of them made up; it knows no document."""

from __future__ import annotations

from random import Random

from maker.exchange import Exchange, Kind
from maker.invented import code, name, names, word
from maker.words import ANIMALS, COLOURS, FOODS, JOBS, PLACES, SIZES, THINGS, capital, listed, with_article


def repeat(rng: Random) -> Exchange:
    """Say it again: a word, a name, a code, a few words."""
    which = rng.randrange(4)
    if which == 0:
        said = word(rng)
    elif which == 1:
        said = name(rng, 0.1)
    elif which == 2:
        said = code(rng)
    else:
        said = " ".join(
            rng.choice((word(rng), rng.choice(THINGS), rng.choice(COLOURS))) for _ in range(rng.randint(2, 5))
        )
    asked = (
        f"Repeat after me: {said}",
        f"Repeat: {said}",
        f"Say {said}.",
        f"Please say {said}.",
        f"Write {said}.",
        f"Copy this: {said}",
        f"Say the word {said}.",
        f'Write "{said}" again.',
        f'Repeat "{said}".',
    )
    answer = said if rng.random() < 0.7 else f"{capital(said)}."
    return Exchange(rng.choice(asked), answer, (said,), copies=True)


def twice(rng: Random) -> Exchange:
    """Say it two or three times."""
    said = rng.choice((word(rng), name(rng)))
    count = rng.choice((2, 3))
    times = {2: ("two times", "twice"), 3: ("three times", "three times")}[count]
    asked = (f"Say {said} {times[0]}.", f"Write {said} {times[1]}.", f"Repeat {said} {times[1]}.")
    return Exchange(rng.choice(asked), ", ".join([said] * count) + ".", (", ".join([said] * count),), copies=True)


def greet(rng: Random) -> Exchange:
    """Greetings, goodbyes, wishes and thanks to somebody."""
    who = name(rng)
    which = rng.randrange(6)
    if which == 0:
        asked = (
            f"My name is {who}.",
            f"Hello, I am {who}.",
            f"Hi, my name is {who}.",
            f"I am {who}. Say hello to me.",
            f"Call me {who}.",
        )
        answers = (f"Hello {who}, nice to meet you.", f"Nice to meet you, {who}.", f"Hello {who}! How can I help you?")
    elif which == 1:
        asked = (f"Say hello to {who}.", f"Greet {who}.", f"Welcome {who}.", f"Write a greeting for {who}.")
        answers = (f"Hello {who}, it is good to see you.", f"Welcome, {who}! It is good to see you.")
    elif which == 2:
        asked = (f"Say goodbye to {who}.", f"Write a goodbye to {who}.", f"{who} is leaving. Say goodbye.")
        answers = (f"Goodbye {who}, see you soon.", f"Goodbye, {who}! Have a good trip.")
    elif which == 3:
        asked = (
            f"Wish {who} a happy birthday.",
            f"It is the birthday of {who}. What should I say?",
            f"Write a birthday wish for {who}.",
        )
        answers = (f"Happy birthday, {who}! I wish you a good year.",)
    elif which == 4:
        asked = (f"Say good night to {who}.", f"Wish {who} a good night.")
        answers = (f"Good night, {who}. Sleep well.",)
    else:
        thing = rng.choice(THINGS)
        asked = (
            f"Thank {who} for the {thing}.",
            f"Write a thank you to {who} for the {thing}.",
            f"{who} gave me a {thing}. Say thanks.",
        )
        answers = (f"Thank you for the {thing}, {who}. You are very kind.",)
    return Exchange(rng.choice(asked), rng.choice(answers), (who,), copies=True)


def note(rng: Random) -> Exchange:
    """Short notes, letters, invitations and signs with a name in them."""
    who, sender = names(rng, 2)
    place = rng.choice(list(PLACES))
    there = PLACES[place][0]
    thing = rng.choice(THINGS)
    which = rng.randrange(6)
    if which == 0:
        asked = (f"Write a note to {who}.", f"Write a short note for {who}.", f"Leave a note for {who}.")
        text = rng.choice(
            (
                f"I will be {there} today. See you there.",
                f"The {thing} is on the table.",
                "Soup is in the pot. Enjoy it.",
            )
        )
        return Exchange(
            rng.choice(asked),
            f"Dear {who}, {text[0].lower() + text[1:] if text[0] != 'I' else text}",
            (who,),
            copies=True,
        )
    if which == 1:
        asked = (
            f"Write a note to {who} about the {thing}.",
            f"Write to {who} that the {thing} is {there}.",
            f"Tell {who} that the {thing} is {there}.",
        )
        return Exchange(rng.choice(asked), f"Dear {who}, the {thing} is {there}.", (who, thing), copies=True)
    if which == 2:
        asked = (
            f"Invite {who} to {place}.",
            f"Write an invitation to {who} for {place}.",
            f"Ask {who} to come to {place}.",
        )
        return Exchange(
            rng.choice(asked), f"Dear {who}, please come to {place}. We would love to see you.", (who,), copies=True
        )
    if which == 3:
        asked = (
            f"Write a letter from {sender} to {who}.",
            f"Write a letter to {who} from {sender}.",
            f"Write a note to {who} and sign it {sender}.",
        )
        answer = f"Dear {who},\nI hope you are well. I will come to {place} soon.\nYours, {sender}"
        return Exchange(rng.choice(asked), answer, (who, sender), copies=True)
    if which == 4:
        asked = (f"Write a name tag for {who}.", f"Make a name tag for {who}.", f"What is on the name tag of {who}?")
        return Exchange(rng.choice(asked), f"Hello, my name is {who}.", (who,), copies=True)
    day = rng.choice(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"))
    asked = (f"Remind {who} of the {thing} on {day}.", f"Write a reminder for {who}: bring the {thing} on {day}.")
    return Exchange(
        rng.choice(asked), f"Dear {who}, please bring the {thing} on {day}.", (who, thing, day), copies=True
    )


def introduce(rng: Random) -> Exchange:
    """Introduce a person with a job, an age, a place or a liking."""
    who = name(rng)
    job = rng.choice(JOBS)
    one = with_article(job.name)
    food = rng.choice(FOODS).name
    town = capital(word(rng))
    which = rng.randrange(4)
    if which == 0:
        asked = (f"Introduce {who}, who is {one}.", f"Introduce {who}, {one}.", f"{who} is {one}. Introduce {who}.")
        answers = (f"This is {who}. {who} is {one} and {job.does}.",)
        return Exchange(rng.choice(asked), rng.choice(answers), (who, job.name), copies=True)
    if which == 1:
        asked = (
            f"Introduce {who} from {town}.",
            f"{who} comes from {town}. Introduce {who}.",
            f"Write one sentence about {who} from {town}.",
        )
        return Exchange(rng.choice(asked), f"This is {who}, who comes from {town}.", (who, town), copies=True)
    if which == 2:
        asked = (
            f"Write a sentence about {who} the {job.name}.",
            f"Tell me about {who} the {job.name}.",
            f"Who is {who} the {job.name}?",
            f"Describe {who} the {job.name}.",
        )
        answers = (f"{who} the {job.name} {job.does} {job.place}.", f"{who} is {one} and works {job.place}.")
        return Exchange(rng.choice(asked), rng.choice(answers), (who, job.name), copies=True)
    asked = (f"Write a sentence about {who} and {food}.", f"Write one sentence with {who} and {food}.")
    return Exchange(rng.choice(asked), f"{who} likes {food} very much.", (who, food), copies=True)


_RELATIONS = ("job", "home", "likes", "has", "age", "pet", "from")


def _claim(rng: Random, who: str, relation: str) -> tuple[str, tuple[str, ...], str, str]:
    """Return a statement about ``who``, ways to ask for it, the answer, and the key in it."""
    if relation == "job":
        job = rng.choice(JOBS)
        one = with_article(job.name)
        asked = (f"What is the job of {who}?", f"What is {who}'s job?", f"What does {who} do?", f"What is {who}?")
        return f"{who} is {one}.", asked, f"{who} is {one}.", job.name
    if relation == "home":
        place = rng.choice(list(PLACES))
        there = PLACES[place][0]
        asked = (f"Where is {who}?", f"Where can I find {who}?", f"In which place is {who}?")
        return f"{who} is {there}.", asked, f"{who} is {there}.", place.split()[-1]
    if relation == "likes":
        food = rng.choice((rng.choice(FOODS).name, word(rng)))
        asked = (f"What does {who} like?", f"What does {who} love to eat?", f"Which food does {who} like?")
        return f"{who} likes {food}.", asked, f"{who} likes {food}.", food
    if relation == "has":
        thing = f"{rng.choice(COLOURS)} {rng.choice(THINGS)}"
        asked = (f"What does {who} have?", f"What is in the hand of {who}?", f"Which thing does {who} have?")
        return f"{who} has a {thing}.", asked, f"{who} has a {thing}.", thing
    if relation == "age":
        age = rng.randint(5, 89)
        asked = (f"How old is {who}?", f"What is the age of {who}?", f"Tell me the age of {who}.")
        return f"{who} is {age} years old.", asked, f"{who} is {age} years old.", str(age)
    if relation == "pet":
        animal, pet = rng.choice(ANIMALS).name, name(rng, 0.1)
        asked = (f"What is the name of the {animal}?", f"How is the {animal} called?", f"Who is {pet}?")
        return f"{who} has {with_article(animal)} called {pet}.", asked, f"{pet} is the {animal} of {who}.", pet
    town = capital(word(rng))
    asked = (f"Where does {who} come from?", f"Where does {who} live?", f"What is the home town of {who}?")
    return f"{who} comes from {town}.", asked, f"{who} comes from {town}.", town


def recall(rng: Random) -> Exchange:
    """One to three statements about people, then a question on one of them."""
    people = names(rng, rng.choices((1, 2, 3), (4, 4, 3))[0])
    same = rng.choice(_RELATIONS)
    claims = [_claim(rng, who, same if rng.random() < 0.7 else rng.choice(_RELATIONS)) for who in people]
    at = rng.randrange(len(people))
    _, asked, answer, key = claims[at]
    text = " ".join(claim[0] for claim in claims)
    return Exchange(f"{text} {rng.choice(asked)}", answer, (key,), copies=True)


def who_has(rng: Random) -> Exchange:
    """Several people with something; who is it that has one of them?"""
    people = names(rng, rng.choice((2, 2, 3)))
    things = rng.sample(THINGS, len(people))
    verb, past = rng.choice(
        (("has", "has"), ("found", "found"), ("lost", "lost"), ("bought", "bought"), ("made", "made"))
    )
    text = " ".join(f"{who} {verb} the {thing}." for who, thing in zip(people, things, strict=True))
    at = rng.randrange(len(people))
    if rng.random() < 0.5:
        asked = (f"Who {past} the {things[at]}?", f"Tell me who {past} the {things[at]}.")
        return Exchange(
            f"{text} {rng.choice(asked)}",
            f"{people[at]} {past} the {things[at]}.",
            (f"{people[at]} {past}",),
            copies=True,
        )
    question = (
        f"What {'does' if verb == 'has' else 'did'} {people[at]} "
        + {"has": "have", "found": "find", "lost": "lose", "bought": "buy", "made": "make"}[verb]
        + "?"
    )
    return Exchange(f"{text} {question}", f"{people[at]} {past} the {things[at]}.", (things[at],), copies=True)


def new_word(rng: Random) -> Exchange:
    """A made-up word explained, then asked about."""
    made = word(rng)
    one = with_article(made)
    colour, size = rng.choice(COLOURS), rng.choice(SIZES)
    thing = rng.choice(("animal", "bird", "fruit", "tool", "flower", "fish", "stone", "house", "drink", "cake"))
    which = rng.randrange(4)
    told = rng.choice(
        (f"{capital(one)} is a {size} {colour} {thing}.", f"The word {made} means a {size} {colour} {thing}.")
    )
    if which == 0:
        asked = (f"What is {one}?", f"What does {made} mean?", f"Tell me what {one} is.")
        return Exchange(
            f"{told} {rng.choice(asked)}", f"{capital(one)} is a {size} {colour} {thing}.", (made, colour), copies=True
        )
    if which == 1:
        asked = (f"What colour is {one}?", f"Which colour has {one}?")
        return Exchange(f"{told} {rng.choice(asked)}", f"{capital(one)} is {colour}.", (colour,), copies=True)
    if which == 2:
        asked = (
            f"Write a sentence about {one}.",
            f"Use the word {made} in a sentence.",
            f"Make a sentence with {made}.",
        )
        who = rng.choice(("The baker", "The farmer", "A child", "The old man", "My sister"))
        return Exchange(
            f"{told} {rng.choice(asked)}",
            f"{who} saw {one} {rng.choice(list(PLACES.values()))[0]}.",
            (made,),
            copies=True,
        )
    asked = (
        f"Use the word {made} in a sentence.",
        f"Write a sentence with the word {made}.",
        f"Make a sentence with {made}.",
    )
    return Exchange(rng.choice(asked), f"I have a {made} at home.", (made,), copies=True)


def sort_out(rng: Random) -> Exchange:
    """Lists of given things: as points, as a sentence, the first, the last."""
    count = rng.choice((2, 3, 3, 4))
    pool = [*(word(rng) for _ in range(3)), *rng.sample(THINGS, 3)] if rng.random() < 0.6 else names(rng, 5)
    items = rng.sample(pool, count)
    shown = ", ".join(items)
    which = rng.randrange(4)
    if which == 0:
        asked = (f"Make a list of these: {shown}.", f"Write this as a list: {shown}.", f"Put these in a list: {shown}.")
        return Exchange(rng.choice(asked), "\n".join(f"- {item}" for item in items), tuple(items), copies=True)
    if which == 1:
        asked = (
            f"Which is the first: {shown}?",
            f"What is the first of these: {shown}?",
            f"Which one comes first: {shown}?",
        )
        return Exchange(rng.choice(asked), f"The first one is {items[0]}.", (f"is {items[0]}",), copies=True)
    if which == 2:
        asked = (
            f"Which is the last: {shown}?",
            f"What is the last of these: {shown}?",
            f"Which one comes last: {shown}?",
        )
        return Exchange(rng.choice(asked), f"The last one is {items[-1]}.", (f"is {items[-1]}",), copies=True)
    asked = (f"Write a sentence with {listed(items)}.", f"Say that you like {listed(items)}.")
    return Exchange(rng.choice(asked), f"I like {listed(items)}.", tuple(items), copies=True)


def rewrite(rng: Random) -> Exchange:
    """Small changes to a sentence: past, polite, question, with another name, joined."""
    first, second = names(rng, 2)
    place = rng.choice(list(PLACES))
    thing = rng.choice(THINGS)
    which = rng.randrange(5)
    if which == 0:
        now, past = rng.choice(
            (
                ("walks to", "walked to"),
                ("looks at", "looked at"),
                ("works in", "worked in"),
                ("goes to", "went to"),
                ("comes from", "came from"),
            )
        )
        asked = ("Write this in the past: {}", "Put this in the past tense: {}", "Change this to the past: {}")
        return Exchange(
            rng.choice(asked).format(f"{first} {now} {place}."), f"{first} {past} {place}.", (first, past), copies=True
        )
    if which == 1:
        verb = rng.choice(("Give me", "Bring me", "Show me", "Send me", "Hand me"))
        asked = ("Make this polite: {}", "Say this politely: {}", "Write this in a polite way: {}")
        plain = f"{verb} the {thing}, {first}."
        return Exchange(
            rng.choice(asked).format(plain),
            f"{first}, would you please {verb.lower()} the {thing}?",
            (first, thing, "please"),
            copies=True,
        )
    if which == 2:
        asked = ("Make a question of this: {}", "Turn this into a question: {}", "Write this as a question: {}")
        return Exchange(
            rng.choice(asked).format(f"{first} is {PLACES[place][0]}."),
            f"Is {first} {PLACES[place][0]}?",
            (f"is {first}",),
            copies=True,
        )
    if which == 3:
        text = f"{first} has a {thing}."
        asked = (
            f"Replace {first} with {second}: {text}",
            f"Change {first} to {second}: {text}",
            f"Write {second} for {first}: {text}",
        )
        return Exchange(rng.choice(asked), f"{second} has a {thing}.", (f"{second} has",), copies=True)
    there = PLACES[place][0]
    asked = ("Join these: {}", "Make one sentence of these: {}", "Put these together: {}")
    text = f"{first} is {there}. {second} is {there}."
    return Exchange(rng.choice(asked).format(text), f"{first} and {second} are {there}.", (first, second), copies=True)


def summary(rng: Random) -> Exchange:
    """A few sentences about somebody, told again in one."""
    who = name(rng)
    there = rng.choice(list(PLACES.values()))[0]
    thing = rng.choice(THINGS)
    colour = rng.choice(COLOURS)
    filler = rng.choice(
        ("It was a warm day.", "It rained all day.", "The sun was high.", "It was early.", "Nobody else was there.")
    )
    verb, short = rng.choice(
        (("found", "found"), ("lost", "lost"), ("saw", "saw"), ("sold", "sold"), ("bought", "bought"))
    )
    tail = rng.choice(
        (
            "Then the day was over.",
            "After that it was time for supper.",
            "It was a good day.",
            "Then it was time to go home.",
        )
    )
    text = f"{filler} {who} was {there}. There {who} {verb} a {colour} {thing}. {tail}"
    asked = ("Sum this up: {}", "Make this short: {}", "Tell me in one sentence: {}", "Summarise this: {}")
    if rng.random() < 0.4:
        question = rng.choice((f"Who {verb} a {thing}?", f"What colour was the {thing}?", f"Where was {who}?"))
        key = who if question.startswith("Who") else colour if "colour" in question else there.split()[-1]
        answer = (
            f"{who} {verb} a {thing}."
            if question.startswith("Who")
            else f"The {thing} was {colour}."
            if "colour" in question
            else f"{who} was {there}."
        )
        return Exchange(f"{text} {question}", answer, (key,), copies=True)
    return Exchange(
        rng.choice(asked).format(text), f"{who} {short} a {colour} {thing} {there}.", (who, thing), copies=True
    )


def odd_one(rng: Random) -> Exchange:
    """Which of three does not belong to the group named."""
    animals = [animal.name for animal in ANIMALS]
    foods = [food.name for food in FOODS if food.kind in ("fruit", "vegetable")]
    noun, group = rng.choice((("an animal", animals), ("a food", foods), ("a colour", list(COLOURS[:10]))))
    others = [item for pool in (animals, foods, THINGS) if pool is not group for item in pool]
    wrong = rng.choice([item for item in others if item not in group])
    items = [*rng.sample(group, 2), wrong]
    rng.shuffle(items)
    asked = (
        f"Which one is not {noun}: {', '.join(items)}?",
        f"Which of these is not {noun}: {', '.join(items)}?",
        f"Find the one that is not {noun}: {', '.join(items)}.",
    )
    return Exchange(rng.choice(asked), f"{capital(wrong)} is not {noun}.", (f"{wrong} is not",))


KINDS = (
    Kind("repeat", 4.0, repeat),
    Kind("several times", 1.0, twice),
    Kind("greeting", 3.4, greet),
    Kind("note", 3.2, note),
    Kind("introduction", 3.0, introduce),
    Kind("recall", 5.0, recall),
    Kind("who has it", 2.6, who_has),
    Kind("new word", 3.0, new_word),
    Kind("given list", 3.0, sort_out),
    Kind("rewriting", 2.6, rewrite),
    Kind("summary", 1.8, summary),
    Kind("odd one out", 1.6, odd_one),
)
