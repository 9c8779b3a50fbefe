"""Recipes in the window: chosen, filled in, started, followed, stopped, resumed, and led on from; by keyboard too."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from desktop import paths
from desktop.engine.errors import UserError
from desktop.engine.recipe import RecipeSpec
from desktop.engine.recipe_folder import RecipeFolder
from desktop.flow import recipes
from desktop.flow.recipe_words import Onward
from desktop.flow.recipes import recipe_form
from desktop.views.recipes import page as page_module
from desktop.views.recipes import running
from desktop.views.recipes.field import DataField, ModelField
from desktop.views.recipes.page import RecipesPage, create
from desktop.views.services import Services
from tests.support.recipes import two_stages
from tests.support.streams import finished, timed, training


@pytest.fixture
def spec(tmp_path: Path) -> RecipeSpec:
    return two_stages(tmp_path)


@pytest.fixture
def page(qtbot: QtBot, services: Services, spec: RecipeSpec, monkeypatch: pytest.MonkeyPatch) -> Iterator[RecipesPage]:
    monkeypatch.setattr(page_module, "recipe_presets", lambda: [spec])
    made = cast("RecipesPage", create(services))
    qtbot.addWidget(made)
    made.resize(1216, 770)
    made.show()
    qtbot.waitExposed(made)
    made.entered()
    qtbot.waitUntil(lambda: bool(made.gallery.presets.cards))
    yield made
    made.closed()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """Play the flow's acts: what was asked of it, in order; drivers are children that end at once."""
    heard: list[tuple[str, Any]] = []

    def driver() -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-c", ""])

    def start(spec: RecipeSpec) -> Any:
        heard.append(("start", spec))
        return RecipeFolder.create(paths.recipes(), spec), driver()

    def resume(name: str) -> Any:
        heard.append(("resume", name))
        return RecipeFolder(paths.recipes() / name), driver()

    monkeypatch.setattr(recipes, "start", start)
    monkeypatch.setattr(recipes, "resume", resume)
    monkeypatch.setattr(recipes, "stop", lambda name: heard.append(("stop", name)))
    return heard


def prepared(page: RecipesPage, qtbot: QtBot) -> None:
    card = page.gallery.presets.cards["two"]
    card.setFocus()
    qtbot.keyClick(card, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: page.form is not None and page.form.start.isEnabled(), timeout=10_000)


def begun(spec: RecipeSpec, *, last: int | None = None) -> RecipeFolder:
    """Put a recipe whose first stage is done and whose second stands at ``last``, or is done where none is given."""
    folder = RecipeFolder.create(paths.recipes(), spec)
    made: dict[str, str] = {}
    for stage in spec.stages:
        run = folder.begin(stage, made)
        made[stage.id] = f"run:{run.name}"
        partly = stage is spec.stages[-1] and last is not None
        events = timed(training(last)) if partly and last is not None else finished()
        run.events_file.write_text("".join(event.to_line() for event in events), encoding="utf-8")
    return folder


def opened(page: RecipesPage, qtbot: QtBot, name: str) -> None:
    page.book.look()
    qtbot.waitUntil(lambda: name in page.gallery.started.cards, timeout=10_000)
    qtbot.keyClick(page.gallery.started.cards[name], Qt.Key.Key_Return)
    assert page.running is not None


def test_a_recipe_is_filled_in_and_started(
    page: RecipesPage, qtbot: QtBot, asked: list[tuple[str, Any]], spec: RecipeSpec
) -> None:
    prepared(page, qtbot)
    assert page.form is not None
    assert page.head.text() == "Two stages"
    page.form.name.setText("")
    qtbot.keyClicks(page.form.name, "bread")
    assert not page.form.start.isEnabled()  # not before the new values were looked at
    qtbot.waitUntil(lambda: page.form is not None and page.form.start.isEnabled(), timeout=10_000)
    page.form.start.click()
    qtbot.waitUntil(lambda: page.running is not None, timeout=10_000)
    assert [(what, value.name) for what, value in asked] == [("start", "bread")]
    assert page.line.text() == "bread"
    assert page.form is None


def test_what_is_missing_is_said_at_its_field_and_nothing_starts(page: RecipesPage, qtbot: QtBot) -> None:
    prepared(page, qtbot)
    assert page.form is not None
    field = cast("DataField", page.form.fields["pairs"])
    field.removes[0].click()
    assert field.files == []
    qtbot.waitUntil(lambda: field.problem.isVisible(), timeout=10_000)
    assert "data" in field.problem.text()
    assert not page.form.start.isEnabled()
    assert "settled" in page.form.reason.text()
    assert not page.form.fields["chat"].problem.isVisible()


def test_files_are_added_and_samples_taken(
    page: RecipesPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    prepared(page, qtbot)
    assert page.form is not None
    field = cast("DataField", page.form.fields["pairs"])
    more = str(tmp_path / "more.jsonl")
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([more, field.files[0]], ""))
    field.add.click()
    assert field.files == [str(tmp_path / "pairs.jsonl"), more]
    assert field.samples[0].text() == "Use sample: Good manners"
    field.samples[0].click()
    assert [Path(file).name for file in field.files] == ["manners.jsonl"]


def test_a_model_is_chosen_among_those_at_hand_or_from_a_folder(
    page: RecipesPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    prepared(page, qtbot)
    assert page.form is not None
    field = cast("ModelField", page.form.fields["model"])
    qtbot.waitUntil(lambda: field.combo.count() > 1, timeout=10_000)
    assert field.combo.currentData() == "starter"
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path / "own"))
    field.folder.click()
    assert page.form.values["model"] == str(tmp_path / "own")
    assert field.combo.currentData() == str(tmp_path / "own")


def test_a_refused_start_is_told_and_can_be_tried_again(
    page: RecipesPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: RecipeSpec) -> Any:
        raise UserError("cannot_write", "The disk is full.", "Free some space.")

    monkeypatch.setattr(recipes, "start", refuse)
    prepared(page, qtbot)
    assert page.form is not None
    page.form.start.click()
    qtbot.waitUntil(lambda: page.banner.isVisible(), timeout=10_000)
    assert "The disk is full." in page.banner.accessibleName()
    qtbot.waitUntil(lambda: page.form is not None and page.form.start.isEnabled(), timeout=10_000)


def test_the_stages_of_a_recipe_are_told_one_by_one(page: RecipesPage, qtbot: QtBot, spec: RecipeSpec) -> None:
    folder = begun(spec, last=100)
    opened(page, qtbot, folder.name)
    assert page.running is not None
    first, second = page.running.cards
    assert first.chip.text == "Done"
    assert "\N{RIGHTWARDS ARROW}" in first.figure.text()
    assert second.chip.text == "Stopped"
    assert "Stage 2 of 2, Second: Stopped" in second.accessibleName()
    assert page.running.resume.isVisible()
    assert not page.running.stop.isVisible()
    with qtbot.waitSignal(page.navigate) as went:
        second.open.click()
    assert went.args == ["run", {"run": folder.run_names()["dpo"]}]


def test_it_is_resumed_and_stopped_by_its_name(
    page: RecipesPage, qtbot: QtBot, spec: RecipeSpec, asked: list[tuple[str, Any]]
) -> None:
    folder = begun(spec, last=100)
    opened(page, qtbot, folder.name)
    assert page.running is not None
    page.running.resume.click()
    qtbot.waitUntil(lambda: len(asked) == 1, timeout=10_000)
    view = page.book.view(folder.name)
    assert view is not None
    page.running.set(replace(view, can_stop=True, can_resume=False, status="running"))
    assert page.running.stop.isVisible()
    page.running.stop.click()
    qtbot.waitUntil(lambda: len(asked) == 2, timeout=10_000)
    assert asked == [("resume", folder.name), ("stop", folder.name)]


def test_the_last_model_leads_on(
    page: RecipesPage, qtbot: QtBot, spec: RecipeSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "onward", lambda view: Onward("Try it", "chat", {"model": view.model}))
    folder = begun(spec)
    opened(page, qtbot, folder.name)
    assert page.running is not None
    assert page.running.onward.text() == "Try it"
    assert not page.running.resume.isVisible()
    with qtbot.waitSignal(page.navigate) as went:
        page.running.onward.click()
    assert went.args == ["chat", {"model": f"run:{folder.run_names()['dpo']}"}]


def test_what_comes_in_meanwhile_is_shown_without_losing_the_place(
    page: RecipesPage, qtbot: QtBot, spec: RecipeSpec
) -> None:
    folder = begun(spec, last=40)
    opened(page, qtbot, folder.name)
    assert page.running is not None
    shown = page.running
    shown.cards[1].open.setFocus()
    run = folder.run_of("dpo")
    assert run is not None
    run.events_file.write_text("".join(event.to_line() for event in finished()), encoding="utf-8")
    page.book._shelf = recipes.RecipeShelf(paths.recipes())
    page.book.look()
    qtbot.waitUntil(lambda: shown.cards[1].chip.text == "Done", timeout=10_000)
    assert page.running is shown
    assert page.focusWidget() is shown.cards[1].open


def test_the_way_back_leads_to_the_list(page: RecipesPage, qtbot: QtBot) -> None:
    prepared(page, qtbot)
    qtbot.keyClick(page.back, Qt.Key.Key_Space)
    assert page.form is None
    assert page.gallery.isVisible()
    assert not page.back.isVisible()


def test_a_started_recipe_can_be_named_from_elsewhere(page: RecipesPage, qtbot: QtBot, spec: RecipeSpec) -> None:
    first = begun(spec)
    page.entered(recipe=first.name)
    qtbot.waitUntil(lambda: page.running is not None, timeout=10_000)
    assert page.line.text() == first.name
    second = begun(spec)
    page.entered(recipe=second.name)  # which was not looked at yet
    qtbot.waitUntil(lambda: page.line.text() == second.name, timeout=10_000)


def test_every_control_of_the_form_has_a_name(page: RecipesPage, qtbot: QtBot, spec: RecipeSpec) -> None:
    prepared(page, qtbot)
    assert page.form is not None
    for field in page.form.fields.values():
        assert field.accessibleName()
    data = cast("DataField", page.form.fields["chat"])
    assert data.removes[0].accessibleName().startswith("Remove chat.jsonl")
    assert [card.accessibleName() for card in page.form.stages] == [
        f"{stage.title}. {stage.sentence}" for stage in recipe_form(spec).stages
    ]
