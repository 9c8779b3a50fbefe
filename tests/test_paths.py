"""Where things live, and what lies inside what."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from desktop import paths


def test_the_workspace_is_the_one_asked_for(workspace: Path) -> None:
    assert paths.workspace() == workspace
    assert paths.runs() == workspace / "runs"
    assert paths.runs().is_dir()
    assert paths.settings_file().parent == workspace


def test_without_a_wish_it_is_in_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(paths.WORKSPACE_VARIABLE)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert paths.workspace() == (tmp_path / "Fettle").resolve()


def test_the_resources_are_there() -> None:
    assert paths.resources().is_dir()


def test_a_frozen_app_looks_beside_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert paths.resources() == tmp_path / "resources"


@pytest.mark.skipif(os.name == "nt", reason="needs symbolic links")
def test_links_are_followed_before_asking_what_is_inside(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    inside.mkdir()
    outside.mkdir()
    (inside / "link").symlink_to(outside)
    assert paths.is_inside(inside / "file", inside)
    assert not paths.is_inside(inside / "link" / "file", inside)
    assert not paths.is_inside(inside / ".." / "out", inside)
