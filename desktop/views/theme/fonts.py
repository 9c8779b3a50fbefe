"""Which type each role of text is set in; it knows sizes and weights and nothing of colour."""

from __future__ import annotations

from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication

# role: pixels, weight, share of the font's own line spacing
ROLES: dict[str, tuple[int, QFont.Weight, float]] = {
    "title": (22, QFont.Weight.DemiBold, 1.0),
    "hero": (18, QFont.Weight.DemiBold, 1.0),
    "figure": (20, QFont.Weight.DemiBold, 1.0),
    "section": (15, QFont.Weight.DemiBold, 1.05),
    "question": (17, QFont.Weight.Medium, 1.12),
    "annotator": (16, QFont.Weight.Normal, 1.28),
    "annotator_wide": (18, QFont.Weight.Normal, 1.28),
    "reading": (14, QFont.Weight.Normal, 1.28),
    "strong": (13, QFont.Weight.DemiBold, 1.06),
    "label": (13, QFont.Weight.Medium, 1.06),
    "body": (13, QFont.Weight.Normal, 1.08),
    "help": (12, QFont.Weight.Normal, 1.08),
    "head": (12, QFont.Weight.Medium, 1.0),
    "axis": (11, QFont.Weight.Normal, 1.0),
    "mono": (12, QFont.Weight.Normal, 1.2),
}

MONO_FAMILIES = ("JetBrains Mono", "Cascadia Mono", "SF Mono", "Menlo", "Consolas", "DejaVu Sans Mono")


def family() -> str:
    """Return Inter where the system has it, else the platform's own interface font."""
    if QFontDatabase.hasFamily("Inter"):
        return "Inter"
    return QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family() or QGuiApplication.font().family()


def fixed_family() -> str:
    """Return the platform's fixed-pitch font: for hashes, tokens and raw columns."""
    platform = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()
    if QFontDatabase.hasFamily(platform):
        return platform
    # An alias such as "monospace" resolves per glyph and may fall back to a proportional face: take a real family.
    return next((name for name in MONO_FAMILIES if QFontDatabase.hasFamily(name)), platform)


def make(role: str, scale: float, family_name: str, fixed_name: str, *, tabular: bool = False) -> QFont:
    """Return the font of ``role`` at the text-size setting ``scale``; ``tabular`` gives figures of one width."""
    pixels, weight, _ = ROLES.get(role, ROLES["body"])
    font = QFont(fixed_name if role == "mono" else family_name)
    font.setPixelSize(max(8, round(pixels * scale)))
    font.setWeight(weight)
    if role == "mono":
        font.setStyleHint(QFont.StyleHint.Monospace)
    if role in ("title", "figure"):
        font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, -0.3 * scale)
    if tabular or role in ("figure", "axis"):
        font.setFeature(QFont.Tag("tnum"), 1)
    return font


def line_share(role: str) -> float:
    """Return how much of the font's own line spacing one line of ``role`` takes."""
    return ROLES.get(role, ROLES["body"])[2]
