"""When to use which method: the goal is asked, the ranking and the table answer; the adviser decides both."""

from __future__ import annotations

import dataclasses

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.bridge.wizard_session import WizardSession
from desktop.engine.advise.base import GOALS
from desktop.engine.memory.sizes import share, size
from desktop.engine.methods import METHODS
from desktop.flow.wizard_methods import Offer, Reason
from desktop.flow.wizard_plan import about
from desktop.flow.wizard_which import SUGGESTED, rules
from desktop.views.components.button import Button
from desktop.views.components.card import Card
from desktop.views.components.fields import Combo
from desktop.views.components.label import Text
from desktop.views.components.segments import Segments
from desktop.views.components.table import Cell, Column, Table
from desktop.views.wizard.method_words import Lines

RANKING, TABLE = "ranking", "table"
_RANKED = (
    Column("", 44, number=True),
    Column("Method", 190),
    Column("What matters here"),
    Column("Trained", 84, number=True),
    Column("Memory", 84, number=True),
    Column("Time", 140, number=True),
)
_RULES = (
    Column("Method", 190),
    Column("Take it for"),
    Column("Rows", 190),
    Column("Models", 190),
    Column("Memory", 190),
)


class WhichDialog(QDialog):
    """The ranking for a goal with its reasons, or the table it rests on."""

    def __init__(self, session: WizardSession, parent: QWidget | None = None) -> None:
        """Show the ranking of the moment; it follows the wizard while it is open."""
        super().__init__(parent)
        self._session = session
        self.setWindowTitle("Which method?")
        self.setAccessibleName("Which method?")
        self.resize(1180, 680)
        self.goal = Combo([SUGGESTED, *(one.title for one in GOALS)])
        self.goal.setAccessibleName("What the tuned model is for")
        self._question = Text("", "body", "text2")
        self.view = Segments([(RANKING, "Ranked for you", ""), (TABLE, "When to use which", "")], "Shown")
        self.ranking = Table(_RANKED, name="Methods, best first", row_height=44)
        self.table = Table(_RULES, name="When to use which method", row_height=44)
        self._ranking_card, self._table_card = _framed(self.ranking), _framed(self.table)
        self._title = Text("", "section", wrap=False)
        self._reasons = Lines()
        self.take = Button("Use this method", "primary", "check")
        close = Button("Close")
        self._offers: list[Offer] = []
        self._lay_out(close)
        self.goal.activated.connect(self._set_goal)
        self.view.chosen.connect(self._show_view)
        self.ranking.row_selected.connect(self._show_reasons)
        self.table.row_selected.connect(self._show_rule)
        self.take.clicked.connect(self._take)
        close.clicked.connect(self.reject)
        session.changed.connect(self._refresh)
        self.finished.connect(lambda _result: session.changed.disconnect(self._refresh))
        self._fill_table()
        self._show_view(RANKING)
        self._refresh()
        self.ranking.setFocus(Qt.FocusReason.OtherFocusReason)

    def _lay_out(self, close: Button) -> None:
        asked = QHBoxLayout()
        asked.setSpacing(12)
        asked.addWidget(Text("It is for", "label", wrap=False))
        self.goal.setMinimumWidth(200)
        asked.addWidget(self.goal)
        asked.addWidget(self._question, 1)
        asked.addWidget(self.view)
        feet = QHBoxLayout()
        feet.setSpacing(8)
        feet.addStretch(1)
        feet.addWidget(close)
        feet.addWidget(self.take)
        self._why = Card(padding=16)
        self._why.body.setSpacing(8)
        self._why.body.addWidget(self._title)
        self._why.body.addWidget(self._reasons)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        column.addWidget(Text("Which method?", "title", wrap=False))
        column.addLayout(asked)
        column.addWidget(self._ranking_card, 1)
        column.addWidget(self._table_card, 1)
        column.addWidget(self._why)
        column.addLayout(feet)

    def _refresh(self) -> None:
        wizard = self._session.wizard
        goal = next((one for one in GOALS if one.id == wizard.answers.goal), None)
        self.goal.setCurrentIndex(GOALS.index(goal) + 1 if goal else 0)
        self._question.setText(goal.question if goal else "Taken from the data and the model. Say it yourself at left.")
        if wizard.offers == self._offers:
            return
        kept = self._chosen()
        self._offers = wizard.offers
        self.ranking.set_rows([_ranked(offer) for offer in self._offers])
        wanted = kept.id if kept else wizard.method.id
        place = next((row for row, offer in enumerate(self._offers) if offer.id == wanted), 0)
        self.ranking.selectRow(place)
        self._show_reasons(place)

    def _fill_table(self) -> None:
        self.table.set_rows(
            [
                [Cell(rule.title, strong=True), Cell(rule.goal), Cell(rule.data), Cell(rule.model), Cell(rule.memory)]
                for rule in rules()
            ]
        )

    def _chosen(self) -> Offer | None:
        place = self.ranking.currentIndex().row()
        return self._offers[place] if 0 <= place < len(self._offers) else None

    def _show_reasons(self, place: int) -> None:
        if 0 <= place < len(self._offers):
            offer = self._offers[place]
            self._title.setText(f"Why {offer.title} stands here")
            self._reasons.show_reasons(offer.reasons[:6])
            self.take.setEnabled(offer.usable)
            self.take.setText(f"Use {offer.title}")

    def _show_rule(self, place: int) -> None:
        """Show a row in full below the table, whose cells are cut where they are long."""
        found = rules()
        if 0 <= place < len(found):
            rule = found[place]
            self._title.setText(rule.title)
            told = (("For", rule.goal), ("Rows", rule.data), ("Models", rule.model), ("Memory", rule.memory))
            self._reasons.show_reasons([Reason("note", f"{head}: {words}.") for head, words in told])

    def _show_view(self, view: str) -> None:
        self._ranking_card.setVisible(view == RANKING)
        self.take.setVisible(view == RANKING)
        self._table_card.setVisible(view == TABLE)
        if view == TABLE:
            self.table.selectRow(max(0, self.table.currentIndex().row()))
            self._show_rule(self.table.currentIndex().row())
        else:
            self._show_reasons(self.ranking.currentIndex().row())

    def _set_goal(self, place: int) -> None:
        goal = GOALS[place - 1].id if place else ""
        self._session.answer(dataclasses.replace(self._session.wizard.answers, goal=goal))

    def _take(self) -> None:
        offer = self._chosen()
        if offer is not None:
            self._session.answer(self._session.wizard.answers.with_method(offer.id))
            self.accept()


def _framed(table: Table) -> Card:
    card = Card(padding=1)
    card.body.addWidget(table)
    card.cover_corners()
    return card


def _ranked(offer: Offer) -> list[Cell]:
    tone = "text" if offer.place else "text2"
    bad = offer.estimate is not None and offer.estimate.verdict == "too_big"
    return [
        Cell(str(offer.place) if offer.place else "", tone="accent" if offer.place == 1 else "text2"),
        Cell(offer.title, note=METHODS.get(offer.id).family, strong=True, tone=tone),
        Cell(f"{offer.line} {offer.cure}".strip() if offer.refusal else offer.line, tone=tone),
        Cell(share(offer.trainable, offer.total)),
        Cell(size(offer.estimate.total_mib) if offer.estimate else "", tone="bad" if bad else "text"),
        Cell(about(offer.seconds) if offer.seconds and offer.usable else ""),
    ]
