"""Short recipes over rows written on the spot; it knows no engine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from desktop.engine.recipe import RecipeSpec
from tests.support.training import write_rows

TRAINING = {"epochs": 1000, "max_steps": 6, "batch_size": 4, "max_length": 64, "threads": 1, "save_every": 2}


def write_pairs(file: Path, count: int = 24) -> Path:
    """Write ``count`` questions with a better and a worse answer."""
    rows = [
        {"prompt": f"What goes into loaf {n}?", "chosen": "Flour, please.", "rejected": "Stones and dust."}
        for n in range(count)
    ]
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return file


def two_stages(folder: Path, model: Path | str = "starter", **training: Any) -> RecipeSpec:
    """Return SFT, then DPO from its model; rows lie in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    chat, pairs = write_rows(folder / "chat.jsonl"), write_pairs(folder / "pairs.jsonl")
    settings = {**TRAINING, **training}
    method = {"id": "lora", "dropout": 0.1}
    return RecipeSpec.from_mapping({
        "name": "two",
        "title": "Two stages",
        "inputs": [
            {"id": "model", "title": "Model", "kind": "model", "model": str(model), "fills": ["sft"]},
            {"id": "chat", "title": "Chat", "kind": "chat", "data": [{"path": str(chat)}], "fills": ["sft"]},
            {"id": "pairs", "title": "Pairs", "kind": "preference", "data": [{"path": str(pairs)}], "fills": ["dpo"]},
        ],
        "stages": [
            {"id": "sft", "title": "First", "job": {"objective": "sft", "method": method, "training": settings}},
            {
                "id": "dpo",
                "title": "Second",
                "job": {"model": "stage:sft", "objective": "dpo", "method": method, "training": settings},
            },
        ],
    })  # fmt: skip
