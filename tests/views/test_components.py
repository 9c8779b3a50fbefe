"""Every component can be made and drawn in every theme, has a name for assistive technology, and follows the theme."""

from __future__ import annotations

import dataclasses

import pytest
from PySide6.QtCore import QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QSpinBox,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop.engine.errors import Problem
from desktop.engine.options import OptionField
from desktop.views.components.button import Button
from desktop.views.components.card import Card
from desktop.views.components.chip import Chip
from desktop.views.components.fields import Combo, DoubleBox, NumberEdit, Slider, SpinBox, number_text, read_number
from desktop.views.components.figure import Figure
from desktop.views.components.form import OptionForm
from desktop.views.components.label import Text
from desktop.views.components.segments import Segments
from desktop.views.components.steps import Steps
from desktop.views.components.table import Cell, Column, Table
from desktop.views.theme import icons
from desktop.views.theme.theme import Mode, Theme
from tests.views.gallery import COMPONENTS, OPTIONS

CONTROLS = (QAbstractButton, QAbstractSlider, QComboBox, QLineEdit, QPlainTextEdit, QSpinBox, QAbstractItemView)
# What Qt builds inside a control: the control itself carries the name.
INNER = {
    "qt_tableview_cornerbutton",
    "qt_spinbox_lineedit",
    "qt_scrollarea_viewport",
    "qt_scrollarea_hcontainer",
    "qt_scrollarea_vcontainer",
}


def shown(qtbot: QtBot, widget: QWidget) -> QWidget:
    """Put ``widget`` on the screen."""
    qtbot.addWidget(widget)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


@pytest.mark.parametrize("mode", ["light", "dark", "high_contrast"])
@pytest.mark.parametrize("name", COMPONENTS)
def test_a_component_draws_something_in_every_theme(qtbot: QtBot, theme: Theme, name: str, mode: Mode) -> None:
    theme.set_mode(mode)
    widget = COMPONENTS[name]()
    widget.resize(widget.sizeHint().expandedTo(widget.minimumSizeHint()).expandedTo(QSize(40, 1)))
    shown(qtbot, widget)
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    colours = {image.pixel(x, y) for x in range(0, image.width(), 2) for y in range(image.height())}
    lonely = name in ("Divider", "ScrollArea")
    assert len(colours) > (0 if lonely else 1), "nothing was drawn"


@pytest.mark.parametrize("name", COMPONENTS)
def test_every_control_has_a_name(qtbot: QtBot, theme: Theme, name: str) -> None:
    widget = COMPONENTS[name]()
    qtbot.addWidget(widget)
    inside = [child for kind in CONTROLS for child in widget.findChildren(kind) if child.objectName() not in INNER]
    own = (
        [widget]
        if isinstance(widget, CONTROLS) and name not in ("SpinBox", "DoubleBox", "NumberEdit", "Combo", "Slider")
        else []
    )
    for control in [*own, *inside]:
        if control.isVisibleTo(widget) or control is widget:
            assert control.accessibleName(), f"{type(control).__name__} in {name} has no name"


def test_a_theme_change_reaches_what_is_on_the_screen(qtbot: QtBot, theme: Theme) -> None:
    holder = Card()
    text = Text("words", "body", "text")
    holder.body.addWidget(text)
    holder.body.addWidget(Button("Start", "primary"))
    shown(qtbot, holder)
    before = holder.grab().toImage()
    theme.set_mode("dark")
    after = holder.grab().toImage()
    middle = QPoint(before.width() // 2, before.height() - 8)
    assert before.pixelColor(middle).name().upper() == "#FFFEFC"
    assert after.pixelColor(middle).name().upper() == "#242120"


def test_text_size_changes_every_control(qtbot: QtBot, theme: Theme) -> None:
    button, text = Button("Start"), Text("words", "title")
    shown(qtbot, button)
    height, pixels = button.sizeHint().height(), text.font().pixelSize()
    theme.set_scale(1.5)
    assert button.sizeHint().height() == round(34 * 1.5) > height
    assert text.font().pixelSize() == 33 > pixels
    qtbot.addWidget(text)


@pytest.mark.parametrize("size", [0.9, 1.0, 1.5])
def test_a_paragraph_gets_the_height_its_lines_need(qtbot: QtBot, theme: Theme, size: float) -> None:
    theme.set_scale(size)
    text = Text("word " * 60, "body")
    qtbot.addWidget(text)
    tall, wide = text.heightForWidth(200), text.heightForWidth(600)
    assert tall > 2.4 * wide
    assert text.minimumSizeHint().width() < 100


def test_an_elided_text_offers_the_whole_as_tooltip(qtbot: QtBot, theme: Theme) -> None:
    text = Text("a rather long text that cannot fit", elide=True)
    shown(qtbot, text)
    text.resize(60, 20)
    assert text.toolTip() == "a rather long text that cannot fit"
    text.resize(1000, 20)
    assert text.toolTip() == ""


def test_markup_is_never_read(qtbot: QtBot, theme: Theme) -> None:
    text = Text("<b>bold</b> & more")
    qtbot.addWidget(text)
    assert text.textFormat() == Qt.TextFormat.PlainText
    assert text.text() == "<b>bold</b> & more"


def wheel(widget: QWidget) -> bool:
    """Turn the wheel over ``widget``; return whether it took the turn for itself."""
    middle = QPointF(widget.rect().center())
    event = QWheelEvent(
        middle, widget.mapToGlobal(middle), QPoint(0, 0), QPoint(0, -120),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    widget.setFocus()
    QApplication.sendEvent(widget, event)
    return event.isAccepted()


def test_the_wheel_changes_no_closed_control(qtbot: QtBot, theme: Theme) -> None:
    combo, spin, double, slider = Combo(["one", "two", "three"]), SpinBox(0, 10), DoubleBox(), Slider()
    combo.setCurrentIndex(1)
    for number in (spin, slider):
        number.setValue(5)
    double.setValue(0.5)
    for widget in (combo, spin, double, slider):
        shown(qtbot, widget)
        assert not wheel(widget), "the page has to get the wheel"
    assert (combo.currentIndex(), spin.value(), double.value(), slider.value()) == (1, 5, 0.5, 5)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2e-4", 2e-4),
        ("0,5", 0.5),
        ("1 000", 1000.0),
        ("1,000", 1000.0),
        ("-3", -3.0),
        (".5", 0.5),
        ("x", None),
        ("", None),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, value: float | None) -> None:
    assert read_number(text) == value


@pytest.mark.parametrize("value", [2e-4, 2e-3, 0.05, 1e-8, 8, 0.1, 123456, 7.6e-5])
def test_a_number_reads_back_as_itself(value: float) -> None:
    assert read_number(number_text(value)) == value


def test_small_numbers_are_written_short(qtbot: QtBot, theme: Theme) -> None:
    box = DoubleBox(0, 1)
    qtbot.addWidget(box)
    box.setValue(0.0002)
    assert box.text() == "2e-4"
    box.lineEdit().setText("3e-5")
    box.interpretText()
    assert box.value() == pytest.approx(3e-5)


def test_a_form_shows_the_defaults_and_tells_changes(qtbot: QtBot, theme: Theme) -> None:
    form = OptionForm(OPTIONS)
    shown(qtbot, form)
    assert form.values() == {field.name: field.default for field in OPTIONS}
    assert form.changed_values() == {}
    with qtbot.waitSignal(form.changed) as told:
        form.rows["rank"].editor.focus.setValue(16)  # type: ignore[attr-defined]
    assert told.args[0]["rank"] == 16
    assert form.changed_values() == {"rank": 16}
    assert form.rows["rank"]._dot.isVisibleTo(form)
    form.rows["rank"].reset()
    assert form.changed_values() == {}


def test_setting_values_is_no_change_of_the_users(qtbot: QtBot, theme: Theme) -> None:
    form = OptionForm(OPTIONS)
    qtbot.addWidget(form)
    with qtbot.assertNotEmitted(form.changed):
        form.set_values({"rank": 32, "dtype": "fp32", "packing": False, "most": 100, "where": ("q",), "unknown": 1})
    expected = {"rank": 32, "dtype": "fp32", "packing": False, "most": 100, "where": ("q",)}
    assert form.changed_values() == expected


def test_a_problem_stands_beside_its_field_and_opens_what_hides_it(qtbot: QtBot, theme: Theme) -> None:
    form = OptionForm(OPTIONS)
    shown(qtbot, form)
    form.set_problems(
        [Problem("method.rate", "0.2 is 1,000 times the usual.", "Use 2e-4."), Problem("method.note", "No.")]
    )
    row = form.rows["rate"]
    assert row._error.text() == "0.2 is 1,000 times the usual. Use 2e-4."
    assert row._error.isVisible()
    assert row.editor.focus.property("invalid") is True
    assert form.rows["note"].isVisible()
    form.set_problems([])
    assert not row._error.isVisible()
    assert row.editor.focus.property("invalid") is False


def test_a_choice_is_read_by_its_title_and_kept_by_its_name(qtbot: QtBot, theme: Theme) -> None:
    field = OptionField(
        "judge", "Judge", "It rates.", "choice", "", choices=("", "run:a"), titles=("not chosen", "The judge"),
        holds="model:reward",
    )  # fmt: skip
    form = OptionForm([field])
    qtbot.addWidget(form)
    combo = form.rows["judge"].editor.focus
    assert isinstance(combo, Combo)
    assert [combo.itemText(place) for place in range(combo.count())] == ["not chosen", "The judge"]
    combo.setCurrentIndex(1)
    assert form.changed_values() == {"judge": "run:a"}
    unset = OptionForm([dataclasses.replace(field, default=None, optional=True, choices=("run:a",), titles=("A",))])
    qtbot.addWidget(unset)
    assert unset.values() == {"judge": None}


def test_all_settings_opens_what_is_behind_more_options(qtbot: QtBot, theme: Theme) -> None:
    plain = OptionField("rank", "Rank", "How many.", "integer", 8)
    form = OptionForm([plain, dataclasses.replace(plain, name="alpha", label="Alpha", advanced=True)])
    qtbot.addWidget(form)
    form.show()
    assert not form.rows["alpha"].isVisible()
    form.show_all(True)
    assert form.rows["alpha"].isVisible()
    form.show_all(False)
    assert not form.rows["alpha"].isVisible()
    form._more.click()
    form.show_all(False)  # asked again with the same: what the user opened stays open
    assert form.rows["alpha"].isVisible()


def test_an_optional_number_may_be_left_out(qtbot: QtBot, theme: Theme) -> None:
    edit = NumberEdit(whole=True)
    shown(qtbot, edit)
    assert edit.number() is None
    with qtbot.waitSignal(edit.number_changed):
        qtbot.keyClicks(edit, "12")
    assert edit.number() == 12
    qtbot.keyClick(edit, Qt.Key.Key_Up)
    assert edit.number() == 13
    edit.setText("1.5")
    assert not edit.is_acceptable()


def test_a_card_is_pressed_with_mouse_and_keyboard(qtbot: QtBot, theme: Theme) -> None:
    card = Card(clickable=True)
    card.resize(200, 80)
    shown(qtbot, card)
    with qtbot.waitSignal(card.clicked):
        qtbot.mouseClick(card, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(card.clicked):
        qtbot.keyClick(card, Qt.Key.Key_Return)


def test_a_table_opens_rows_and_says_what_is_missing(qtbot: QtBot, theme: Theme) -> None:
    table = Table([Column("Run"), Column("Validation", 90, True)], name="Runs")
    table.resize(400, 200)
    table.set_rows([[Cell("one", strong=True), Cell("1.1")], ["two", ""]])
    shown(qtbot, table)
    model = table.rows
    assert model.data(model.index(1, 1)) == "\N{EN DASH}"
    assert model.headerData(1, Qt.Orientation.Horizontal) == "Validation"
    with qtbot.waitSignal(table.opened) as told:
        place = table.visualRect(model.index(1, 0)).center()
        qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert told.args == [1]
    with qtbot.waitSignal(table.opened):
        qtbot.keyClick(table, Qt.Key.Key_Return)


def test_new_values_keep_the_selection_of_a_table(qtbot: QtBot, theme: Theme) -> None:
    table = Table([Column("Run")])
    qtbot.addWidget(table)
    table.set_rows([["one"], ["two"]])
    table.selectRow(1)
    table.set_rows([["one"], ["two, changed"]])
    assert [index.row() for index in table.selectionModel().selectedRows()] == [1]


def test_names_follow_what_is_shown(qtbot: QtBot, theme: Theme) -> None:
    figure, chip, steps = Figure("Loss", "2.1", "falling"), Chip("Running", "accent"), Steps(["Model", "Data"])
    for widget in (figure, chip, steps):
        qtbot.addWidget(widget)
    figure.set("1.9")
    chip.set("Finished", "ok")
    steps.set(0, "done", "Starter")
    assert figure.accessibleName() == "Loss 1.9 falling"
    assert chip.accessibleName() == "Finished"
    assert steps.steps[0].accessibleName() == "Step 1, Model, done: Starter"


def test_segments_choose_one_with_the_arrow_keys(qtbot: QtBot, theme: Theme) -> None:
    segments = Segments([("a", "One", ""), ("b", "Two", ""), ("c", "Three", "")], "Choice")
    shown(qtbot, segments)
    with qtbot.waitSignal(segments.chosen) as told:
        qtbot.keyClick(segments, Qt.Key.Key_Left)
    assert told.args == ["c"]
    assert segments.current == "c"


def test_icons_are_drawn_in_the_colour_asked_for(qtbot: QtBot, theme: Theme) -> None:
    assert {"home", "tune", "runs", "chat", "preferences", "models", "settings", "help"} <= set(icons.names())
    image = icons.icon("stop", "#ff0000").pixmap(24, 24).toImage()
    colours = {
        image.pixelColor(x, y).name() for x in range(24) for y in range(24) if image.pixelColor(x, y).alpha() == 255
    }
    assert colours == {"#ff0000"}


@pytest.mark.parametrize("name", icons.names())
def test_every_icon_draws(qtbot: QtBot, theme: Theme, name: str) -> None:
    image = icons.icon(name).pixmap(24, 24).toImage()
    assert any(image.pixelColor(x, y).alpha() for x in range(24) for y in range(24))
