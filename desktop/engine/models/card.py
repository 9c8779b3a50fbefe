"""The README of a tuned model: what it is, what it came from, how well it does; it opens no file."""

from __future__ import annotations

from typing import Any

from desktop.engine.methods import METHODS
from desktop.engine.models.kin import BASE, Kin
from desktop.engine.objectives import OBJECTIVES


def card(lineage: dict[str, Any], job: str) -> str:
    """Return the model card for ``lineage`` (what ``fettle.json`` holds), with the job file that made it."""
    method, objective = METHODS.get(lineage["method"]), OBJECTIVES.get(lineage["objective"])
    kind = "an adapter over" if lineage["adapter"] else "a model tuned from"
    rows = "\n".join(f"- `{name}` (SHA-256 `{digest}`)" for name, digest in lineage["data"].items())
    return f"""---
library_name: {"peft" if lineage["adapter"] else "transformers"}
tags: [fettle]
---

# {lineage["name"]}

This is {kind} `{lineage["base"]}`, made with Fettle by {objective.title.lower()} ({method.title}),
{lineage["steps"]} steps.

{_figures(lineage["metrics"])}
## Made from

- Base: `{lineage["base"]}`
- Run: `{lineage["run"]}`
{rows}
{_family(lineage)}
## Job

```yaml
{job.strip()}
```
"""


def _figures(metrics: dict[str, dict[str, float]]) -> str:
    before, after = metrics.get("before", {}), metrics.get("after", {})
    names = [name for name in after if name in before and name != "tokens"]
    if not names:
        return ""
    lines = [f"| {name} | {before[name]:.4g} | {after[name]:.4g} |" for name in names]
    return "\n".join(["| On held-out rows | before | after |", "|---|---|---|", *lines, ""])


def _family(lineage: dict[str, Any]) -> str:
    """Return the whole chain of models it came from, where there is more to it than the base."""
    trees = [tree for tree in map(Kin.from_dict, lineage.get("ancestry", ())) if tree is not None]
    if not any(tree.made is not None or tree.role != BASE for tree in trees):
        return ""
    lines = ["", "## Family tree", ""]
    for tree in trees:
        for depth, kin in tree.walk():
            lines.append(f"{'  ' * depth}- {_kin_line(kin)}")
    return "\n".join([*lines, ""])


def _kin_line(kin: Kin) -> str:
    role = "" if kin.role in ("", BASE) else f"{kin.role}: "
    if kin.again or kin.made is None:
        return f"{role}`{kin.ref}`{' (see above)' if kin.again else ''}"
    figure = f"; {kin.made.figure.words}" if kin.made.figure is not None else ""
    data = "".join(f"; `{file.name}` (SHA-256 `{file.digest}`)" for file in kin.made.data)
    return f"{role}`{kin.ref}`: {kin.made.words}{figure}{data}"
