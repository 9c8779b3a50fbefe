"""One measurement of ``importing`` in a fresh process: our import, the datasets library's, or our token counts."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from pathlib import Path

import psutil

TOKEN_ROWS = 100_000


class Peak:
    """The most memory this process and its children held together; mapped files count where they were touched."""

    def __init__(self) -> None:
        self.bytes = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def end(self) -> float:
        self._stop.set()
        self._thread.join()
        return self.bytes / 1e6

    def _watch(self) -> None:
        me = psutil.Process()
        while not self._stop.wait(0.05):
            total = 0
            for process in [me, *me.children(recursive=True)]:
                try:
                    total += process.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            self.bytes = max(self.bytes, total)


def ours(file: str) -> dict[str, float]:
    """Look at the file, then import and check it."""
    from desktop.engine.data.dataset import import_surveyed, survey
    from desktop.engine.data.inspection import surveyed
    from desktop.engine.job import DataSource

    begin = time.monotonic()
    looked = survey(DataSource(path=file))
    surveyed(looked)
    preview = time.monotonic() - begin
    peak = Peak()
    begin = time.monotonic()
    imported = import_surveyed(looked)
    seconds = time.monotonic() - begin
    return {"preview": preview, "seconds": seconds, "rows": imported.total, "peak_mb": peak.end()}


def theirs(file: str) -> dict[str, float]:
    """Read the file with the datasets library."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    from datasets import disable_progress_bars, load_dataset

    disable_progress_bars()
    peak = Peak()
    begin = time.monotonic()
    found = load_dataset("json", data_files=file, split="train", cache_dir=os.environ["FETTLE_WORKSPACE"])
    return {"seconds": time.monotonic() - begin, "rows": len(found), "peak_mb": peak.end()}


def tokens(file: str) -> dict[str, float]:
    """Count the tokens of imported rows."""
    from desktop.engine.data.dataset import open_source
    from desktop.engine.data.rendering.token_lengths import measured
    from desktop.engine.job import DataSource
    from desktop.engine.models.library import resolve
    from desktop.engine.models.load import load_tokenizer

    imported = open_source(DataSource(path=file))
    tokenizer = load_tokenizer(resolve("starter"))
    begin, used = time.monotonic(), time.process_time()
    found = measured(imported.rows, imported.kind, tokenizer, 256, most=TOKEN_ROWS)
    seconds = time.monotonic() - begin
    return {"seconds": seconds, "rows": found["rows"], "cores": (time.process_time() - used) / seconds}


if __name__ == "__main__":
    Path(os.environ["FETTLE_WORKSPACE"]).mkdir(parents=True, exist_ok=True)
    print(json.dumps({"ours": ours, "theirs": theirs, "tokens": tokens}[sys.argv[1]](sys.argv[2])))
