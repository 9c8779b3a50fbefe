"""Settings survive a restart, and what nobody could have meant becomes its default with a word about it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop import paths
from desktop.flow.settings import TEXT_SIZES, THEMES, Settings, Values


def test_defaults_without_a_file(workspace: Path) -> None:
    settings = Settings()
    assert settings.values == Values()
    assert settings.problems == []
    assert settings.file == paths.settings_file()


def test_a_change_is_kept_and_told(workspace: Path) -> None:
    settings, told = Settings(), list[Values]()
    settings.listen(told.append)
    settings.change(theme="dark", text_size=1.3, threads=3, maximized=True)
    settings.change(theme="dark")
    assert [values.theme for values in told] == ["dark"]
    assert Settings().values == settings.values


def test_an_unknown_setting_cannot_be_changed(workspace: Path) -> None:
    with pytest.raises(TypeError):
        Settings().change(colour="red")


@pytest.mark.parametrize(
    "line",
    ["theme = purple", "text_size = 40", "text_size = big", "threads = -1", "maximized = perhaps", "width = 1e9"],
)
def test_a_value_nobody_could_mean_becomes_the_default(workspace: Path, line: str) -> None:
    paths.settings_file().write_text(f"[window]\n{line}\n", encoding="utf-8")
    settings = Settings()
    assert settings.values == Values()
    assert len(settings.problems) == 1
    assert line.partition(" ")[0] in settings.problems[0]


@given(content=st.binary(max_size=200))
def test_any_file_is_read_or_reported(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file = tmp_path_factory.mktemp("settings") / "settings.ini"
    file.write_bytes(content)
    settings = Settings(file)
    assert settings.values.theme in dict(THEMES)
    assert TEXT_SIZES[0][0] <= settings.values.text_size <= TEXT_SIZES[-1][0]
