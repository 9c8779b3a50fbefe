"""A process that has trained nothing loads what a run has saved and answers with logits; the tests compare them.

One child serves a whole test module: importing the libraries takes it seconds, a tiny model milliseconds.
"""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import desktop

ROOT = Path(desktop.__file__).resolve().parent.parent


class FreshProcess:
    """The parent's side."""

    def __init__(self, folder: Path) -> None:
        """Start the child; it writes its tensors and its log into ``folder``."""
        self._folder = folder
        self._count = 0
        self._log = (folder / "fresh.log").open("wb")
        self._child = subprocess.Popen(
            [sys.executable, "-m", "tests.support.fresh_process"],
            cwd=ROOT,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )

    def logits(self, ref: str, workspace: Path, **asked: Any) -> dict[str, Any]:
        """Return name -> logits of the saved model ``ref`` in its states, or the sentence why there is no such state.

        The names are ``tuned``, ``off`` (its adapter disabled), ``switched`` (off by the chat's switch), ``base``,
        ``merged`` and ``beside`` (the adapter over the base as the merged model has it).
        """
        from safetensors.torch import load_file

        self._count += 1
        out = self._folder / f"{self._count}.safetensors"
        request = {"ref": ref, "workspace": str(workspace), "out": str(out), **asked}
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._child.stdin.write(json.dumps(request) + "\n")
        self._child.stdin.flush()
        line = self._child.stdout.readline()
        assert line, (self._folder / "fresh.log").read_text(encoding="utf-8")[-3000:]
        return {**json.loads(line), **load_file(out)}

    def close(self) -> None:
        """Let the child end."""
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._child.stdin.close()
        self._child.wait(timeout=30)
        self._child.stdout.close()
        self._log.close()


def logits(model: Any) -> Any:
    """Return the logits of twenty fixed tokens."""
    import torch

    was_training = model.training
    model.eval()
    given: dict[str, Any] = {"input_ids": torch.arange(20).unsqueeze(0), "attention_mask": torch.ones(1, 20).long()}
    if model.config.is_encoder_decoder:
        given["decoder_input_ids"] = torch.arange(6).unsqueeze(0)
    with torch.no_grad():
        found = model(**given).logits
    model.train(was_training)
    return found.contiguous()


def _answer(ref: str, workspace: str, out: str, kind: str, quantization: str, double: bool) -> dict[str, str]:
    from safetensors.torch import save_file

    from desktop.engine.errors import UserError
    from desktop.engine.generate.switch import AdapterSwitch
    from desktop.engine.models.heads import head_of
    from desktop.engine.models.library import resolve
    from desktop.engine.models.load import load_model, load_tuned

    os.environ["FETTLE_WORKSPACE"] = workspace
    found, words = resolve(ref), {}
    tuned = load_tuned(found, kind=kind)
    tensors = {"tuned": logits(tuned)}
    if found.adapter is not None:
        base = dataclasses.replace(found, adapter=None)
        tensors["base"] = logits(
            load_model(base, quantization=quantization, kind=kind, double_quantization=double).eval()
        )
        with tuned.disable_adapter():
            tensors["off"] = logits(tuned)
        with AdapterSwitch(tuned).off():
            tensors["switched"] = logits(tuned)
        tensors["again"] = logits(tuned)
        try:
            tensors["merged"] = logits(load_model(found, kind=kind, head=head_of(found)))
            tensors["beside"] = logits(load_tuned(found, kind=kind, quantization="none"))
        except UserError as error:
            words["merge_refused"] = f"{error.message} {error.hint}".strip()
    save_file(tensors, out)
    return words


def _serve() -> None:
    import torch

    torch.set_num_threads(1)
    stream, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        stream.write(json.dumps(_answer(**json.loads(line))) + "\n")
        stream.flush()


if __name__ == "__main__":
    _serve()
