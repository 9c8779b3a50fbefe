"""The predict operation: a tuned model that is no chat answers texts; it stays loaded for the next request."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from desktop.engine.generate.predict import PredictOptions, Predictor
from desktop.engine.models.library import resolve
from desktop.engine.options import Options
from desktop.engine.workbench.base import Operation, Reply
from desktop.engine.workbench.subjects import fingerprint

SLOTS = ("predictor", "beside")


class PredictParams(Options):
    """What is asked.

    Attributes:
        model: the model, as a job names it.
        texts: what to label, to turn into another text, or, of a reward model, the answers to rate; none to only load.
        options: how.
        slot: where the model is kept: one and another beside it can be loaded at once, to be compared.
    """

    model: str
    texts: tuple[str, ...] = ()
    options: PredictOptions = PredictOptions()
    slot: Literal["predictor", "beside"] = "predictor"


class Predict(Operation):
    """Labels, rewrites or rates texts; each answer is streamed as it comes."""

    id: ClassVar[str] = "predict"
    title: ClassVar[str] = "Answering the texts"
    summary: ClassVar[str] = "A classifier's labels, an encoder-decoder's targets or a reward model's numbers."

    def run(self, params: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """Return ``kind`` (``classification``, ``seq2seq``, ``reward``), ``title`` and ``answers``, one for each text.

        Pieces ``{"doing": what}`` and ``{"answer": ...}`` come ahead; a cancelled request returns what there is so far.
        """
        asked = PredictParams.model_validate(params)
        found = resolve(asked.model)
        folder = found.adapter or found.folder
        # A run that was resumed, or a folder that was replaced, is another model under the same name.
        files = tuple(fingerprint(file) for file in sorted(folder.glob("*.safetensors")))

        def load() -> Predictor:
            reply.stream({"doing": f"Loading {found.title}"})
            return Predictor.load(asked.model)

        predictor = reply.kept.hold(asked.slot, (asked.model, files), load)
        answers = []
        for answer in predictor.predict(asked.texts, asked.options, lambda: not reply.cancelled):
            reply.stream({"answer": answer})
            answers.append(answer)
        return {"kind": predictor.kind, "title": predictor.title, "answers": answers}


class PredictUnload(Operation):
    """Gives the memory of the loaded models back."""

    id: ClassVar[str] = "predict_unload"
    title: ClassVar[str] = "Letting the model go"
    summary: ClassVar[str] = "Frees the memory the predictions hold."

    def run(self, params: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """Return whether there was a model."""
        gone = [reply.kept.drop(slot) for slot in SLOTS]
        return {"unloaded": any(gone)}
