"""Data sets in the hub's cache: which files a name stands for, and everything that is refused with a reason."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from desktop.engine.data.dataset import open_source
from desktop.engine.data.hub.cache import cached, files_of, is_data
from desktop.engine.errors import RequestError
from desktop.engine.hub_cache import hub_cache
from desktop.engine.job import DataSource
from tests.support.hub import COMMIT, cache_set

ROWS = "".join(json.dumps({"instruction": f"Loaf {n}?", "output": "Flour."}) + "\n" for n in range(5))
OTHER = "f" * 40


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "hub"
    folder.mkdir()
    monkeypatch.setenv("HF_HUB_CACHE", str(folder))
    return folder


def _names(path: str) -> list[str]:
    return [file.name for file in files_of(path)]


def test_a_set_is_found_and_read(cache: Path) -> None:
    cache_set(cache, "org/loaves", {"data/train.jsonl": ROWS, "README.md": "# Loaves", ".gitattributes": "*"})
    assert _names("hub:org/loaves") == ["train.jsonl"]
    assert len(open_source(DataSource(path="hub:org/loaves")).rows) == 5
    [found] = cached()
    assert (found.name, found.files, found.bytes, found.splits) == ("org/loaves", 1, len(ROWS), ("train",))
    assert found.as_dict()["path"] == "hub:org/loaves"


def test_where_the_cache_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "x"))
    assert hub_cache() == tmp_path / "x" / "huggingface" / "hub"
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    assert hub_cache() == tmp_path / "home" / "hub"
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    assert hub_cache() == tmp_path / "cache"
    assert cached() == []


def test_parts_are_chosen_by_whole_words(cache: Path) -> None:
    names = ("train-00000-of-00001.csv", "dev-00000.csv", "test.csv", "latest.csv")
    cache_set(cache, "loaves", {name: f"a,b\n1,{name}" for name in names})
    assert _names("hub:loaves") == ["train-00000-of-00001.csv"]
    assert _names("hub:loaves:validation") == ["dev-00000.csv"]
    assert _names("hub:loaves:test") == ["test.csv"]
    assert _names("hub:loaves:latest") == ["latest.csv"]
    with pytest.raises(RequestError, match="no part called 'gold'") as caught:
        files_of("hub:loaves:gold")
    assert "train, validation, test" in caught.value.hint


def test_without_a_part_for_training_what_is_for_nothing_else_is_taken(cache: Path) -> None:
    cache_set(cache, "org/plain", {"rows.jsonl": ROWS, "test.jsonl": ROWS + ROWS})
    assert _names("hub:org/plain") == ["rows.jsonl"]
    cache_set(cache, "org/tests", {"test.jsonl": ROWS})
    assert _names("hub:org/tests") == ["test.jsonl"]


def test_configurations_are_chosen_together_with_parts(cache: Path) -> None:
    files = {f"{tongue}/{part}.jsonl": ROWS + tongue + part for tongue in ("en", "de") for part in ("train", "test")}
    cache_set(cache, "org/tongues", files)
    assert [file.parent.name for file in files_of("hub:org/tongues")] == ["de", "en"]
    assert [file.parent.name for file in files_of("hub:org/tongues:en/train")] == ["en"]


def test_versions(cache: Path) -> None:
    cache_set(cache, "org/loaves", {"old.jsonl": ROWS}, commit=OTHER, ref="refs/convert/parquet")
    cache_set(cache, "org/loaves", {"new.jsonl": ROWS})
    assert _names("hub:org/loaves") == ["new.jsonl"]
    for revision in (OTHER, OTHER[:8], "refs/convert/parquet"):
        assert _names(f"hub:org/loaves@{revision}") == ["old.jsonl"]
    assert _names(f"hub:org/loaves@{COMMIT}") == ["new.jsonl"]
    for revision in ("none", "../../..", "fff", "..", "../snapshots"):
        with pytest.raises(RequestError, match="There is no version"):
            files_of(f"hub:org/loaves@{revision}")


def test_most_of_the_data_decides_the_format(cache: Path) -> None:
    cache_set(cache, "org/mixed", {"a.jsonl": ROWS * 3, "b.csv": "a,b\n1,2\n", "notes.txt": "x" * 9000})
    assert _names("hub:org/mixed") == ["a.jsonl"]
    cache_set(cache, "org/texts", {"one.txt": "words", "two.md": "words too", "LICENSE.txt": "all yours"})
    assert _names("hub:org/texts") == ["one.txt", "two.md"]


def test_a_script_is_never_run(cache: Path, tmp_path: Path) -> None:
    trace = tmp_path / "ran"
    cache_set(cache, "org/script", {"script.py": f"open({str(trace)!r}, 'w')", "README.md": "x"})
    with pytest.raises(RequestError, match=r"a script \(script.py\).* never run") as caught:
        files_of("hub:org/script")
    assert "refs/convert/parquet" in caught.value.hint
    assert not trace.exists()
    assert "never run" in cached()[0].problem


@pytest.mark.parametrize("folder", [False, True])
def test_a_link_out_of_the_set_is_refused(cache: Path, tmp_path: Path, folder: bool) -> None:
    snapshot = cache_set(cache, "org/sly", {"rows.jsonl": ROWS})
    outside = tmp_path / "secret"
    outside.mkdir()
    (outside / "keys.jsonl").write_text(ROWS, encoding="utf-8")
    (snapshot / "more").symlink_to(outside if folder else outside / "keys.jsonl")
    with pytest.raises(RequestError, match="more in the cached datasets--org--sly is a link that leads out"):
        files_of("hub:org/sly")
    assert cached()[0].problem


def test_a_download_that_was_cut_off_is_told(cache: Path) -> None:
    snapshot = cache_set(cache, "org/half", {"rows.jsonl": ROWS})
    os.remove((snapshot / "rows.jsonl").resolve())
    with pytest.raises(RequestError, match="its download was cut off"):
        files_of("hub:org/half")
    (cache / "datasets--org--empty" / "blobs").mkdir(parents=True)
    with pytest.raises(RequestError, match="no whole version of org/empty"):
        files_of("hub:org/empty")


def test_what_is_not_there_is_told_with_what_is_close(cache: Path) -> None:
    cache_set(cache, "org/loaves", {"rows.jsonl": ROWS})
    with pytest.raises(RequestError, match="org/loafs is not on this machine") as caught:
        files_of("hub:org/loafs")
    assert "fettle data fetch org/loafs" in caught.value.hint
    assert "did you mean org/loaves" in caught.value.hint
    cache_set(cache, "org/pictures", {"one.png": "x"})
    with pytest.raises(RequestError, match="none of its files is in a format"):
        files_of("hub:org/pictures")


@pytest.mark.parametrize("name", ["", "../x", "a/b/c", "org/..", "org--x/y", "a b", "/etc", "org/\0", "x" * 200])
def test_names_that_are_none(cache: Path, name: str) -> None:
    with pytest.raises(RequestError, match="names no data set of the hub"):
        files_of(f"hub:{name}")


def test_what_counts_as_data() -> None:
    assert is_data("data/train.parquet")
    assert is_data("a.jsonl.gz")
    assert not is_data("README.md")
    assert not is_data(".cache/a.jsonl")
    assert not is_data("loader.py")
    assert not is_data("dataset_infos.json")
