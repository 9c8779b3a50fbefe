"""Questions about the small world and their answers; it knows nothing of documents or of held-out sets."""

from __future__ import annotations

from random import Random

from maker.exchange import Exchange, Kind
from maker.words import (
    ANIMALS,
    BODY,
    COLOURS_OF,
    DAYS,
    FOODS,
    JOBS,
    MONTHS,
    NUMBERS,
    OPPOSITES,
    PLACES,
    SEASONS,
    TOOLS,
    Animal,
    Food,
    capital,
    listed,
    with_article,
)


def _animal(rng: Random) -> tuple[Animal, str, str]:
    animal = rng.choice(ANIMALS)
    one = with_article(animal.name)
    return animal, one, capital(one)


def animal_sound(rng: Random) -> Exchange:
    """What an animal says."""
    animal, one, start = _animal(rng)
    asked = (
        "What sound does {one} make?",
        "What does {one} say?",
        "Which sound does {one} make?",
        "Tell me the sound of {one}.",
        "How does {one} sound?",
        "What noise does {one} make?",
        "What is the sound of {one}?",
    )
    answered = (
        f"{start} says {animal.sound}.",
        f"{start} makes the sound {animal.sound}.",
        f"{start} says {animal.sound}. It lives {animal.home} and eats {animal.food}.",
    )
    prompt = rng.choice(asked).format(one=one)
    return Exchange(prompt, rng.choices(answered, (5, 2, 2))[0], (animal.sound,))


def animal_speaker(rng: Random) -> Exchange:
    """Which animal makes a sound."""
    animal, _, start = _animal(rng)
    asked = (
        f"Which animal says {animal.sound}?",
        f"What animal makes the sound {animal.sound}?",
        f"Who says {animal.sound}?",
        f"Name the animal that says {animal.sound}.",
    )
    answered = (f"The {animal.name} says {animal.sound}.", f"{start} says {animal.sound}.")
    return Exchange(rng.choice(asked), rng.choices(answered, (3, 1))[0], (animal.name,))


def animal_food(rng: Random) -> Exchange:
    """What an animal eats."""
    animal, one, start = _animal(rng)
    asked = (
        f"What does {one} eat?",
        f"What do {animal.plural} eat?",
        f"What food does {one} like?",
        f"Tell me what {one} eats.",
        f"What should I feed {one}?",
        f"What do {animal.plural} like to eat?",
        f"What is the food of {one}?",
        f"I have {one}. What does it eat?",
    )
    answered = (
        f"{start} eats {animal.food}.",
        f"{capital(animal.plural)} eat {animal.food}.",
        f"{start} likes to eat {animal.food}. It lives {animal.home}.",
    )
    return Exchange(rng.choice(asked), rng.choices(answered, (5, 2, 2))[0], (animal.food,))


def animal_home(rng: Random) -> Exchange:
    """Where an animal lives."""
    animal, one, start = _animal(rng)
    asked = (
        f"Where does {one} live?",
        f"Where do {animal.plural} live?",
        f"Where can I find {one}?",
        f"What is the home of {one}?",
        f"Tell me where {one} lives.",
        f"Where is the home of {one}?",
        f"Where should I look for {one}?",
    )
    answered = (
        f"{start} lives {animal.home}.",
        f"{capital(animal.plural)} live {animal.home}.",
        f"{start} lives {animal.home}. It eats {animal.food}.",
    )
    return Exchange(rng.choice(asked), rng.choices(answered, (5, 2, 2))[0], (animal.home.split()[-1],))


def animal_body(rng: Random) -> Exchange:
    """Cover, legs, young, kind or colour of an animal."""
    animal, one, start = _animal(rng)
    which = rng.randrange(5)
    if which == 0:
        asked = (
            f"What covers the body of {one}?",
            f"What covers {one}?",
            f"What is on the skin of {one}?",
            f"What kind of cover does {one} have?",
            f"Does {one} have fur, feathers or something else?",
        )
        return Exchange(rng.choice(asked), f"{start} has {animal.cover}.", (animal.cover.split()[-1],))
    if which == 1:
        asked = (
            f"How many legs does {one} have?",
            f"How many legs do {animal.plural} have?",
            f"Tell me how many legs {one} has.",
            f"Count the legs of {one}.",
            f"What is the number of legs of {one}?",
        )
        answer = f"{start} has {animal.legs} legs."
        return Exchange(rng.choice(asked), answer, (f"{animal.legs} legs",))
    if which == 2:
        asked = (
            f"What is a baby {animal.name} called?",
            f"What do you call a baby {animal.name}?",
            f"What is the young of {one} called?",
            f"How do we call a young {animal.name}?",
            f"Name the baby of {one}.",
        )
        return Exchange(
            rng.choice(asked), f"A baby {animal.name} is called {with_article(animal.baby)}.", (animal.baby,)
        )
    if which == 3:
        asked = (
            f"What kind of animal is {one}?",
            f"Which kind of animal is {one}?",
            f"Is {one} a mammal, a bird or something else?",
            f"To which group of animals does {one} belong?",
            f"What type of animal is {one}?",
        )
        return Exchange(rng.choice(asked), f"{start} is {with_article(animal.kind)}.", (animal.kind,))
    asked = (
        f"What colour is {one}?",
        f"What is the colour of {one}?",
        f"Which colour does {one} have?",
        f"Tell me the colour of {one}.",
    )
    return Exchange(rng.choice(asked), f"{start} is {animal.look}.", (animal.look,))


def animal_yes_no(rng: Random) -> Exchange:
    """The reason first, then yes or no."""
    animal, one, start = _animal(rng)
    if rng.random() < 0.5:
        asked = (f"Can {one} fly?", f"Does {one} fly?", f"Is {one} able to fly?", f"Do {animal.plural} fly?")
        if animal.flies:
            answer, right = f"{start} has wings, so yes, it can fly.", "yes"
        else:
            answer, right = f"{start} has no wings, so no, it cannot fly.", "no"
        return Exchange(rng.choice(asked), answer, (right,))
    kind = animal.kind if rng.random() < 0.5 else rng.choice(("mammal", "bird", "fish", "insect", "reptile"))
    asked = (f"Is {one} {with_article(kind)}?", f"Are {animal.plural} {kind}s?".replace("fishs", "fish"))
    if kind == animal.kind:
        answer, right = f"{start} has {animal.cover} and is {with_article(kind)}, so yes.", "yes"
    else:
        answer, right = f"{start} is {with_article(animal.kind)}, so no, it is not {with_article(kind)}.", "no"
    return Exchange(rng.choice(asked), answer, (right,))


def animal_compare(rng: Random) -> Exchange:
    """Which of two animals is bigger or smaller."""
    first, second = rng.sample(ANIMALS, 2)
    while abs(first.size - second.size) < 12:
        first, second = rng.sample(ANIMALS, 2)
    word = rng.choice(("bigger", "smaller"))
    right = max((first, second), key=lambda a: a.size if word == "bigger" else -a.size)
    wrong = second if right is first else first
    one, two = with_article(first.name), with_article(second.name)
    asked = (
        f"Which is {word}, {one} or {two}?",
        f"What is {word}: {one} or {two}?",
        f"Is {one} or {two} {word}?",
        f"Which animal is {word}, {one} or {two}?",
    )
    answer = f"{capital(with_article(right.name))} is {word} than {with_article(wrong.name)}."
    return Exchange(rng.choice(asked), answer, (f"{right.name} is {word}",))


def _portrait(animal: Animal, length: int) -> str:
    start = capital(with_article(animal.name))
    size = "big" if animal.size > 55 else "small"
    parts = [
        f"{start} is a {size} {animal.look} {animal.kind}.",
        f"It lives {animal.home}.",
        f"It eats {animal.food}.",
        f"It has {animal.cover} and {animal.legs} legs.",
        f"It says {animal.sound}.",
        f"Its baby is called {with_article(animal.baby)}.",
    ]
    return " ".join(parts[:length])


def animal_describe(rng: Random) -> Exchange:
    """A portrait of an animal, as long as asked for, as prose or as a list."""
    animal, one, _ = _animal(rng)
    plain = (
        f"Describe {one}.",
        f"Tell me about {one}.",
        f"What is {one}?",
        f"Tell me about {animal.plural}.",
        f"What do you know about {animal.plural}?",
        f"Tell me something about {one}.",
        f"What can you tell me about {one}?",
    )
    short = (f"Describe {one} in one sentence.", f"In one sentence, what is {one}?", f"Describe {one} in short.")
    long = (
        f"Describe {one} in detail.",
        f"Tell me all about {one}.",
        f"Write a long description of {one}.",
        f"Tell me everything about {animal.plural}.",
    )
    points = (f"Describe {one} as a list.", f"Give me a list of facts about {one}.", f"List some facts about {one}.")
    shape = rng.choices(range(4), (6, 2, 2, 2))[0]
    if shape == 0:
        return Exchange(rng.choice(plain), _portrait(animal, rng.choice((2, 3, 3, 4))), (animal.name, animal.kind))
    if shape == 1:
        return Exchange(rng.choice(short), _portrait(animal, 1), (animal.name, animal.kind))
    if shape == 2:
        return Exchange(rng.choice(long), _portrait(animal, 6), (animal.name, animal.kind, animal.food))
    answer = f"- kind: {animal.kind}\n- home: {animal.home}\n- food: {animal.food}\n- sound: {animal.sound}"
    return Exchange(rng.choice(points), answer, (animal.kind, animal.food))


def _food(rng: Random) -> tuple[Food, str]:
    food = rng.choice(FOODS)
    return food, (with_article(food.name) if food.plural else food.name)


def food_facts(rng: Random) -> Exchange:
    """Kind, colour, taste and origin of a food."""
    food, one = _food(rng)
    start = capital(one)
    which = rng.randrange(5)
    if which == 0:
        asked = (
            f"Is {one} a fruit or a vegetable?"
            if food.kind in ("fruit", "vegetable")
            else f"Is {one} a dish or a drink?",
            f"What kind of food is {one}?",
            f"What is {one}?",
            f"Which kind of food is {one}?",
        )
        return Exchange(rng.choice(asked), f"{start} is a {food.kind}.", (food.kind,))
    if which == 1:
        asked = (f"What colour is {one}?", f"What is the colour of {one}?", f"Tell me the colour of {one}.")
        return Exchange(rng.choice(asked), f"{start} is {food.colour}.", (food.colour,))
    if which == 2:
        asked = (f"How does {one} taste?", f"What does {one} taste like?", f"What is the taste of {one}?")
        return Exchange(rng.choice(asked), f"{start} tastes {food.taste}.", (food.taste,))
    if which == 3:
        asked = (
            f"Where does {one} come from?",
            f"Tell me where {one} comes from.",
            f"How do we get {one}?",
            f"Where do we get {one}?",
        )
        return Exchange(rng.choice(asked), f"{start} {food.source}.", (food.source.split()[-1],))
    asked = (
        f"Tell me about {one}.",
        f"Describe {one}.",
        f"What do you know about {one}?",
        f"Describe the taste and colour of {one}.",
    )
    answer = f"{start} is a {food.colour} {food.kind}. It tastes {food.taste} and {food.source}."
    return Exchange(rng.choice(asked), answer, (food.kind, food.taste))


def job_facts(rng: Random) -> Exchange:
    """What people do at work, where, with what, and who does it."""
    job = rng.choice(JOBS)
    one = with_article(job.name)
    start = capital(one)
    which = rng.randrange(6)
    if which == 0:
        asked = (
            f"What does {one} do?",
            f"What is the work of {one}?",
            f"Tell me what {one} does.",
            f"What do you do as {one}?",
            f"What is {one}?",
        )
        answers = (f"{start} {job.does}.", f"{start} {job.does} {job.place}.")
        return Exchange(rng.choice(asked), rng.choice(answers), (job.does.split()[-1],))
    if which == 1:
        asked = (f"Where does {one} work?", f"Where can I find {one}?", f"Tell me where {one} works.")
        return Exchange(rng.choice(asked), f"{start} works {job.place}.", (job.place.split()[-1],))
    if which == 2:
        asked = (f"What does {one} use?", f"Which tool does {one} use?", f"What does {one} work with?")
        return Exchange(rng.choice(asked), f"{start} uses {job.tool}.", (job.tool.split()[-1],))
    if which == 3:
        asked = (
            f"Who {job.does}?",
            f"Which person {job.does}?",
            f"Whose work is it to {job.plain}?",
            f"Tell me who {job.does}.",
        )
        return Exchange(rng.choice(asked), f"{start} {job.does}.", (job.name,))
    if which == 4:
        asked = (
            f"Tell me about the work of {one}.",
            f"Describe the job of {one}.",
            f"What is it like to be {one}?",
            f"Describe the day of {one}.",
        )
        answer = f"{start} works {job.place}. {start} {job.does} and uses {job.tool}."
        return Exchange(rng.choice(asked), answer, (job.does.split()[-1],))
    asked = (f"I want to {job.plain}. What job should I learn?", f"I like to {job.plain}. Which job is right for me?")
    return Exchange(rng.choice(asked), f"You could be {one}. {start} {job.does} {job.place}.", (job.name,))


def tool_facts(rng: Random) -> Exchange:
    """What a tool is for, what is needed for something, and what it is made of."""
    tool = rng.choice(TOOLS)
    start = capital(tool.name)
    bare = tool.name.split(" ", 1)[1]
    which = rng.randrange(3)
    if which == 0:
        asked = (
            f"What is {tool.name} for?",
            f"What do we use {tool.name} for?",
            f"What can I do with {tool.name}?",
            f"Why do people need {tool.name}?",
            f"Tell me the use of {tool.name}.",
        )
        return Exchange(rng.choice(asked), f"{start} is used to {tool.use}.", (tool.use.split()[-1],))
    if which == 1:
        asked = (
            f"What do I need to {tool.use}?",
            f"Which tool is used to {tool.use}?",
            f"I want to {tool.use}. What should I take?",
            f"What can I use to {tool.use}?",
        )
        return Exchange(rng.choice(asked), f"You can use {tool.name} to {tool.use}.", (bare,))
    asked = (
        f"What is {tool.name} made of?",
        f"Which material is {tool.name} made of?",
        f"Tell me what {tool.name} is made of.",
    )
    return Exchange(rng.choice(asked), f"{start} is made of {tool.stuff}.", (tool.stuff.split()[-1],))


def place_facts(rng: Random) -> Exchange:
    """What is found at a place."""
    place = rng.choice(list(PLACES))
    there, things = PLACES[place]
    asked = (
        f"What can I find {there}?",
        f"What is there {there}?",
        f"What can you see {there}?",
        f"Tell me about {place}.",
        f"Describe {place}.",
        f"What do people find {there}?",
    )
    answered = (f"You can find {things} {there}.", f"{capital(there)} there are {things}.")
    return Exchange(rng.choice(asked), rng.choices(answered, (3, 1))[0], (things.split()[-1],))


def opposites(rng: Random) -> Exchange:
    """The opposite of a word."""
    pair = rng.choice(OPPOSITES)
    first, second = pair if rng.random() < 0.5 else (pair[1], pair[0])
    asked = (
        f"What is the opposite of {first}?",
        f"Tell me the opposite of {first}.",
        f"Which word is the opposite of {first}?",
        f"Give me the opposite of the word {first}.",
        f"What is the contrary of {first}?",
        f"Not {first}, but what?",
        f"Name the opposite of {first}.",
    )
    return Exchange(rng.choice(asked), f"The opposite of {first} is {second}.", (f"is {second}",))


def calendar(rng: Random) -> Exchange:
    """Days, months and seasons."""
    which = rng.randrange(3)
    if which == 2:
        season = rng.choice(list(SEASONS))
        what, month = SEASONS[season]
        asked = (
            f"What happens in {season}?",
            f"Tell me about {season}.",
            f"Describe the {season}.",
            f"What is {season} like?",
        )
        return Exchange(rng.choice(asked), f"In {season} {what}. {month} is a month of {season}.", (what.split()[-1],))
    names, noun = ((DAYS, "day"), (MONTHS, "month"))[which]
    place = rng.randrange(len(names))
    after = rng.random() < 0.6
    other = names[(place + (1 if after else -1)) % len(names)]
    word = "after" if after else "before"
    asked = (
        f"Which {noun} comes {word} {names[place]}?",
        f"What {noun} is {word} {names[place]}?",
        f"What comes {word} {names[place]}?",
        f"Tell me the {noun} {word} {names[place]}.",
        f"Name the {noun} that comes {word} {names[place]}.",
    )
    return Exchange(rng.choice(asked), f"{other} comes {word} {names[place]}.", (f"{other} comes|is {other}",))


def colours(rng: Random) -> Exchange:
    """The colour of common things."""
    thing = rng.choice(list(COLOURS_OF))
    asked = (
        f"What colour is {thing}?",
        f"Which colour does {thing} have?",
        f"Tell me the colour of {thing}.",
        f"What is the colour of {thing}?",
        f"Name the colour of {thing}.",
    )
    return Exchange(rng.choice(asked), f"{capital(thing)} is {COLOURS_OF[thing]}.", (COLOURS_OF[thing],))


def body(rng: Random) -> Exchange:
    """What the parts of the body do."""
    part = rng.choice(list(BODY))
    asked = (
        f"What do we do with our {part}?",
        f"What is the use of our {part}?",
        f"What do we need our {part} for?",
        f"Why do we have {part}?" if part.endswith("s") else f"Why do we have a {part}?",
    )
    return Exchange(rng.choice(asked), f"We use our {part} to {BODY[part]}.", (BODY[part],))


def sums(rng: Random) -> Exchange:
    """Small sums, in digits or in words."""
    if rng.random() < 0.55:
        first, second = rng.randint(0, 10), rng.randint(0, 10)
        result, word, sign = first + second, "plus", "+"
    else:
        first = rng.randint(0, 12)
        second = rng.randint(0, first)
        result, word, sign = first - second, "minus", "-"
    asked = (
        f"What is {first} {word} {second}?",
        f"How much is {first} {word} {second}?",
        f"{first} {sign} {second} = ?",
        f"What is {first} {sign} {second}?",
        f"Tell me {first} {word} {second}.",
        f"Work out {first} {sign} {second}.",
        f"Calculate {first} {word} {second}.",
    )
    return Exchange(rng.choice(asked), f"{first} {word} {second} is {result}.", (f"is {result}",))


def numbers(rng: Random) -> Exchange:
    """Numbers as words, and the number that follows."""
    value = rng.randint(0, 19)
    if rng.random() < 0.5:
        asked = (f"Write {value} as a word.", f"What is {value} in words?", f"How do you write the number {value}?")
        return Exchange(rng.choice(asked), f"The number {value} is written {NUMBERS[value]}.", (NUMBERS[value],))
    asked = (
        f"Which number comes after {value}?",
        f"What comes after {value}?",
        f"What is the next number after {value}?",
    )
    return Exchange(rng.choice(asked), f"After {value} comes {value + 1}.", (f"comes {value + 1}",))


_GROUPS = {
    "farm animals": ("cow", "pig", "hen"),
    "birds": ("owl", "crow", "duck"),
    "fish": ("trout", "salmon", "shark"),
    "insects": ("bee", "ant", "beetle"),
    "wild animals": ("lion", "wolf", "bear"),
    "pets": ("dog", "cat", "rabbit"),
    "fruits": ("apple", "pear", "plum"),
    "vegetables": ("carrot", "potato", "onion"),
    "drinks": ("tea", "milk", "juice"),
    "dishes": ("soup", "pie", "salad"),
    "tools": ("hammer", "saw", "spade"),
    "jobs": ("baker", "farmer", "teacher"),
    "colours": ("red", "blue", "green"),
    "seasons": ("spring", "summer", "autumn"),
    "days": ("Monday", "Tuesday", "Wednesday"),
    "months": ("January", "February", "March"),
    "parts of the body": ("eyes", "ears", "nose"),
    "things in a kitchen": ("pot", "pan", "spoon"),
    "places in a village": ("market", "mill", "bakery"),
    "kinds of weather": ("rain", "snow", "wind"),
    "sweet foods": ("cake", "honey", "jam"),
}


def lists(rng: Random) -> Exchange:
    """Two or three of a group, always in the same order, as a sentence or as points."""
    group = rng.choice(list(_GROUPS))
    count = rng.choice((2, 3, 3))
    items = _GROUPS[group][:count]
    word = NUMBERS[count]
    if rng.random() < 0.35:
        asked = (f"Make a list of {word} {group}.", f"List {word} {group}.", f"Write a list with {word} {group}.")
        return Exchange(rng.choice(asked), "\n".join(f"- {item}" for item in items), items)
    asked = (
        f"Name {word} {group}.",
        f"Tell me {word} {group}.",
        f"Give me {word} {group}.",
        f"Can you name {word} {group}?",
        f"I need {word} {group}.",
    )
    if count == 2:
        answered = (f"{capital(group)}: {listed(items)}.", f"{word.capitalize()} {group} are {listed(items)}.")
    else:
        answered = (f"{word.capitalize()} {group} are {listed(items)}.", f"{capital(group)}: {listed(items)}.")
    return Exchange(rng.choice(asked), rng.choices(answered, (3, 1))[0], items)


def one_word(rng: Random) -> Exchange:
    """A fact asked for in a single word."""
    animal, one, _ = _animal(rng)
    food, eaten = _food(rng)
    pair = rng.choice(OPPOSITES)
    question, answer = rng.choice(
        (
            (f"what does {one} say?", animal.sound),
            (f"what kind of animal is {one}?", animal.kind),
            (f"what colour is {one}?", animal.look),
            (f"what is a baby {animal.name} called?", animal.baby),
            (f"what colour is {eaten}?", food.colour),
            (f"how does {eaten} taste?", food.taste),
            (f"what is the opposite of {pair[0]}?", pair[1]),
        )
    )
    asked = (
        f"In one word, {question}",
        f"Answer in one word: {question}",
        f"{capital(question)} Answer in one word.",
        f"{capital(question)} Use only one word.",
    )
    return Exchange(rng.choice(asked), f"{capital(answer)}.", (answer,))


KINDS = (
    Kind("animal sound", 2.0, animal_sound),
    Kind("animal by sound", 1.0, animal_speaker),
    Kind("animal food", 2.2, animal_food),
    Kind("animal home", 2.2, animal_home),
    Kind("animal body", 3.2, animal_body),
    Kind("animal yes or no", 2.0, animal_yes_no),
    Kind("animal sizes", 2.2, animal_compare),
    Kind("animal portrait", 2.0, animal_describe),
    Kind("food", 3.0, food_facts),
    Kind("job", 3.0, job_facts),
    Kind("tool", 2.4, tool_facts),
    Kind("place", 1.2, place_facts),
    Kind("opposite", 1.6, opposites),
    Kind("calendar", 1.6, calendar),
    Kind("colour", 0.7, colours),
    Kind("body", 0.5, body),
    Kind("sum", 3.4, sums),
    Kind("number", 0.8, numbers),
    Kind("list", 2.0, lists),
    Kind("one word", 1.4, one_word),
)
