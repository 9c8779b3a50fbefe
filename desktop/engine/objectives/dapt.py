"""Continued pre-training on a field's own text (DAPT): a model that can speak learns a field; all of it is here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.engine.objectives.packed import OVER_SOFT_PROMPTS, PackedTexts

if TYPE_CHECKING:
    from desktop.engine.methods.base import Method, Setting


class Dapt(PackedTexts):
    """Going on learning a language where a field's own texts speak it."""

    id = "dapt"
    title = "Continued pre-training (DAPT)"
    summary = "A model that can already speak reads your field's own text, and learns its words and facts."
    explanation = (
        "Plain text, no questions and answers: the model is corrected towards each next token of your documents, as "
        "in its first training, but starting from all it knows. Texts are laid end to end into rows of one length and "
        "do not see one another. It learns how your field speaks; it does not learn to answer, and may forget some of "
        "how to: supervised fine-tuning afterwards puts that right."
    )
    use_when = "You have documents of a field the model hardly knows, and want it to know them before it is tuned."
    avoid_when = "You have questions with answers: supervised fine-tuning teaches answering directly."
    paper = "Gururangan et al. 2020, Don't Stop Pretraining, section 3"
    row = "O2"
    order = 52
    # Every token carries loss here, not the answers alone, and the model is to keep what it knows.
    learning_rate_scale = 0.5

    def refusal(self, method: Method, setting: Setting) -> str | None:
        """Refuse soft prompts, which move the places by which texts are told apart."""
        if method.is_prompt:
            return OVER_SOFT_PROMPTS.format(objective=self.title, method=method.title)
        return super().refusal(method, setting)
