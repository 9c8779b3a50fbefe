"""Bottleneck adapters as a tuner of PEFT; this file makes PEFT know it, and loads PEFT only when asked to."""

from __future__ import annotations

from typing import Any

NAME = "bottleneck"


def register() -> None:
    """Tell PEFT of the tuner; a second call does nothing."""
    from peft.mapping import PEFT_TYPE_TO_CONFIG_MAPPING
    from peft.utils import register_peft_method

    kind = peft_type()
    if kind in PEFT_TYPE_TO_CONFIG_MAPPING:
        return
    from desktop.engine.tuners.bottleneck.config import BottleneckConfig
    from desktop.engine.tuners.bottleneck.model import BottleneckModel

    register_peft_method(name=NAME, config_cls=BottleneckConfig, model_cls=BottleneckModel)


def peft_type() -> Any:
    """Return the tuner's entry in ``PeftType``, added where it is not there yet.

    WORKAROUND: ``register_peft_method`` refuses names that are not in the enumeration, and offers no way in. It can go
    when PEFT does (https://github.com/huggingface/peft, ``peft/utils/peft_types.py``).
    """
    from peft.utils import PeftType

    name = NAME.upper()
    kinds: Any = PeftType
    if name not in kinds.__members__:
        member = str.__new__(kinds, name)
        member._name_ = member._value_ = name
        setattr(kinds, name, member)
        kinds._member_map_[name] = kinds._value2member_map_[name] = member
        kinds._member_names_.append(name)
    return kinds[name]
