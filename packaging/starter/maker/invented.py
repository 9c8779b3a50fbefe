"""Names and words nobody has seen, made of syllables: what teaches a model to copy; it knows no sentence."""

from __future__ import annotations

from random import Random

from maker.words import KNOWN_NAMES

_ONSETS = (
    "b br bl c cr ch cl d dr f fr fl g gr gl h j k kr l m n p pr pl qu r s sh sk sl sm sn sp st t th tr v w wr y z "
    "d t k m n l r s v b"
).split()
_VOWELS = "a e i o u a e i o u a e i o ae ai ea ee ia ie io oa oo ou ui y".split()
_CODAS = "n r l s m k t d x n r l s th nd rk st ll ss ng ck rt lm p sh b g z nt".split()
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def _coda(rng: Random, last: bool) -> str:
    """Return the end of a syllable: mostly open inside a word, mostly closed at its end."""
    return rng.choice(_CODAS) if rng.random() < (0.55 if last else 0.22) else ""


def word(rng: Random) -> str:
    """Return a made-up word in small letters: syllables mostly, now and then any letters at all."""
    if rng.random() < 0.06:
        return "".join(rng.choice(_LETTERS) for _ in range(rng.randint(3, 8)))
    count = rng.choices((1, 2, 3, 4), (14, 56, 26, 4))[0]
    made = "".join(
        rng.choice(_ONSETS) + rng.choice(_VOWELS) + (_coda(rng, place == count - 1)) for place in range(count)
    )
    if rng.random() < 0.15:
        made = rng.choice("aeiou") + made
    return made if len(made) > 2 else made + rng.choice(_VOWELS) + "n"


def name(rng: Random, known: float = 0.25) -> str:
    """Return a name; with probability ``known`` one of the few the world knows."""
    if rng.random() < known:
        return rng.choice(KNOWN_NAMES)
    made = word(rng).capitalize()
    if rng.random() < 0.04:
        made += " " + word(rng).capitalize()
    return made


def names(rng: Random, count: int, known: float = 0.25) -> list[str]:
    """Return ``count`` different names."""
    found: list[str] = []
    while len(found) < count:
        fresh = name(rng, known)
        if fresh not in found:
            found.append(fresh)
    return found


def code(rng: Random) -> str:
    """Return a short code such as a door or a parcel has."""
    letters = "".join(rng.choice(_LETTERS.upper()) for _ in range(rng.randint(1, 3)))
    digits = "".join(rng.choice("0123456789") for _ in range(rng.randint(1, 4)))
    return rng.choice((letters + digits, f"{letters}-{digits}", digits))
