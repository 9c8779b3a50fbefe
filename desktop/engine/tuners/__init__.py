"""Adapters PEFT does not have, built in PEFT's own shapes; this file knows only which there are, and loads none."""

from desktop.engine.tuners.bottleneck import register as _register_bottleneck


def register() -> None:
    """Make PEFT know our adapters, so that it builds, saves and loads them like its own; any number of times."""
    _register_bottleneck()
