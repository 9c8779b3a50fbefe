"""LoRA over a checkpoint that came quantised (GPTQ, AWQ); this file holds what sets it apart from LoRA."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from desktop.engine.hardware import hardware
from desktop.engine.methods.base import Setting
from desktop.engine.methods.lora import Lora, LoraOptions
from desktop.engine.models.packed import EXTRA, NEEDS
from desktop.engine.options import Options, option


class GptqOptions(LoraOptions):
    """What can be chosen: all of LoRA, and the starts that need no exact weights."""

    initialisation: Literal["default", "gaussian"] = option(
        "default",
        label="Start",
        help="How the update's first matrix is drawn; the second starts at zero, so training starts at the base.",
        advanced=True,
    )


class Gptq(Lora):
    """LoRA over a base that was quantised before it came here."""

    id = "gptq"
    title = "LoRA over GPTQ"
    summary = "LoRA over a checkpoint that is already quantised: for models that are only to be had in four bits."
    explanation = (
        "Many models are handed out in four bits, quantised once with sample texts so that the rounding hurts least "
        "(GPTQ, AWQ). Such a base cannot be trained itself, but a LoRA update in full precision can learn beside it, "
        "as over any frozen base. Its kernels need a GPU and an extra package that Fettle does not bring along."
    )
    use_when = "You have a GPTQ or AWQ checkpoint, and its full-precision version is not to be had or does not fit."
    avoid_when = "The full-precision weights are at hand: QLoRA needs nothing extra and can be merged."
    paper = "Frantar et al. 2023, GPTQ: Accurate Post-Training Quantization, section 3 (LoRA: Hu et al. 2021)"
    pros = ("Trains over checkpoints as they are handed out", "A quarter of the memory", "Fast kernels on a GPU")
    cons = ("Needs an extra package and a GPU", "Cannot be merged", "Starts like PiSSA are not possible")
    row = "M15"
    order = 35
    options: ClassVar[type[Options]] = GptqOptions
    needs = NEEDS
    extra = EXTRA
    takes_packed = True

    def refusal(self, setting: Setting, options: Any) -> str | None:
        """Refuse a base that is not packed, one to be packed again, a machine without a GPU, and what LoRA refuses."""
        if setting.model is not None and not setting.model.packed:
            return (
                "LoRA over GPTQ needs a checkpoint that is already quantised, and this one is in full precision. "
                "Choose QLoRA, or the GPTQ version of the model."
            )
        if setting.quantization != "none":
            return (
                "This checkpoint is already quantised, so it cannot be quantised once more. "
                "Set the quantisation to none."
            )
        if setting.model is not None and not hardware().gpus:
            return (
                "The kernels of a GPTQ checkpoint need an NVIDIA GPU, and none answers on this machine. "
                "Choose QLoRA over the full-precision version of the model."
            )
        return super().refusal(setting, options)

    def merge_refusal(self, setting: Setting, options: Any) -> str | None:
        """Refuse: there are no exact weights to fold into."""
        return (
            "A GPTQ base has only its rounded weights, and an update folded into them would be rounded away. "
            "Export it as an adapter."
        )

    def build(self, model: Any, options: Any) -> Any:
        """Make the packed base ready to be trained over, and put the update beside its layers."""
        import peft

        ready: Any = peft.prepare_model_for_kbit_training
        return super().build(ready(model, use_gradient_checkpointing=False), options)
