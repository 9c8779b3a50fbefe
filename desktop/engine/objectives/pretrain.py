"""Pre-training: a model with random weights learns a language from raw text; all that is known of it is here."""

from __future__ import annotations

from desktop.engine.objectives.packed import PackedTexts


class Pretrain(PackedTexts):
    """Learning a language from nothing but text."""

    id = "pretrain"
    title = "Pre-training"
    summary = "Starts from random weights and learns to continue your text, word by word."
    explanation = (
        "The texts are laid end to end, cut into rows of one length, and the model is corrected towards each next "
        "token. It starts knowing nothing, so it needs much text and time; the model chosen only lends its shape and "
        "its tokenizer. To teach a model that can already speak about your field, train on from its weights instead."
    )
    use_when = "You have much text and want a small model of your own, with a tokenizer of your own."
    avoid_when = (
        "You have less than some million words: a model that can already speak learns your field from far less."
    )
    paper = "Radford et al. 2018, Improving language understanding by generative pre-training, section 3.1"
    row = "O5"
    order = 50
    from_scratch = True
