"""Discovery: a thing is registered by its file being there; it knows nothing of what methods or objectives are."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
import re
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from desktop.engine.errors import RequestError


class Registrable(Protocol):
    """What every registered thing has."""

    id: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str]


T = TypeVar("T", bound=Registrable)


class Registry(Generic[T]):
    """All things of one kind, found in one package, each in a file of its own.

    Attributes:
        noun: what one of them is called in sentences (``method``).
    """

    def __init__(self, package: str, base: type[Any], noun: str) -> None:
        """Remember where to look; nothing is imported before the first question.

        ``base`` is the class of ``T``; ``type[T]`` would refuse it, because it is abstract.
        """
        self._package = package
        self._base = base
        self.noun = noun
        self._found: dict[str, T] | None = None

    def all(self) -> list[T]:
        """Return every registered thing, in the order of their ``order`` attribute, then id."""
        return list(self._load().values())

    def get(self, id: str) -> T:
        """Return the one called ``id``; raise :class:`RequestError` naming close matches."""
        found = self._load()
        if id in found:
            return found[id]
        close = difflib.get_close_matches(id, found, n=3, cutoff=0.4)
        hint = f"Did you mean {' or '.join(close)}?" if close else f"There are: {', '.join(found)}."
        raise RequestError(f"unknown_{self.noun}", f"There is no {self.noun} called {id!r}.", hint)

    def _load(self) -> dict[str, T]:
        if self._found is None:
            self._found = self._discover()
        return self._found

    def _discover(self) -> dict[str, T]:
        package = importlib.import_module(self._package)
        things: dict[str, T] = {}
        for module_info in pkgutil.iter_modules(package.__path__):
            if module_info.name in ("base", "registry"):
                continue
            module = importlib.import_module(f"{self._package}.{module_info.name}")
            for value in vars(module).values():
                ours = isinstance(value, type) and issubclass(value, self._base) and value.__module__ == module.__name__
                if ours and "id" in vars(value):
                    self._add(things, value())
        return dict(sorted(things.items(), key=lambda item: (getattr(item[1], "order", 100), item[0])))

    def _add(self, things: dict[str, T], thing: T) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9_]*[a-z0-9]", thing.id):
            message = f"{thing.id!r} is no id: lower case letters, digits and single words joined by _"
            raise ValueError(message)
        if thing.id in things:
            message = f"two {self.noun}s are called {thing.id!r}"
            raise ValueError(message)
        things[thing.id] = thing
