"""Findings as the workbench and the library would report them, to walk the wizard with."""

from __future__ import annotations

import dataclasses
from typing import Any

from desktop.engine.errors import UserError
from desktop.engine.hardware import Gpu, Hardware
from desktop.engine.methods.base import ModelFacts
from desktop.flow.wizard_findings import DataFound, LengthsFound, ModelFound

LAPTOP = Hardware("A processor", 4, 16_384, 8_192, (), 100_000, "Linux")
WORKSTATION = Hardware(
    "A processor", 16, 65_536, 60_000, (Gpu("RTX 4070", 12_282, 11_162, True),), 500_000, "Linux"
)  # fmt: skip


def facts(
    *,
    hidden: int = 256,
    layers: int = 4,
    heads: int = 4,
    kv_heads: int = 2,
    intermediate: int = 688,
    vocabulary: int = 3072,
    context: int = 512,
    kind: str = "causal",
) -> ModelFacts:
    """Return the facts of a Llama with tied embeddings; as they stand, of one like the starter."""
    keys = hidden * kv_heads // heads
    shapes = {
        "self_attn.q_proj": (hidden, hidden),
        "self_attn.k_proj": (keys, hidden),
        "self_attn.v_proj": (keys, hidden),
        "self_attn.o_proj": (hidden, hidden),
        "mlp.gate_proj": (intermediate, hidden),
        "mlp.up_proj": (intermediate, hidden),
        "mlp.down_proj": (hidden, intermediate),
    }
    linear = layers * sum(out * wide for out, wide in shapes.values())
    return ModelFacts(
        architecture="llama" if kind == "causal" else "bert",
        kind=kind,
        parameters=linear + vocabulary * hidden + (2 * layers + 1) * hidden,
        hidden=hidden,
        layers=layers,
        heads=heads,
        kv_heads=kv_heads,
        intermediate=intermediate,
        vocabulary=vocabulary,
        context=context,
        bytes_per_weight=2.0,
        tied=True,
        has_biases=False,
        linear_shapes=shapes,
    )


def billion() -> ModelFacts:
    """Return the facts of a model of 1.5 billion weights."""
    return facts(
        hidden=1536, layers=28, heads=12, kv_heads=2, intermediate=8960, vocabulary=151_936, context=32_768
    )  # fmt: skip


def model(found: ModelFacts | None = None, ref: str = "starter") -> ModelFound:
    """Return a model that can be trained."""
    return ModelFound(ref, "Starter", "A small model.", "bundled", "/models/starter", found or facts())


def data(path: str = "/data/rows.jsonl", rows: int = 300, **changes: Any) -> DataFound:
    """Return a file of questions and answers that was understood."""
    plain = DataFound(
        path=path, kind="chat", format="JSON Lines", shape="alpaca", recognised="Alpaca instructions",
        why="columns named instruction and output", columns=("instruction", "output"),
        mapping={"instruction": "instruction", "output": "output"}, rows=rows, total=rows, bytes=41_000,
    )  # fmt: skip
    return dataclasses.replace(plain, **changes)


def lengths(longest: int = 66, rows: int = 300) -> LengthsFound:
    """Return lengths spread evenly up to ``longest``."""
    return LengthsFound(rows, longest / 2, longest // 2, longest, longest, 0, 0, 0, (0, longest + 1), (rows,))


def needs_mapping() -> UserError:
    """Return why columns of unknown meaning cannot be used yet."""
    return UserError("needs_mapping", "From these names it cannot be told what each column holds.", "Say it.")


def inspect_report(rows: int = 40, problem: bool = False, **changes: Any) -> dict[str, Any]:
    """Return what the ``inspect`` operation reports of an Alpaca file, or of columns nobody could guess."""
    roles = [
        {"id": "instruction", "title": "Prompt", "required": True},
        {"id": "input", "title": "Input", "required": False},
        {"id": "output", "title": "Answer, trained", "required": True},
    ]
    first = [
        {"row": n, "line": n, "cells": {"instruction": f"Question {n}?", "output": f"Answer {n}."}, "reason": None}
        for n in range(1, 7)
    ]
    report: dict[str, Any] = {
        "name": "rows.jsonl", "bytes": 4100, "format": "jsonl", "format_title": "JSON Lines",
        "columns": ["instruction", "output"], "recognised": "alpaca", "recognised_title": "Alpaca instructions",
        "kind": "chat", "why": "columns named instruction and output",
        "mapping": {"instruction": "instruction", "output": "output"},
        "choices": [{"id": "alpaca", "title": "Alpaca instructions", "kind": "chat", "roles": roles}],
        "first": first, "problem": None, "rows": rows, "total": rows, "bad": [], "bad_total": 0, "duplicates": 0,
    }  # fmt: skip
    if problem:
        told = needs_mapping()
        report |= {"recognised": None, "recognised_title": None, "kind": None, "why": "", "mapping": {}, "rows": 0}
        report |= {"total": 0, "problem": told.as_dict()}
    return {**report, **changes}


def lengths_report(rows: int = 40, longest: int = 60) -> dict[str, Any]:
    """Return what the ``lengths`` operation reports."""
    return {
        "rows": rows, "shortest": 10, "median": 30, "mean": 31.0, "longest": longest, "tokens": 31 * rows,
        "trained": 600, "maximum": 256, "truncated": 0, "lost": 0, "cut_tokens": 0,
        "edges": [0, 32, 64], "counts": [rows // 2, rows - rows // 2], "refused": 0, "sampled": False, "total": rows,
    }  # fmt: skip


def render_report(row: int = 0, total: int = 40) -> dict[str, Any]:
    """Return what the ``render`` operation makes of a row."""
    return {
        "text": "<user>Question?<bot>Answer.", "tokens": 4, "trained": 2, "share": 0.5, "cut": 0, "kind": "chat",
        "pieces": [["<user>", False], [f"Question {row}?", False], ["Answer", True], [".", True]],
        "row": row, "total": total,
    }  # fmt: skip


def tokenizer_report(trained: bool = False) -> dict[str, Any]:
    """Return what the ``tokenizer_report`` operation measures."""
    before = {"vocabulary": 3072, "per_word": 1.59, "tokens": 9874, "single_bytes": 0.12}
    after = {"vocabulary": 4096, "per_word": 1.21, "tokens": 7510, "single_bytes": 0.03}
    return {
        "before": before,
        "after": after if trained else None,
        "sentence": "This tokenizer fits your text (1.59 tokens a word): keep it.",
        "examples": [
            {"word": "sourdough", "before": ["sour", "d", "ough"], "after": ["sourdough"] if trained else None}
        ],
    }


def checks() -> list[dict[str, Any]]:
    """Return what three checks found: empty fields, markup, and nothing."""
    return [
        _check("markup", "Markup", "warn", "keep", ("keep", "skip", "fix"), 6, "The text holds HTML: used as it is.",
               (3, 9, 17, 18)),
        _check("empty", "Empty fields", "bad", "skip", ("skip", "stop"), 2, "The answer is empty: left out.", (12, 31)),
        _check("encoding", "Encoding", "bad", "skip", ("skip", "fix", "stop"), 0, "", ()),
    ]  # fmt: skip


def _check(
    id: str,
    title: str,
    severity: str,
    policy: str,
    policies: tuple[str, ...],
    count: int,
    sentence: str,
    lines: tuple[int, ...],
) -> dict[str, Any]:
    examples = [{"row": line, "line": line, "file": "", "reason": sentence} for line in lines]
    return {
        "id": id, "title": title, "help": "It matters.", "severity": severity, "policy": policy,
        "policies": list(policies), "count": count, "sentence": sentence, "examples": examples,
    }  # fmt: skip


def rows_report(start: int = 0, total: int = 40, count: int = 200) -> dict[str, Any]:
    """Return what the ``rows`` operation sends; every tenth row is left out."""
    rows = [
        {
            "row": n, "line": n, "file": "", "state": "bad" if n % 10 == 0 else "good", "check": "",
            "cells": {"instruction": f"Question {n}?", "output": f"Answer {n}."},
            "reason": "the answer is empty" if n % 10 == 0 else "",
        }
        for n in range(start + 1, min(start + count, total) + 1)
    ]  # fmt: skip
    return {"total": total, "rows": rows}


def library_report() -> dict[str, Any]:
    """Return what the ``library`` operation lists."""
    one = {
        "id": "a1", "name": "rows", "title": "rows.jsonl", "rows": 40, "bytes": 4100, "imported": 1_795_572_000.0,
        "path": "/data/rows.jsonl", "exists": True, "kind": "chat", "edits": 2,
    }  # fmt: skip
    return {"sets": [one]}
