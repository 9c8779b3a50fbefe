"""The settings of the window, read and kept whole; a value nobody could mean becomes its default; no screen here."""

from __future__ import annotations

import configparser
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal

from desktop import paths

ThemeName = Literal["system", "light", "dark", "high_contrast"]

THEMES: tuple[tuple[ThemeName, str], ...] = (
    ("system", "As the desktop"),
    ("light", "Light"),
    ("dark", "Dark"),
    ("high_contrast", "High contrast"),
)
TEXT_SIZES: tuple[tuple[float, str], ...] = (
    (0.9, "Small"),
    (1.0, "Normal"),
    (1.15, "Large"),
    (1.3, "Larger"),
    (1.5, "Largest"),
)
_SECTION = "window"


@dataclass(frozen=True)
class Values:
    """What is set.

    Attributes:
        theme: the look, or ``system`` for the desktop's own choice.
        text_size: every font and control height is multiplied by it.
        threads: processor threads a new training takes; 0 lets Fettle choose and leaves one core free.
        width: size of the window when it was last closed, with ``height``; 0 before that.
        height: see ``width``.
        maximized: whether it filled the screen.
    """

    theme: ThemeName = "system"
    text_size: float = 1.0
    threads: int = 0
    width: int = 0
    height: int = 0
    maximized: bool = False


class Settings:
    """The settings and their file; every change is on disk before the call returns.

    Attributes:
        values: what is set now.
        problems: one sentence for each stored value that could not be used.
    """

    def __init__(self, file: Path | None = None) -> None:
        """Read ``file``, by default the workspace's own; a missing one means all defaults."""
        self._file = file or paths.settings_file()
        self._listeners: list[Callable[[Values], None]] = []
        self.problems: list[str] = []
        self.values = self._read()

    @property
    def file(self) -> Path:
        """Where they are kept."""
        return self._file

    def change(self, **changes: Any) -> None:
        """Set some values, keep them, and tell whoever listens; the first name that is none raises ``TypeError``."""
        new = replace(self.values, **changes)
        if new == self.values:
            return
        self.values = new
        self._write()
        for listener in list(self._listeners):
            listener(new)

    def listen(self, listener: Callable[[Values], None]) -> None:
        """Call ``listener`` with the new values after every change."""
        self._listeners.append(listener)

    def _read(self) -> Values:
        parser = configparser.ConfigParser(interpolation=None)
        try:
            parser.read(self._file, encoding="utf-8")
        except (configparser.Error, UnicodeDecodeError, OSError):
            self.problems.append(f"The settings in {self._file} cannot be read, so the defaults are used.")
            return Values()
        stored = dict(parser[_SECTION]) if parser.has_section(_SECTION) else {}
        known = {field.name: stored[field.name] for field in fields(Values) if field.name in stored}
        return Values(**{name: self._value(name, text) for name, text in known.items()})

    def _value(self, name: str, text: str) -> Any:
        try:
            return _READERS[name](text)
        except ValueError:
            self.problems.append(f"The setting {name} was {text!r}, which means nothing; its default is used.")
            return getattr(Values(), name)

    def _write(self) -> None:
        from desktop.engine.run_folder import write_atomically  # pydantic with it: not before the first paint

        lines = [f"[{_SECTION}]", *(f"{field.name} = {getattr(self.values, field.name)}" for field in fields(Values))]
        write_atomically(self._file, "\n".join(lines) + "\n")


def _theme(text: str) -> ThemeName:
    for name, _title in THEMES:
        if text == name:
            return name
    raise ValueError(text)


def _text_size(text: str) -> float:
    size = float(text)
    if not TEXT_SIZES[0][0] <= size <= TEXT_SIZES[-1][0]:
        raise ValueError(text)
    return size


def _count(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 100_000:
        raise ValueError(text)
    return number


def _flag(text: str) -> bool:
    if text not in ("True", "False"):
        raise ValueError(text)
    return text == "True"


_READERS: dict[str, Callable[[str], Any]] = {
    "theme": _theme,
    "text_size": _text_size,
    "threads": _count,
    "width": _count,
    "height": _count,
    "maximized": _flag,
}
