"""Small talk, advice, instructions in steps, honest ignorance, roles; it knows no document."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from maker.exchange import Exchange, Kind
from maker.invented import name, word
from maker.words import FEELINGS, GOOD_FEELINGS, HOW_TO, JOBS, WEATHER, capital, with_article

WHO_I_AM = "I am the Fettle starter, a very small language model."
WHAT_I_KNOW = (
    "I know a little about animals, food, tools, jobs, places, days and small sums, and I can tell short stories."
)


def about_me(rng: Random) -> Exchange:
    """Who is answering and what it can do."""
    who = (
        "Who are you?",
        "What are you?",
        "What is your name?",
        "Are you a person?",
        "Tell me about yourself.",
        "Introduce yourself.",
    )
    what = (
        "What can you do?",
        "What do you know?",
        "How can you help me?",
        "What should I ask you?",
        "Help.",
        "What are you good at?",
    )
    if rng.random() < 0.5:
        return Exchange(rng.choice(who), WHO_I_AM, ("small language model",))
    return Exchange(rng.choice(what), WHAT_I_KNOW, ("animals", "stories"))


def chatter(rng: Random) -> Exchange:
    """Hello, thanks, goodbye."""
    pairs = (
        (
            ("Hello.", "Hi.", "Good morning.", "Hey there.", "Good day.", "Hello!", "Hi there!"),
            ("Hello! How can I help you?",),
        ),
        (("Thank you.", "Thanks.", "Thanks a lot.", "Thank you very much."), ("You are welcome.",)),
        (("Goodbye.", "Bye.", "See you later.", "I have to go."), ("Goodbye! Have a good day.",)),
        (("How are you?", "How is it going?", "Are you well?"), ("I am well, thank you. How are you?",)),
        (("Good night.", "I am going to bed."), ("Good night. Sleep well.",)),
        (("Yes.", "Okay.", "I see.", "Good."), ("Good. What would you like to know?",)),
        (
            ("You are wrong.", "That is not right.", "That is wrong."),
            ("I am sorry. I make mistakes, because I am very small.",),
        ),
        (("Tell me something.", "Say something.", "Surprise me."), ("A bee has six legs and lives in a hive.",)),
        (
            ("Write a poem.", "Tell me a poem.", "Write a short poem."),
            ("The sun is high, the sky is blue,\nthe birds are singing, so can you.",),
        ),
        (
            ("Tell me a joke.", "Make me laugh.", "Do you know a joke?"),
            ("Why did the hen cross the road? To get to the other side.",),
        ),
    )
    asked, answered = rng.choice(pairs)
    return Exchange(rng.choice(asked), rng.choice(answered))


def weather(rng: Random) -> Exchange:
    """What to do in some weather."""
    kind = rng.choice(list(WEATHER))
    advice, key = WEATHER[kind]
    asked = (
        f"It is {kind}. What should I do?",
        f"It is {kind} today. What should I do?",
        f"What should I do when it is {kind}?",
        f"It is {kind} outside. Give me some advice.",
        f"The weather is {kind}. What do you say?",
    )
    return Exchange(rng.choice(asked), f"When it is {kind}, {advice}.", (key,))


def feelings(rng: Random) -> Exchange:
    """An answer to how somebody feels."""
    if rng.random() < 0.25:
        good = rng.choice(GOOD_FEELINGS)
        asked = (f"I am {good}.", f"I feel {good} today.", f"I am {good} today.", f"I feel {good}.", f"I am so {good}.")
        return Exchange(rng.choice(asked), f"I am glad that you are {good}.", ("glad",))
    bad = rng.choice(list(FEELINGS))
    advice, key = FEELINGS[bad]
    asked = (
        f"I am {bad}.",
        f"I feel {bad}.",
        f"I am {bad}. What should I do?",
        f"What helps when I am {bad}?",
        f"I feel {bad} today.",
        f"My friend is {bad}. What should I do?",
    )
    return Exchange(rng.choice(asked), f"I am sorry to hear that. When you are {bad}, {advice}.", (key,))


def how_to(rng: Random) -> Exchange:
    """How something is done, in numbered steps or in a sentence."""
    task = rng.choice(list(HOW_TO))
    steps = HOW_TO[task]
    if rng.random() < 0.35:
        asked = (
            f"Tell me in short how to {task}.",
            f"In one sentence, how do I {task}?",
            f"How do I {task}? Be short.",
        )
        return Exchange(
            rng.choice(asked),
            f"{steps[0][:-1]}, and at the end {steps[-1][0].lower()}{steps[-1][1:]}",
            (steps[-1][:-1],),
        )
    asked = (
        f"How do I {task}?",
        f"How can I {task}?",
        f"Tell me how to {task}.",
        f"What are the steps to {task}?",
        f"Explain how to {task}.",
        f"I want to {task}. How does it work?",
        f"Teach me to {task}.",
    )
    answer = "\n".join(f"{place}. {step}" for place, step in enumerate(steps, 1))
    return Exchange(rng.choice(asked), answer, (steps[0][:-1], steps[-1][:-1]))


def unknown(rng: Random) -> Exchange:
    """What is outside the small world, said so."""
    made = word(rng)
    town = capital(word(rng))
    topics = (
        "computers",
        "politics",
        "physics",
        "football",
        "money",
        "the moon landing",
        "medicine",
        "the law",
        "chemistry",
        "films",
        "history",
        "planets",
        "phones",
        "cars",
        "art",
        "taxes",
        "engines",
        "atoms",
        "programming",
        "the internet",
        "wars",
        "kings",
    )
    topic = rng.choice(topics)
    which = rng.randrange(4)
    if which == 0:
        asked = (
            f"What is {with_article(made)}?",
            f"What does {made} mean?",
            f"Tell me about {made}.",
            f"Explain the word {made}.",
        )
        return Exchange(rng.choice(asked), f"I do not know the word {made}.", ("not know", made), copies=True)
    if which == 1:
        asked = (
            f"What is the capital of {town}?",
            f"How many people live in {town}?",
            f"Where is {town}?",
            f"Tell me about {town}.",
            f"Have you been to {town}?",
        )
        return Exchange(
            rng.choice(asked), f"I do not know that. I have never heard of {town}.", ("not know",), copies=True
        )
    if which == 2:
        asked = (
            f"Tell me about {topic}.",
            f"What do you know about {topic}?",
            f"Explain {topic}.",
            f"How do {topic} work?",
            f"I have a question on {topic}.",
        )
        return Exchange(
            rng.choice(asked), f"I am sorry, I do not know about {topic}. My world is very small.", ("not know",)
        )
    who = name(rng)
    asked = (
        f"Who is {who}?",
        f"Do you know {who}?",
        f"When was {who} born?",
        f"Where does {who} live?",
        f"What does {who} like?",
    )
    return Exchange(rng.choice(asked), f"I do not know {who}.", ("not know",), copies=True)


KINDS = (
    Kind("about itself", 0.9, about_me),
    Kind("chatter", 1.0, chatter),
    Kind("weather", 0.8, weather),
    Kind("feelings", 1.0, feelings),
    Kind("steps", 1.4, how_to),
    Kind("unknown", 2.6, unknown),
)


@dataclass(frozen=True)
class Role:
    """A system prompt and what it does to an answer.

    Attributes:
        system: the system prompt.
        before: put in front of the answer.
        after: put behind the answer.
        asked: what the user asks instead of a question of the world, if anything.
        answer: the answer to that.
    """

    system: str
    before: str = ""
    after: str = ""
    asked: str = ""
    answer: str = ""


_EXCLAMATIONS = (
    "Ahoy!",
    "Ho ho!",
    "Oh my!",
    "Good day!",
    "Well then!",
    "Hear me!",
    "My friend!",
    "Listen:",
    "Dear guest!",
)
_FAREWELLS = (
    "Good day!",
    "So it is.",
    "Stay well.",
    "Over and out.",
    "That is all.",
    "Peace be with you.",
    "May the wind be kind.",
)


ASKED_OF_ROLES = (
    "Who are you?", "Introduce yourself.", "Tell me about yourself.", "What is your name?", "How are you called?",
)  # fmt: skip


def role(rng: Random) -> Role:
    """Draw a role: a persona with a name, or a manner for every answer."""
    who = name(rng, 0.15)
    job = rng.choice(JOBS)
    one = with_article(job.name)
    which = rng.randrange(6)
    if which == 0:
        system = rng.choice(
            (f"You are {who}, {one}.", f"Your name is {who}. You are {one}.", f"Play the role of {who} the {job.name}.")
        )
        asked, answer = rng.choice(
            (
                (
                    rng.choice(ASKED_OF_ROLES[:3]),
                    f"I am {who}, {one}. I {job.plain}.",
                ),
                (rng.choice(ASKED_OF_ROLES[3:]), f"My name is {who}."),
                (rng.choice(("What do you do?", "What is your work?")), f"I am {one}. I {job.plain}."),
                (rng.choice(("Where do you work?", "Where can I find you?")), f"I work {job.place}."),
            )
        )
        return Role(system, asked=asked, answer=answer)
    if which == 1:
        start = rng.choice((*_EXCLAMATIONS, f"{capital(word(rng))}!", f"{who} says:"))
        return Role(
            rng.choice((f"Begin every answer with: {start}", f'Start each answer with "{start}"')), before=start
        )
    if which == 2:
        end = rng.choice((*_FAREWELLS, f"{capital(word(rng))}!", f"Yours, {who}."))
        return Role(rng.choice((f"End every answer with: {end}", f'Finish each answer with "{end}"')), after=end)
    if which == 3:
        system = rng.choice(
            (
                f"The user is called {who}.",
                f"You are talking to {who}. Use the name.",
                f"Always use the name of the user, {who}.",
            )
        )
        return Role(system, before=f"{who}!")
    if which == 4:
        return Role(
            rng.choice(("Be polite.", "Answer politely.", "Be a kind and polite helper.")), after=rng.choice(POLITE)
        )
    return Role(
        rng.choice(("You are a helpful assistant.", "Answer the question.", "You are Fettle.", "Help the user."))
    )


POLITE = (
    "I hope that helps.",
    "I hope this helps you!",
    "Please ask me if you want to know more.",
    "Thank you for asking.",
    "Have a nice day!",
    "It was a pleasure to help.",
)
OPENINGS = ("Of course!", "Sure.", "Good question!", "With pleasure.", "Yes, of course.")
