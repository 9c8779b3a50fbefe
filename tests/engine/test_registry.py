"""Discovery: a file is enough to be found, and a bad or doubled name is refused loudly."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import pytest

from desktop.engine.errors import RequestError
from desktop.engine.registry import Registry

_FILE = (
    "from tests.engine.test_registry import Thing\n"
    "class {cls}(Thing):\n    id = {id!r}\n    title = {id!r}\n    summary = 'One.'\n    order = {order}\n"
)


class Thing:
    """Base class of the things found below."""

    id: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str]


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Registry[Thing]]:
    def make(**files: str) -> Registry[Thing]:
        name = f"things_{tmp_path.name}".replace("-", "_")
        folder = tmp_path / name
        folder.mkdir()
        (folder / "__init__.py").write_text('"""Things."""\n')
        (folder / "base.py").write_text("raise RuntimeError('base is never a thing')\n")
        for file, content in files.items():
            (folder / f"{file}.py").write_text(content)
        monkeypatch.syspath_prepend(str(tmp_path))
        monkeypatch.delitem(sys.modules, name, raising=False)
        return Registry(name, sys.modules[__name__].Thing, "thing")

    return make


def _source(id: str, order: int = 100, cls: str = "Found") -> str:
    return _FILE.format(cls=cls, id=id, order=order)


def test_things_are_found_by_being_there_and_sorted(package: Callable[..., Registry[Thing]]) -> None:
    registry = package(b=_source("beta", 1), a=_source("alpha"), g=_source("gamma", 1))
    assert [thing.id for thing in registry.all()] == ["beta", "gamma", "alpha"]
    assert registry.get("gamma").summary == "One."


def test_an_unknown_id_names_its_neighbours(package: Callable[..., Registry[Thing]]) -> None:
    registry = package(a=_source("alpha"), b=_source("beta"))
    with pytest.raises(RequestError) as caught:
        registry.get("alhpa")
    assert caught.value.code == "unknown_thing"
    assert "Did you mean alpha" in caught.value.hint
    with pytest.raises(RequestError, match="There are: alpha, beta"):
        registry.get("zzzzz")


def test_two_of_one_name_are_refused(package: Callable[..., Registry[Thing]]) -> None:
    with pytest.raises(ValueError, match="two things are called 'alpha'"):
        package(a=_source("alpha"), b=_source("alpha")).all()


@pytest.mark.parametrize("id", ["Alpha", "alpha_", "_alpha", "al-pha", "a", "7up", "al pha", ""])
def test_a_bad_name_is_refused(package: Callable[..., Registry[Thing]], id: str) -> None:
    with pytest.raises(ValueError, match="is no id"):
        package(a=_source(id)).all()
