"""Loads tokenizers and models from local folders, offline and without running anything that came with them.

It knows how to put base and adapters together; it knows nothing of training.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop.engine.data.rendering.templates import is_template_text, own_template, template_named, trusted
from desktop.engine.errors import RequestError, UserError
from desktop.engine.models.facts import facts_of
from desktop.engine.models.heads import HEAD_PARTS, Head, head_arguments, head_of, head_of_folder, keep_exact, settle
from desktop.engine.models.library import ModelRef, read_lineage
from desktop.engine.models.merge import made_by, refuse_merge
from desktop.engine.models.packed import refuse_without_kernels
from desktop.engine.quantization import load_config

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedTokenizerBase

_HEADS = ("cls.", "lm_head.", "generator_")


@dataclass(frozen=True)
class ForChat:
    """A model ready to talk, base and tuned in one set of weights.

    Attributes:
        model: the plain model, or a ``PeftModel`` whose adapter can be switched off to get the base.
        tokenizer: of the tuned model; pads on the left.
        has_adapter: whether there is an adapter to switch.
        device: where it lives.
    """

    model: Any
    tokenizer: PreTrainedTokenizerBase
    has_adapter: bool
    device: str


def load_tokenizer(ref: ModelRef, template: str = "") -> PreTrainedTokenizerBase:
    """Return the tokenizer that belongs to a model; it always can pad.

    ``template`` is the chat template it carries from here on: a name of ours or a text, empty for the model's own. One
    that did not come with the program has been tried out in a child, so that it may be rendered in this process.
    """
    from transformers import AutoTokenizer

    folder = ref.tokenizer_folder
    if not any((folder / name).is_file() for name in ("tokenizer.json", "tokenizer.model", "vocab.json", "vocab.txt")):
        raise RequestError(
            "no_tokenizer",
            f"{folder.name} has no tokenizer (tokenizer.json).",
            "Copy or download the whole model folder.",
        )
    try:
        tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except (OSError, ValueError, KeyError, TypeError, ImportError) as error:
        raise RequestError(
            "bad_tokenizer", f"The tokenizer in {folder.name} cannot be read.", "Copy or download the model again."
        ) from error
    if tokenizer.pad_token_id is None:
        # Padding is masked out everywhere, so any token of the vocabulary will do; adding one would grow the model.
        tokenizer.pad_token = tokenizer.eos_token or tokenizer.unk_token or tokenizer.convert_ids_to_tokens(0)
    if template.strip():
        tokenizer.chat_template = template if is_template_text(template) else template_named(template.strip())
    own = own_template(tokenizer)
    if own is not None and not trusted(own):
        from desktop.engine.data.rendering.template_trial import vet

        vet(own, tokenizer.special_tokens_map)
    return tokenizer  # type: ignore[no-any-return]


def load_model(
    ref: ModelRef,
    *,
    quantization: str = "none",
    dtype: torch.dtype | None = None,
    device: str = "cpu",
    kind: str = "causal",
    double_quantization: bool = True,
    head: Head | None = None,
) -> Any:
    """Return the whole model, its adapters folded in, ready to be trained further.

    ``dtype`` is fp32 unless said otherwise: left to itself the library keeps whatever the checkpoint was stored in.
    With ``head`` it ends in that instead of words; its weights are random unless the model had that very head.
    """
    if ref.adapters and quantization != "none":
        raise RequestError(
            "adapter_over_quantized",
            f"{ref.title} is an adapter, and an adapter cannot be folded into a quantised base.",
            "Set the quantisation to none, or start from the merged model.",
        )
    refuse_merge(ref)
    kept = head is not None and head == head_of(ref)
    base = _Base(ref.folder, kind, head, whole=kept and ref.adapter is None)
    model = _load_base(base, quantization, dtype, device, double_quantization)
    for adapter in ref.adapters:
        model = _folded(model, adapter)
    if head is not None:
        settle(model, ref, load_tokenizer(ref).pad_token_id, kept=kept)
    return model


def fresh_model(ref: ModelRef, device: str, kind: str) -> Any:
    """Return a model of the same shape with random weights, drawn from torch's own generator."""
    import torch
    import transformers

    facts_of(ref.folder)
    config = transformers.AutoConfig.from_pretrained(ref.folder, local_files_only=True, trust_remote_code=False)
    return _class_of(kind).from_config(config, dtype=torch.float32, trust_remote_code=False).to(device)


def load_for_chat(ref: ModelRef, *, device: str | None = None, quantization: str | None = None) -> ForChat:
    """Load a model once, with its adapter switchable; the base is stored as it was in training unless told."""
    import torch

    head = head_of(ref)
    if head is not None:
        gives = "labels to texts" if head.kind == "classification" else "a reward to answers"
        raise RequestError(
            "not_for_chat",
            f"{ref.title} gives {gives} and cannot speak.",
            "Use it with `fettle predict`, or in the panel that tries a model out.",
        )
    chosen = device or ("cuda" if torch.cuda.is_available() else "cpu")
    dtype = torch.bfloat16 if chosen == "cuda" and torch.cuda.is_bf16_supported() else torch.float32
    model = load_tuned(ref, device=chosen, quantization=quantization, dtype=dtype)
    tokenizer: Any = load_tokenizer(ref)
    tokenizer.padding_side = "left"
    return ForChat(model, tokenizer, ref.adapter is not None, chosen)


def load_tuned(
    ref: ModelRef,
    *,
    device: str = "cpu",
    quantization: str | None = None,
    dtype: torch.dtype | None = None,
    kind: str = "causal",
) -> Any:
    """Return a model that only answers, its newest adapter switchable; the base is stored as in training unless told.

    Older adapters below are folded in: they were part of the base when the newest was trained. It ends in its head,
    where it was tuned to have one.
    """
    lineage = read_lineage(ref.adapter or ref.folder)
    stored = quantization or str(lineage.get("quantization", "none"))
    made = made_by(lineage)
    double = made[0].double_quantization(made[1]) if made else True
    base = replace(ref, adapter=None)
    refuse_merge(base)
    head = head_of(ref)
    whole = _Base(ref.folder, kind, head, whole=ref.adapter is None)
    model = _load_base(whole, "none" if ref.below else stored, dtype, device, double)
    for adapter in base.adapters:
        model = _folded(model, adapter)
    if ref.adapter is not None:
        model = _with_adapter(model, ref.adapter)
        if made is not None:
            made[0].loaded(model)
    if head is not None:
        settle(model, ref, load_tokenizer(ref).pad_token_id, kept=True)
    return model.eval()


@dataclass(frozen=True)
class _Base:
    """Full weights, and what they are loaded as.

    Attributes:
        folder: where they are.
        kind: ``causal``, ``masked`` or ``seq2seq``.
        head: what the model is to end in instead of words.
        whole: whether the weights of that head are among them; else they are drawn at random or come later.
    """

    folder: Path
    kind: str
    head: Head | None
    whole: bool


def _load_base(base: _Base, quantization: str, dtype: torch.dtype | None, device: str, double: bool) -> Any:
    import torch

    folder, kind, head = base.folder, base.kind, base.head
    facts = facts_of(folder)  # refuses code, pickles, indexes that point outside, truncated files: before any load
    if facts.kind != kind:
        raise RequestError(
            "wrong_kind",
            f"{folder.name} is a {facts.kind} model, and a {kind} model is needed.",
            "Choose another model.",
        )
    if facts.packed:
        refuse_without_kernels(folder)
    wanted = dtype or torch.float32
    arguments: dict[str, Any] = {"dtype": wanted, "local_files_only": True, "use_safetensors": True}
    config = load_config(quantization, wanted, double=double, exact=HEAD_PARTS if head else ())
    if config is not None:
        arguments |= {"quantization_config": config}
    if config is not None or facts.packed:
        arguments |= {"device_map": {"": device}}
    if head is not None:
        arguments |= head_arguments(head)
    try:
        model, report = _class_of(kind, head).from_pretrained(
            folder, trust_remote_code=False, output_loading_info=True, **arguments
        )
    except (OSError, ValueError, RuntimeError, KeyError, AttributeError) as error:
        if isinstance(error, torch.OutOfMemoryError):
            raise
        raise UserError(
            "cannot_load",
            f"{folder.name} could not be loaded: {_first_line(error)}",
            "The files may be damaged or of another version: copy or download the model again.",
        ) from error
    _refuse_incomplete(base, report)
    if head is not None:
        keep_exact(model)
    return model if "device_map" in arguments else model.to(device)


def _refuse_incomplete(base: _Base, report: dict[str, Any]) -> None:
    """Refuse what the library only warns of: weights the files lack are drawn at random, and the model babbles.

    The word head of an encoder saved without one may be missing, and a head of labels or a reward: they are there to
    be trained.
    """
    folder = base.folder
    free: tuple[str, ...] = () if base.kind == "causal" else _HEADS
    if base.head is not None:
        free = () if base.whole else HEAD_PARTS
    missing = sorted(name for name in report.get("missing_keys", ()) if not name.startswith(free))
    if missing and missing[0].startswith(_HEADS) and base.head is None and head_of_folder(folder) is not None:
        raise RequestError(
            "no_word_head",
            f"{folder.name} was made to give labels or a reward, and the layer that makes words was left behind.",
            "Start from the model it was made from.",
        )
    if missing:
        raise RequestError(
            "incomplete_model",
            f"{folder.name} lacks {len(missing)} of its weights, {missing[0]} among them: config and files do not "
            "belong together.",
            "Copy or download the whole model again.",
        )


def _class_of(kind: str, head: Head | None = None) -> Any:
    import transformers

    if head is not None:
        return transformers.AutoModelForSequenceClassification
    return {
        "causal": transformers.AutoModelForCausalLM,
        "masked": transformers.AutoModelForMaskedLM,
        "seq2seq": transformers.AutoModelForSeq2SeqLM,
    }[kind]


def _folded(model: Any, adapter: Path) -> Any:
    return _with_adapter(model, adapter).merge_and_unload()


def _with_adapter(model: Any, adapter: Path) -> Any:
    from peft import PeftModel

    from desktop.engine import tuners

    tuners.register()
    config = None
    if not model.can_generate():
        from peft import PeftConfig

        # An adapter learned where the model made words folds into one that ends in a head: the same layers are there.
        config = PeftConfig.from_pretrained(str(adapter))
        config.task_type = None
    return PeftModel.from_pretrained(model, adapter, is_trainable=False, config=config)


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
