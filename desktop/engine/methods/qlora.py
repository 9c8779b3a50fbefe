"""QLoRA: LoRA over a base kept in four bits; this file holds what sets it apart from LoRA."""

from __future__ import annotations

from typing import Any, ClassVar

from desktop.engine.methods.base import Setting
from desktop.engine.methods.lora import Lora, LoraOptions
from desktop.engine.options import Options, option


class QloraOptions(LoraOptions):
    """What can be chosen about QLoRA: all of LoRA, and how the base is packed."""

    double_quantization: bool = option(
        True,
        label="Double quantisation",
        help="Packs the scales of the 4-bit weights too: saves another 0.4 bits a weight.",
        advanced=True,
    )


class Qlora(Lora):
    """LoRA over a 4-bit base."""

    id = "qlora"
    title = "QLoRA"
    summary = "LoRA over a base packed into four bits: a model four times larger fits, a little slower."
    explanation = (
        "As LoRA, but the frozen base is kept in four bits a weight (NF4, made for weights that are normally "
        "distributed) and unpacked layer by layer as it is used. The update itself is trained in full precision. "
        "A 7-billion model takes about 5 GB instead of 15."
    )
    use_when = "The model does not fit otherwise."
    avoid_when = "It fits with plain LoRA: unpacking costs a fifth to a half of the speed, and most on a CPU."
    paper = "Dettmers et al. 2023, QLoRA: Efficient Finetuning of Quantized LLMs, section 3"
    pros = ("A model four times larger fits", "Files as small as LoRA's", "Nearly LoRA's quality")
    cons = ("A fifth to a half slower", "The base is rounded", "Slowest on a processor")
    row = "M5"
    order = 30
    options: ClassVar[type[Options]] = QloraOptions

    def refusal(self, setting: Setting, options: Any) -> str | None:
        """Refuse a base that is not in four bits, and what LoRA refuses."""
        if setting.quantization not in ("nf4", "fp4"):
            asked = "8 bits" if setting.quantization == "8bit" else "full precision"
            return (
                f"QLoRA trains over a 4-bit base, and this job keeps the base in {asked}. "
                "Set the quantisation to nf4, or choose LoRA."
            )
        return super().refusal(setting, options)

    def double_quantization(self, options: Any) -> bool:
        """Follow the option."""
        return bool(options.double_quantization)
