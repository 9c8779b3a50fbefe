"""The models of a comparison, loaded once: base and tuned share one set of weights wherever the tuned is an adapter.

It knows how to run either of them, and nothing of sampling or text.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from desktop.engine.errors import RequestError
from desktop.engine.generate.proof import Proof, fingerprint
from desktop.engine.generate.switch import AdapterSwitch, virtual_tokens
from desktop.engine.generate.tasks import Tasks, tasks_of
from desktop.engine.generate.text import end_tokens
from desktop.engine.models.heads import head_of
from desktop.engine.models.library import ModelRef, read_lineage, resolve
from desktop.engine.models.load import ForChat, load_for_chat

if TYPE_CHECKING:
    import torch

Name = Literal["base", "tuned"]
BASE: Name = "base"
TUNED: Name = "tuned"


@dataclass(frozen=True)
class Contender:
    """One model that answers.

    Attributes:
        name: ``base`` or ``tuned``.
        title: what people read.
        loaded: model and tokenizer; two contenders may share them.
        adapter: whether the adapter is on; ``None`` where there is none to switch.
        switch: turns the adapter off for one forward; ``None`` where it stays as it is.
        proof: fingerprints of what it is made of.
        ends: tokens that end an answer.
        context: longest conversation in tokens, ``None`` where the model has no limit.
    """

    name: Name
    title: str
    loaded: ForChat
    adapter: bool | None
    proof: Proof
    ends: frozenset[int]
    context: int | None
    switch: AdapterSwitch | None = None

    def forward(self, ids: list[int], cache: Any = None) -> tuple[torch.Tensor, Any]:
        """Run the model over ``ids`` behind what ``cache`` holds; return the logits of each and the new cache."""
        import torch

        model = self.loaded.model
        # Off is a state of the shared layers, so it holds for one forward only: contenders take turns.
        with torch.no_grad(), self.switch.off() if self.switch else contextlib.nullcontext():
            given = torch.tensor([ids], device=self.loaded.device)
            if cache is not None and self.adapter and virtual_tokens(model):
                # A soft prompt is put in front of every forward; it is in the cache already, so the base goes on.
                model = model.get_base_model()
            out = model(input_ids=given, past_key_values=cache, use_cache=True)
        # Methods that put soft prompts in front have more rows than tokens.
        return out.logits[0, -len(ids) :], out.past_key_values


@dataclass(frozen=True)
class Contenders:
    """Who can be asked.

    Attributes:
        ref: what was asked for.
        title: its title.
        members: by name, the base first.
        comparable: whether base and tuned read the same tokens, so that their likelihoods can be compared.
        tasks: what the tuned one tells apart.
    """

    ref: str
    title: str
    members: dict[str, Contender]
    comparable: bool = False
    tasks: Tasks = field(default_factory=Tasks)

    def get(self, name: str) -> Contender:
        """Return one of them; raise :class:`RequestError` where there is none of that name."""
        if name not in self.members:
            known = ", ".join(self.members)
            raise RequestError(
                "no_contender", f"{self.title} has no contender called {name!r}.", f"There are: {known}."
            )
        return self.members[name]


def load_contenders(ref: str, *, tell: Callable[[str], None] = lambda _: None) -> Contenders:
    """Load the model ``ref`` names together with what it was tuned from; ``tell`` hears what is being done.

    A run of ours gives base and tuned; any other model is alone, and is then the base.
    """
    found = resolve(ref)
    tell(f"Loading {found.title}")
    loaded = load_for_chat(found)
    tell("Taking fingerprints")
    weights = Proof(found.folder.name, fingerprint(found.folder), tuple(fingerprint(path) for path in found.below))
    if found.adapter is not None:
        whole = Proof(weights.model, weights.weights, (*weights.adapters, fingerprint(found.adapter)))
        members = [
            _contender(BASE, _base_title(found), loaded, False, weights),
            _contender(TUNED, found.title, loaded, True, whole),
        ]
        by_name: dict[str, Contender] = {member.name: member for member in members}
        return Contenders(ref, found.title, by_name, comparable=True, tasks=tasks_of(found, loaded.model))
    base = _base_of_full(found)
    if base is None:
        return Contenders(ref, found.title, {BASE: _contender(BASE, found.title, loaded, None, weights)})
    tell(f"Loading {base.title}")
    below = Proof(base.folder.name, fingerprint(base.folder), tuple(fingerprint(path) for path in base.adapters))
    other = load_for_chat(base)
    members = [
        _contender(BASE, base.title, other, True if other.has_adapter else None, below),
        _contender(TUNED, found.title, loaded, None, weights),
    ]
    same = other.tokenizer.get_vocab() == loaded.tokenizer.get_vocab()
    return Contenders(ref, found.title, {member.name: member for member in members}, comparable=same)


def _base_of_full(found: ModelRef) -> ModelRef | None:
    """Return what a fully fine-tuned model was tuned from, if that is still here."""
    base = read_lineage(found.folder).get("base")
    if not isinstance(base, str) or not base:
        return None
    try:
        ref = resolve(base)
        return None if head_of(ref) else ref  # what gives labels cannot be talked to
    except RequestError:
        return None


def _base_title(found: ModelRef) -> str:
    base = read_lineage(found.adapter).get("base") if found.adapter is not None else None
    try:
        return resolve(base).title if isinstance(base, str) and base else found.folder.name
    except RequestError:
        return found.folder.name


def _contender(name: Name, title: str, loaded: ForChat, adapter: bool | None, proof: Proof) -> Contender:
    config = loaded.model.config
    context = getattr(config, "max_position_embeddings", None) or getattr(config, "n_positions", None)
    configured = getattr(getattr(loaded.model, "generation_config", None), "eos_token_id", None)
    ends = end_tokens(loaded.tokenizer, configured)
    switch = AdapterSwitch(loaded.model) if adapter is False else None
    room = context - (virtual_tokens(loaded.model) if adapter else 0) if isinstance(context, int) else None
    return Contender(name, title, loaded, adapter, proof, ends, room, switch)
