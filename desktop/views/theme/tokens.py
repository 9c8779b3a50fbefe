"""Every colour and distance of the look, once for each theme; it knows no widget and no style sheet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

SPACE = (4, 8, 12, 16, 20, 24, 32)

RADIUS_CHIP = 5
RADIUS_CONTROL = 6
RADIUS_INNER = 8
RADIUS_CARD = 10

CONTROL = 34
CONTROL_SMALL = 26
CONTROL_HERO = 44
ROW = 40
ROW_LIST = 58
NAV_ROW = 36

PAGE_MARGIN = 24


@dataclass(frozen=True, eq=False)
class Tokens:
    """The colours of one theme, as ``#rrggbb``.

    Attributes:
        name: ``light``, ``dark`` or ``high_contrast``; also the prefix of the theme's own image files.
        dark: whether text is lighter than what it stands on.
        window: behind everything; ``rail`` one step further away, ``surface`` (cards) one step nearer.
        sunken: wells and table heads; ``chip`` the neutral chip.
        line: hairlines; ``line2`` stronger hairlines; ``field`` the edge of an input.
        text: the three strengths of text, ``text`` the strongest, ``text3`` the weakest allowed.
        accent: the one accent; ``on_accent`` text on it; ``accent_soft`` and ``accent_line`` its tints.
        ok: what went well; likewise ``warn``, ``bad`` and ``info``, each with a soft tint.
        disabled: text of what cannot be used now.
        lines: colours of plotted series, in order.
        memory: colour of each part of a memory estimate.
    """

    name: str
    dark: bool
    window: str
    rail: str
    surface: str
    sunken: str
    chip: str
    line: str
    line2: str
    field: str
    text: str
    text2: str
    text3: str
    accent: str
    on_accent: str
    accent_soft: str
    accent_line: str
    ok: str
    ok_soft: str
    warn: str
    warn_soft: str
    bad: str
    bad_soft: str
    info: str
    info_soft: str
    disabled: str
    lines: tuple[str, ...]
    memory: Mapping[str, str]
    less_likely: str
    more_likely: str

    def colour(self, name: str) -> str:
        """Return the colour called ``name``; a ``#rrggbb`` passes through, an unknown name is the text colour."""
        if name.startswith("#"):
            return name
        value = getattr(self, name, self.text)
        return value if isinstance(value, str) else self.text

    def soft(self, tone: str) -> str:
        """Return the tint that stands behind text of ``tone``."""
        return self.chip if tone in ("neutral", "text", "text2", "text3") else self.colour(f"{tone}_soft")


LIGHT = Tokens(
    name="light",
    dark=False,
    window="#F7F5F1",
    rail="#EFECE5",
    surface="#FFFEFC",
    sunken="#F3F0EA",
    chip="#F0ECE4",
    line="#E6E1D8",
    line2="#D3CCC0",
    field="#918A7D",
    text="#24211D",
    text2="#575046",
    text3="#6B6459",
    accent="#0B6A6D",
    on_accent="#FFFFFF",
    accent_soft="#E2EFED",
    accent_line="#7FB5B2",
    ok="#2C6B3C",
    ok_soft="#E5F0E4",
    warn="#845300",
    warn_soft="#FAF0DB",
    bad="#A63A14",
    bad_soft="#FAE8E0",
    info="#235F94",
    info_soft="#E5EEF6",
    disabled="#A39B8F",
    lines=("#0072B2", "#D55E00", "#00A37A", "#B0578D", "#7A4B00", "#575046"),
    memory={
        "weights": "#0072B2",
        "adapter": "#D55E00",
        "gradients": "#E69F00",
        "optimizer": "#009E73",
        "activations": "#56B4E9",
        "logits": "#CC79A7",
        "allocator": "#B9B0A2",
        "context": "#4F483F",
    },
    less_likely="#56B4E9",
    more_likely="#E69F00",
)

DARK = Tokens(
    name="dark",
    dark=True,
    window="#1B1917",
    rail="#151412",
    surface="#242120",
    sunken="#1E1C1A",
    chip="#332F2B",
    line="#34302D",
    line2="#47423D",
    field="#7F786D",
    text="#EEEAE3",
    text2="#C0B9AE",
    text3="#A8A094",
    accent="#6CC7C1",
    on_accent="#0B2524",
    accent_soft="#1E3836",
    accent_line="#3E827E",
    ok="#93CB9F",
    ok_soft="#223023",
    warn="#E6B869",
    warn_soft="#362C1A",
    bad="#F29B76",
    bad_soft="#3C261D",
    info="#94C1EA",
    info_soft="#202E3B",
    disabled="#6B655C",
    lines=("#56B4E9", "#EE8A4A", "#1FA37C", "#DB95BE", "#F0D060", "#D8D2C8"),
    memory={
        "weights": "#3D93CE",
        "adapter": "#E8783A",
        "gradients": "#E6A522",
        "optimizer": "#22AE86",
        "activations": "#7CC6F0",
        "logits": "#D48CB6",
        "allocator": "#6E675E",
        "context": "#D9D3C9",
    },
    less_likely="#56B4E9",
    more_likely="#E69F00",
)

# White, black and dark tones only: every text reaches 7:1, every edge 7:1, so nothing depends on tone steps.
HIGH_CONTRAST = Tokens(
    name="high_contrast",
    dark=False,
    window="#FFFFFF",
    rail="#FFFFFF",
    surface="#FFFFFF",
    sunken="#FFFFFF",
    chip="#FFFFFF",
    line="#595959",
    line2="#404040",
    field="#000000",
    text="#000000",
    text2="#1A1A1A",
    text3="#333333",
    accent="#003F87",
    on_accent="#FFFFFF",
    accent_soft="#DCEBFF",
    accent_line="#003F87",
    ok="#0B4A1B",
    ok_soft="#FFFFFF",
    warn="#5C3A00",
    warn_soft="#FFFFFF",
    bad="#8A1500",
    bad_soft="#FFFFFF",
    info="#003F87",
    info_soft="#FFFFFF",
    disabled="#595959",
    lines=("#00477A", "#A33E00", "#006B4B", "#86305F", "#5C3A00", "#333333"),
    memory={
        "weights": "#00477A",
        "adapter": "#A33E00",
        "gradients": "#8A5F00",
        "optimizer": "#006B4B",
        "activations": "#2B7FB8",
        "logits": "#86305F",
        "allocator": "#6B6459",
        "context": "#000000",
    },
    less_likely="#56B4E9",
    more_likely="#E69F00",
)
