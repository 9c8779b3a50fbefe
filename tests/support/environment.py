"""The environment every test runs in, set before anything is imported; it imports nothing itself."""

from __future__ import annotations

import os

# No screen, no network, no oversubscribed cores: the same on every machine. The offscreen platform may be replaced
# by whoever wants to watch (QT_QPA_PLATFORM=xcb pytest ...); the rest may not.
_DEFAULTS = {"QT_QPA_PLATFORM": "offscreen", "OMP_NUM_THREADS": "1"}
_FIXED = {
    "HF_HUB_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "OMP_WAIT_POLICY": "PASSIVE",
    "GOMP_SPINCOUNT": "0",
    "PYTHONUTF8": "1",
}


def prepare() -> None:
    """Set the variables above for this process and its children."""
    for name, value in _DEFAULTS.items():
        os.environ.setdefault(name, value)
    os.environ.update(_FIXED)
