"""Every text of every theme can be read on every ground it stands on; the numbers are those of the look's page."""

from __future__ import annotations

import itertools
import re
from dataclasses import fields

import pytest

from desktop.views.theme.tokens import DARK, HIGH_CONTRAST, LIGHT, Tokens

THEMES = [LIGHT, DARK, HIGH_CONTRAST]
GROUNDS = ("window", "rail", "surface", "sunken", "accent_soft")
# Lowest contrast over all grounds, as the look promises it; WCAG asks for 4.5.
PROMISED = {
    "light": {
        "text": 13.6,
        "text2": 6.7,
        "text3": 4.95,
        "accent": 5.4,
        "ok": 5.4,
        "warn": 5.4,
        "bad": 5.4,
        "info": 5.6,
    },
    "dark": {"text": 10.5, "text2": 6.4, "text3": 4.85, "accent": 6.2, "ok": 6.7, "warn": 6.8, "bad": 5.8, "info": 6.6},
    "high_contrast": dict.fromkeys(("text", "text2", "text3", "accent", "ok", "warn", "bad", "info"), 7.0),
}


def luminance(color: str) -> float:
    """Relative luminance as WCAG defines it."""
    parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio as WCAG defines it."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_itself() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("tokens", THEMES, ids=lambda tokens: tokens.name)
@pytest.mark.parametrize("ink", ["text", "text2", "text3", "accent", "ok", "warn", "bad", "info"])
def test_text_can_be_read_on_every_ground(tokens: Tokens, ink: str) -> None:
    lowest = min(contrast(tokens.colour(ink), tokens.colour(ground)) for ground in GROUNDS)
    assert lowest >= PROMISED[tokens.name][ink] - 0.05


@pytest.mark.parametrize("tokens", THEMES, ids=lambda tokens: tokens.name)
@pytest.mark.parametrize("tone", ["accent", "ok", "warn", "bad", "info"])
def test_a_chip_can_be_read_on_its_own_tint(tokens: Tokens, tone: str) -> None:
    assert contrast(tokens.colour(tone), tokens.soft(tone)) >= 4.5


@pytest.mark.parametrize("tokens", THEMES, ids=lambda tokens: tokens.name)
def test_words_on_the_accent_can_be_read(tokens: Tokens) -> None:
    assert contrast(tokens.on_accent, tokens.accent) >= 6.3


@pytest.mark.parametrize("tokens", THEMES, ids=lambda tokens: tokens.name)
@pytest.mark.parametrize("ground", ["window", "surface", "sunken"])
def test_the_edge_of_an_input_can_be_seen(tokens: Tokens, ground: str) -> None:
    assert contrast(tokens.field, tokens.colour(ground)) >= 3.0


@pytest.mark.parametrize("tokens", THEMES, ids=lambda tokens: tokens.name)
def test_lines_of_a_plot_can_be_seen_and_told_apart(tokens: Tokens) -> None:
    assert len(tokens.lines) == 6
    assert min(contrast(line, tokens.surface) for line in tokens.lines) >= 3.15
    assert len(set(tokens.lines)) == 6


@pytest.mark.parametrize("tokens", THEMES, ids=lambda tokens: tokens.name)
def test_every_part_of_memory_has_a_color_of_its_own(tokens: Tokens) -> None:
    parts = {"weights", "adapter", "gradients", "optimizer", "activations", "logits", "allocator", "context"}
    assert set(tokens.memory) == parts
    assert all(one != other for one, other in itertools.combinations(tokens.memory.values(), 2))


@pytest.mark.parametrize("tokens", THEMES, ids=lambda tokens: tokens.name)
def test_every_colour_is_written_in_full(tokens: Tokens) -> None:
    colours = [getattr(tokens, field.name) for field in fields(tokens) if field.name not in ("name", "dark")]
    flat = [
        part
        for colour in colours
        for part in ([colour] if isinstance(colour, str) else colour.values() if hasattr(colour, "values") else colour)
    ]
    assert all(re.fullmatch(r"#[0-9A-F]{6}", part) for part in flat)


def test_an_unknown_name_is_the_text_colour_and_a_written_one_passes_through() -> None:
    assert LIGHT.colour("no such thing") == LIGHT.text
    assert LIGHT.colour("#123456") == "#123456"
    assert LIGHT.soft("neutral") == LIGHT.chip
