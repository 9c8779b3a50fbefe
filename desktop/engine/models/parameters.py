"""The names and shapes of the parameters a loaded model will have, told from its files' headers; it loads nothing."""

from __future__ import annotations

import re

from desktop.engine.models.headers import TensorHeader

# What the library puts in front of everything below the head. A checkpoint saved without its head lacks it.
_TRUNKS = {
    "gpt2": "transformer", "gpt_bigcode": "transformer", "gptj": "transformer", "gpt_neo": "transformer",
    "codegen": "transformer", "falcon": "transformer", "bloom": "transformer", "mpt": "transformer",
    "gpt_neox": "gpt_neox", "bert": "bert", "roberta": "roberta", "camembert": "roberta", "xlm-roberta": "roberta",
    "distilbert": "distilbert", "electra": "electra", "albert": "albert", "deberta-v2": "deberta", "mpnet": "mpnet",
    "t5": "", "mt5": "", "umt5": "", "longt5": "",
}  # fmt: skip
_HEAD = re.compile(r"^((lm_head|embed_out|cls|generator_\w+|vocab_\w+|predictions|head)\.|decoder\.(weight|bias)$)")
# Parts of encoders that predict whether two sentences follow each other, for which the masked-language model has no
# place, and a row of constants of BART that never learns.
_LEFT_OUT = re.compile(r"(^|\.)(pooler|seq_relationship)\.|^final_logits_bias$")
_OLD_NAMES = {"gamma": "weight", "beta": "bias"}


def parameters_of(tensors: dict[str, TensorHeader], architecture: str) -> dict[str, tuple[int, ...]]:
    """Return name -> shape, named as the loaded model names them; tied ones once."""
    found = {_named(name, architecture): tensor.shape for name, tensor in tensors.items() if not _LEFT_OUT.search(name)}
    # One bias under two names: the head keeps it, and its last layer looks at it.
    if "cls.predictions.bias" in found:
        found.pop("cls.predictions.decoder.bias", None)
    if "lm_head.bias" in found:
        found.pop("lm_head.decoder.bias", None)
    shared = next((name for name in found if name.endswith("shared.weight")), None)
    if shared is not None:
        for stack in ("encoder", "decoder"):
            found.pop(f"{shared.removesuffix('shared.weight')}{stack}.embed_tokens.weight", None)
    return found


def _named(name: str, architecture: str) -> str:
    stem, _, last = name.rpartition(".")
    if last in _OLD_NAMES:
        name = f"{stem}.{_OLD_NAMES[last]}"
    trunk = _TRUNKS.get(architecture, "model")
    if not trunk or name.startswith(f"{trunk}.") or _HEAD.match(name):
        return name
    return f"{trunk}.{name}"
