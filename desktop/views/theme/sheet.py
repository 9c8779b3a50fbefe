"""The one application style sheet, made from tokens; it knows Qt's own widgets and none of our classes."""

from __future__ import annotations

from string import Template

from desktop import paths
from desktop.views.theme.tokens import Tokens

# Never a rule for "*" with a font: it would beat setFont. Every rule has a selector: one without leaks into children.
_SHEET = Template(
    """
QToolTip { background: $surface; color: $text; border: 1px solid $line2; padding: ${p5}px ${p8}px; }
QMenu { background: $surface; color: $text; border: 1px solid $line2; padding: 4px; }
QMenu::item { padding: ${p6}px ${p20}px; border-radius: 4px; }
QMenu::item:selected { background: $accent_soft; color: $accent; }
QMenu::item:disabled { color: $disabled; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }

.QPushButton { background: $surface; color: $text; border: 1px solid $line2; border-radius: 6px;
  padding: 0 ${p14}px; min-height: ${p32}px; outline: none; font-weight: 500; }
.QPushButton:hover { background: $sunken; }
.QPushButton:pressed { background: $chip; }
.QPushButton:default { border: 1px solid $accent; color: $accent; }
.QPushButton:disabled { background: $sunken; color: $disabled; border-color: $line; }

QLineEdit, QAbstractSpinBox, QComboBox { background: $surface; color: $text; border: 1px solid $field;
  border-radius: 6px; padding: 0 ${p10}px; min-height: ${p32}px; outline: none;
  selection-background-color: $accent; selection-color: $on_accent; }
QLineEdit:focus, QAbstractSpinBox:focus, QComboBox:focus, QComboBox:on {
  border: 2px solid $accent; padding: 0 ${p9}px; min-height: ${p30}px; }
QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled {
  background: $sunken; color: $disabled; border-color: $line2; }
QLineEdit:read-only { background: $sunken; }
QLineEdit[invalid="true"], QAbstractSpinBox[invalid="true"], QComboBox[invalid="true"],
QPlainTextEdit[invalid="true"] { border-color: $bad; }
QLineEdit[compact="true"], QAbstractSpinBox[compact="true"], QComboBox[compact="true"] {
  min-height: ${p24}px; padding: 0 ${p8}px; }
QLineEdit[compact="true"]:focus, QAbstractSpinBox[compact="true"]:focus, QComboBox[compact="true"]:focus {
  min-height: ${p22}px; padding: 0 ${p7}px; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { width: 0; border: none; }
QAbstractSpinBox QLineEdit, QComboBox QLineEdit { border: none; padding: 0; min-height: 0; background: transparent; }
QAbstractSpinBox QLineEdit:focus, QComboBox QLineEdit:focus { border: none; padding: 0; min-height: 0; }
QAbstractSpinBox { padding: 0; min-height: ${p30}px; }
QAbstractSpinBox:focus { padding: 0; min-height: ${p28}px; }
QComboBox { padding-right: ${p26}px; }
QComboBox::drop-down { subcontrol-origin: border; subcontrol-position: center right; width: ${p28}px; border: none; }
QComboBox::down-arrow { image: url($chevron); width: ${p16}px; height: ${p16}px; }
QComboBox::down-arrow:disabled { image: none; }
QComboBox QAbstractItemView { background: $surface; color: $text; border: 1px solid $line2; padding: 4px; outline: none;
  selection-background-color: $accent_soft; selection-color: $accent; }
QComboBox QAbstractItemView::item { min-height: ${p28}px; padding: 0 ${p8}px; border-radius: 4px; }

QPlainTextEdit, QTextEdit { background: $surface; color: $text; border: 1px solid $field; border-radius: 6px;
  padding: ${p6}px ${p8}px; selection-background-color: $accent; selection-color: $on_accent; }
QPlainTextEdit:focus, QTextEdit:focus { border: 2px solid $accent; padding: ${p5}px ${p7}px; }
QPlainTextEdit:disabled, QTextEdit:disabled { background: $sunken; color: $disabled; border-color: $line2; }
QPlainTextEdit:read-only, QTextEdit:read-only { border: none; background: transparent; padding: 0; }
QTextBrowser { border: none; background: transparent; padding: 0; }
QTextBrowser:focus { border: none; padding: 0; }

QCheckBox, QRadioButton { color: $text; spacing: ${p8}px; outline: none; min-height: ${p22}px;
  background: transparent; }
QCheckBox:disabled, QRadioButton:disabled { color: $disabled; }
QCheckBox::indicator { width: ${p16}px; height: ${p16}px; border: 1px solid $field; border-radius: 4px;
  background: $surface; }
QCheckBox::indicator:hover { border-color: $accent; }
QCheckBox::indicator:checked { border-color: $accent; background: $accent; image: url($check); }
QCheckBox::indicator:indeterminate { border-color: $accent; background: $accent_line; }
QCheckBox::indicator:disabled { border-color: $line2; background: $sunken; }
QRadioButton::indicator { width: ${p16}px; height: ${p16}px; border: 1px solid $field; border-radius: ${p9}px;
  background: $surface; }
QRadioButton::indicator:hover { border-color: $accent; }
QRadioButton::indicator:checked { border: ${p5}px solid $accent; width: ${p8}px; height: ${p8}px; }
QRadioButton::indicator:disabled { border-color: $line2; }

QSlider { min-height: ${p22}px; background: transparent; }
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: $line2; }
QSlider::sub-page:horizontal { height: 4px; border-radius: 2px; background: $accent; }
QSlider::handle:horizontal { width: 14px; height: 12px; margin: -6px 0; border: 2px solid $accent; border-radius: 8px;
  background: $surface; }
QSlider::handle:horizontal:hover { background: $accent_soft; }
QSlider::sub-page:horizontal:disabled { background: $line2; }
QSlider::handle:horizontal:disabled { border-color: $line2; }

QProgressBar { background: $line; border: none; border-radius: 3px; max-height: 6px; text-align: center; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }

QScrollArea, QAbstractScrollArea#plain { background: transparent; border: none; }
QScrollBar:vertical { width: 10px; background: transparent; margin: 0; }
QScrollBar:horizontal { height: 10px; background: transparent; margin: 0; }
QScrollBar::handle { background: $line2; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: $field; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {
  background: transparent; border: none; width: 0; height: 0; }

QTableView, QListView, QTreeView { background: $surface; color: $text; border: none; outline: none;
  gridline-color: $line; selection-background-color: $accent_soft; selection-color: $text;
  alternate-background-color: $surface; }
QTableView::item { border: none; border-bottom: 1px solid $line; padding: 0 ${p12}px; }
QTableView::item:selected, QListView::item:selected { background: $accent_soft; color: $text; }
QHeaderView { background: $sunken; border: none; }
QHeaderView::section { background: $sunken; color: $text2; border: none; border-bottom: 1px solid $line;
  padding: 0 ${p12}px; min-height: ${p34}px; font-weight: 500; }
QHeaderView[indent="16"]::section { padding: 0 ${p16}px; }
QHeaderView[indent="20"]::section { padding: 0 ${p20}px; }
QTableCornerButton::section { background: $sunken; border: none; }

QSplitter::handle { background: $line; }
QDialog, QMessageBox { background: $window; }
QGroupBox { border: none; }
QFrame[frameShape="4"], QFrame[frameShape="5"] { color: $line; }
"""
)


def sheet(tokens: Tokens, scale: float) -> str:
    """Return the sheet for ``tokens``; every height that holds text is multiplied by ``scale``."""
    folder = (paths.resources() / "icons" / "themed").as_posix()
    sizes = {f"p{pixels}": str(round(pixels * scale)) for pixels in range(1, 45)}
    colours = {name: value for name, value in vars(tokens).items() if isinstance(value, str)}
    images = {"check": f"{folder}/check-{tokens.name}.svg", "chevron": f"{folder}/chevron-{tokens.name}.svg"}
    return _SHEET.substitute(sizes | colours | images)
