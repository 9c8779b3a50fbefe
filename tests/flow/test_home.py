"""The words of Home: times, devices, progress, and what can be continued."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from desktop import paths
from desktop.engine.hardware import Gpu, Hardware
from desktop.flow import home
from desktop.flow.help import first_topics, topics
from desktop.flow.runs import Shelf
from desktop.flow.wizard_answers import Answers
from desktop.flow.wizard_draft import save_draft
from tests.support.streams import a_run, finished, timed, training

CPU_ONLY = Hardware("Intel(R) Core(TM) i7-8550U CPU @ 1.80GHz", 8, 16_384, 8_192, (), 100 * 1024, "Linux")
WITH_GPU = Hardware(
    "AMD Ryzen 7", 16, 32_768, 18_637, (Gpu("NVIDIA GeForce RTX 4070", 12_288, 11_162, True),), 1, "Linux"
)
NOON = time.mktime((2026, 11, 20, 12, 0, 0, 0, 0, -1))


@pytest.mark.parametrize(
    ("hours", "words"), [(0, "12:00"), (11, "01:00"), (13, "Yesterday"), (36, "Yesterday"), (48, "18 Nov")]
)
def test_when(hours: float, words: str) -> None:
    assert home.when_words(NOON - hours * 3600, NOON) == words


def test_a_day_of_another_year_names_it() -> None:
    assert home.when_words(NOON - 400 * 86_400, NOON) == "16 Oct 2025"


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "1 s left"), (59, "59 s left"), (500, "8 min left"), (7500, "2 h 05 left")]
)
def test_time_left(seconds: float, words: str) -> None:
    assert home.time_left(seconds) == words


def test_the_device_of_a_machine_without_a_gpu() -> None:
    device = home.training_device(CPU_ONLY)
    assert (device.title, device.note) == ("Intel Core i7-8550U", "Training device, 8 cores")
    assert (device.free, device.total, device.used) == ("8.0 GB", "16.0 GB", 0.5)
    assert home.device_line(CPU_ONLY) == "CPU, 8 cores"
    assert home.disk_words(CPU_ONLY) == "100 GB free"


def test_the_device_of_a_machine_with_one() -> None:
    device = home.training_device(WITH_GPU)
    assert (device.title, device.free, device.said) == (
        "GeForce RTX 4070",
        "10.9 GB",
        "1.1 GB used by other programs",
    )
    assert home.device_line(WITH_GPU) == "GeForce RTX 4070"


def test_a_finished_run_in_a_row(workspace: Path) -> None:
    a_run(paths.runs(), finished(), "support-lora")
    row = home.recent_runs(Shelf(paths.runs()).look(), NOON)[0]
    assert (row.status, row.state, row.done) == ("Finished", "finished", 1.0)
    assert row.note.endswith("LoRA r16")
    assert len(row.curve) > 5
    assert float(row.validation) > 0


def test_a_run_at_work_in_the_rail(workspace: Path) -> None:
    run = a_run(paths.runs(), timed(training(187)), "support-lora")
    with run.lock():
        live = home.live_run(Shelf(paths.runs()).look())
    assert live is not None
    assert home.progress_words(live).startswith("187 of 312, ")
    assert home.recent_runs([live])[0].status == "Step 187 of 312"
    assert home.recent_runs([live])[0].when == "now"


def test_no_more_rows_than_fit(workspace: Path) -> None:
    for number in range(9):
        a_run(paths.runs(), timed(training(2)), f"run-{number}")
    assert len(home.recent_runs(Shelf(paths.runs()).look())) == home.MOST_RUNS


def test_a_draft_can_be_continued(workspace: Path) -> None:
    assert home.continued() == []
    save_draft(Answers(step="tokenizer", name="contracts", model="starter"))
    (item,) = home.continued()
    assert (item.title, item.note, item.page) == ("Draft: contracts", "Stopped at step 4, Tokenizer", "wizard")
    assert item.context == {"resume_draft": True}


def test_a_broken_draft_is_no_reason_to_fail(workspace: Path) -> None:
    from desktop.flow.wizard_draft import draft_file

    draft_file().write_text("{", encoding="utf-8")
    assert home.continued() == []


def test_a_project_with_pairs_left_can_be_continued(workspace: Path) -> None:
    from desktop.engine.preferences.store import PreferenceStore

    store = PreferenceStore.create(paths.preferences(), "Support answers", seed=7)
    question = [{"role": "user", "content": "When?"}]
    for number in range(2):
        store.add_pair(question, f"a{number}", f"b{number}")
    path = store.path
    store.close()
    (item,) = home.continued()
    assert (item.title, item.note, item.share) == ("Support answers", "0 of 2 pairs judged", 0.0)
    assert item.context == {"project": str(path)}
    assert home.judged_words() == ""


def test_help_texts_have_title_note_and_body() -> None:
    found = topics()
    assert [topic.id for topic in first_topics()] == ["what-changes", "which-method", "judging"]
    for topic in found:
        assert topic.title
        assert topic.note
        assert topic.text().startswith(f"# {topic.title}")
        assert topic.note not in topic.text()


def test_links_between_help_texts_lead_somewhere() -> None:
    import re

    known = {topic.id for topic in topics()}
    for topic in topics():
        for target in re.findall(r"\]\(([^)]+)\)", topic.text()):
            assert target in known, f"{topic.id} links to {target}"


def test_the_threads_that_were_set_are_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FETTLE_THREADS", raising=False)
    assert CPU_ONLY.threads() == 7
    for wanted, threads in (("3", 3), ("99", 8), ("0", 7), ("many", 7)):
        monkeypatch.setenv("FETTLE_THREADS", wanted)
        assert CPU_ONLY.threads() == threads
