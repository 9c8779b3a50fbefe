"""Makes run folders that look finished, with a random adapter or random full weights; nothing is trained."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

LINEAGE = "fettle.json"


def adapter_run(runs: Path, base: Path, name: str = "2026-11-20-bakery") -> str:
    """Write a run whose result is a LoRA adapter that changes every answer; return its model reference."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    model: Any = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    with torch.random.fork_rng():
        torch.manual_seed(11)
        tuned = get_peft_model(
            model, LoraConfig(r=4, lora_alpha=8, target_modules="all-linear", init_lora_weights=False)
        )
    folder = _folder(runs, name)
    tuned.save_pretrained(folder)
    for file in ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja"):
        shutil.copy(base / file, folder / file)
    return _ref(folder, base, name, "lora")


def full_run(runs: Path, base: Path, name: str = "2026-11-20-bakery-full") -> str:
    """Write a run whose result is a whole model, a little off its base; return its model reference."""
    import torch
    from transformers import AutoModelForCausalLM

    model: Any = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(12)
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.05)
    folder = _folder(runs, name)
    model.save_pretrained(folder)
    for file in ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja"):
        shutil.copy(base / file, folder / file)
    return _ref(folder, base, name, "full")


def _folder(runs: Path, name: str) -> Path:
    folder = runs / name / "model"
    folder.mkdir(parents=True)
    (runs / name / "job.yaml").write_text(f"name: {name}\n", encoding="utf-8")
    return folder


def _ref(folder: Path, base: Path, name: str, method: str) -> str:
    lineage = {
        "name": name,
        "run": name,
        "base": str(base),
        "base_folder": str(base),
        "method": method,
        "objective": "sft",
        "quantization": "none",
        "metrics": {"before": {"loss": 3.0}, "after": {"loss": 0.5}},
    }
    (folder / LINEAGE).write_text(json.dumps(lineage), encoding="utf-8")
    return f"run:{name}"
