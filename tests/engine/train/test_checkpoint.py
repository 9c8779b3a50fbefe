"""Whatever fails while a checkpoint is written, the newest whole one is found, and it is the old or the new, no mix."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from desktop.engine.train import disk as disk_module
from desktop.engine.train.checkpoint import MANIFEST, CheckpointStore, fault_of
from desktop.engine.train.disk import Disk


class Gone(BaseException):
    """The process died here."""


def content(value: int) -> Callable[[Path, Disk], None]:
    def write(folder: Path, disk: Disk) -> None:
        disk.write_tensors(folder / "weights.safetensors", {"w": torch.full((8,), float(value))})
        disk.write(folder / "state.json", str(value).encode())

    return write


def value_of(folder: Path) -> int:
    weights = int(load_file(folder / "weights.safetensors")["w"][0])
    assert (folder / "state.json").read_text() == str(weights), "a mix of two checkpoints"
    return weights


@contextmanager
def failing(monkeypatch: pytest.MonkeyPatch, number: int, error: Callable[[], BaseException]) -> Iterator[list[int]]:
    """Make the ``number``-th write, fsync or rename raise; yields a list whose length is how many were tried."""
    tried: list[int] = []

    def counted(real: Any) -> Any:
        def call(*arguments: Any, **named: Any) -> Any:
            tried.append(1)
            if len(tried) == number:
                raise error()
            return real(*arguments, **named)

        return call

    with monkeypatch.context() as patch:
        patch.setattr(disk_module, "save_file", counted(disk_module.save_file))
        patch.setattr(Path, "open", counted(Path.open))
        patch.setattr(os, "fsync", counted(os.fsync))
        patch.setattr(os, "replace", counted(os.replace))
        yield tried


def full() -> OSError:
    return OSError(errno.ENOSPC, "No space left on device")


def operations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    with failing(monkeypatch, -1, full) as tried:
        CheckpointStore(tmp_path / "count", 2).save(1, content(1))
    return len(tried)


@pytest.mark.parametrize("how", ["error", "death"])
@pytest.mark.parametrize("again", [False, True], ids=["a new step", "the same step again"])
def test_every_write_fsync_and_rename_may_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str, again: bool
) -> None:
    total = operations(tmp_path, monkeypatch)
    assert total >= 8
    second = 10 if again else 20
    for number in range(1, total + 3):
        folder = tmp_path / f"{how}{number}"
        CheckpointStore(folder, 2).save(10, content(1))
        store = CheckpointStore(folder, 2)
        raised: BaseException = full() if how == "error" else Gone()
        with suppress(OSError, Gone), failing(monkeypatch, number, lambda raised=raised: raised):  # type: ignore[misc]
            store.save(second, content(2))
        found, passed = CheckpointStore(folder, 2).newest_good()
        assert found is not None, f"operation {number}: everything lost"
        assert not passed, f"operation {number}: something half-written bears a checkpoint's name"
        assert value_of(found.folder) in (1, 2)
        CheckpointStore(folder, 2).save(30, content(3))
        newest, _ = store.newest_good()
        assert newest is not None
        assert value_of(newest.folder) == 3
        assert not [path.name for path in folder.iterdir() if path.name.startswith(".")], "litter is left"


def flipped(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[-3] ^= 1
    file.write_bytes(data)


def truncated(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-5])


def zero_tailed(file: Path) -> None:
    data = file.read_bytes()
    file.write_bytes(data[:-16] + bytes(16))


def removed(file: Path) -> None:
    file.unlink()


@pytest.mark.parametrize("damage", [flipped, truncated, zero_tailed, removed])
@pytest.mark.parametrize("file", ["weights.safetensors", "state.json"])
def test_a_damaged_checkpoint_is_passed_over(tmp_path: Path, damage: Callable[[Path], None], file: str) -> None:
    store = CheckpointStore(tmp_path, 3)
    store.save(1, content(1))
    store.save(2, content(222_222_222))
    target = tmp_path / "000002" / file
    damage(target)
    if file == "weights.safetensors" and damage in (flipped, zero_tailed):
        load_file(target)  # the format itself notices nothing: that is why there is a manifest
    found, passed = store.newest_good()
    assert found is not None
    assert found.step == 1
    assert len(passed) == 1
    assert "step 2 is damaged" in passed[0]


def test_an_empty_folder_with_a_high_number_is_no_checkpoint(tmp_path: Path) -> None:
    store = CheckpointStore(tmp_path, 3)
    store.save(1, content(1))
    (tmp_path / "000999").mkdir()
    found, passed = store.newest_good()
    assert found is not None
    assert found.step == 1
    assert "no manifest" in passed[0]


def test_only_the_newest_are_kept(tmp_path: Path) -> None:
    store = CheckpointStore(tmp_path, 2)
    for step in (5, 10, 15):
        saved = store.save(step, content(step))
        assert saved.bytes == sum(path.stat().st_size for path in saved.folder.iterdir())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["000010", "000015"]


def test_the_manifest_is_the_last_file_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    real = Disk.write
    monkeypatch.setattr(Disk, "write", lambda self, path, data: (order.append(path.name), real(self, path, data))[1])
    CheckpointStore(tmp_path, 2).save(1, content(1))
    assert order[-1] == MANIFEST


def test_without_any_there_is_none(tmp_path: Path) -> None:
    assert CheckpointStore(tmp_path / "nothing", 2).newest_good() == (None, [])
    store = CheckpointStore(tmp_path, 2)
    store.save(1, content(1))
    shutil.copytree(tmp_path / "000001", tmp_path / "copy")
    assert fault_of(tmp_path / "copy") is None
    store.remove_all()
    assert store.newest_good() == (None, [])
