"""The operations of the chat page: load a model with its base, let both answer, let go; they know no screen."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

from pydantic import Field

from desktop.engine.generate.contenders import Contenders, load_contenders
from desktop.engine.generate.sampling import Sampling
from desktop.engine.models.library import resolve
from desktop.engine.options import Options
from desktop.engine.workbench.base import Operation, Reply

SLOT = "contenders"


class Talk(Options):
    """What the chat operation is asked.

    Attributes:
        ref: the model, as a job names it.
        messages: for each contender its own conversation, ending with what the user says: the questions are shared,
            each answers on from its own earlier answers.
        sampling: the settings.
        differences: whether to compare the likelihoods of the tuned answer.
        task: what the tuned model answers as, where it tells several apart; empty is the first.
    """

    ref: str
    messages: dict[str, list[dict[str, str]]] = Field(min_length=1)
    sampling: Sampling = Sampling()
    differences: bool = True
    task: str = ""


class Ref(Options):
    """A model, as a job names it."""

    ref: str


class ChatLoad(Operation):
    """Loads a model and what it was tuned from; streams what is being done."""

    id: ClassVar[str] = "chat_load"
    title: ClassVar[str] = "Loading the model"
    summary: ClassVar[str] = "Loads a model together with its base and says who can be asked."

    def run(self, params: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """Return the contenders with their proofs."""
        return described(loaded(Ref.model_validate(params).ref, reply))


class ChatUnload(Operation):
    """Gives the memory of the loaded model back."""

    id: ClassVar[str] = "chat_unload"
    title: ClassVar[str] = "Letting the model go"
    summary: ClassVar[str] = "Frees the memory the chat holds."

    def run(self, params: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """Return whether there was a model."""
        return {"unloaded": reply.kept.drop(SLOT)}


class Chat(Operation):
    """Streams the answers of all contenders, then returns them whole."""

    id: ClassVar[str] = "chat"
    title: ClassVar[str] = "Chatting"
    summary: ClassVar[str] = "Base and tuned answer the same question with the same settings."

    def run(self, params: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """Return ``answers``; a cancelled one returns what there is so far."""
        from desktop.engine.generate.compare import Piece, compare

        talk = Talk.model_validate(params)
        contenders = loaded(talk.ref, reply)
        contenders.tasks.speak_as(talk.task)
        answers = []
        for item in compare(
            contenders,
            talk.messages,
            talk.sampling,
            lambda: not reply.cancelled,
            differences=talk.differences,
        ):
            if isinstance(item, Piece):
                reply.stream({"contender": item.contender, "text": item.text})
            else:
                answers.append(item.as_dict())
        return {"answers": answers}


def loaded(ref: str, reply: Reply) -> Contenders:
    """Return the contenders of ``ref``, loaded unless the last request had the same."""
    found = resolve(ref)
    # A run that was resumed, or a folder replaced by a newer download, is another model under the same name.
    folder = found.adapter or found.folder
    changed = [(file.name, file.stat().st_mtime_ns) for file in sorted(folder.glob("*.safetensors"))]

    def load() -> Contenders:
        contenders = load_contenders(ref, tell=lambda what: reply.stream({"doing": what}))
        reply.check()
        return contenders

    return reply.kept.hold(SLOT, (ref, str(folder), tuple(changed)), load)


def described(contenders: Contenders) -> dict[str, Any]:
    """Return who can be asked, as plain data."""
    return {
        "ref": contenders.ref,
        "title": contenders.title,
        "tasks": list(contenders.tasks.names),
        "contenders": [
            {
                "name": member.name,
                "title": member.title,
                "adapter": bool(member.adapter),
                "proof": dataclasses.asdict(member.proof),
                "context": member.context,
                "device": member.loaded.device,
            }
            for member in contenders.members.values()
        ],
    }
