"""Fixtures and guards of the whole suite: a workspace of its own, tiny models, nothing left running or warned of."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Generator, Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.support import environment

environment.prepare()

import desktop.bridge  # noqa: E402, F401  its guard must stand before the first call into Qt, whichever test makes it
from tests.support import tiny_models  # noqa: E402  the environment must be set before Qt and the libraries load

# How long one example takes says more about what else the machine does than about the code.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def workspace(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give every test a workspace of its own, so that none touches the user's."""
    folder = tmp_path_factory.mktemp("workspace")
    monkeypatch.setenv("FETTLE_WORKSPACE", str(folder))
    return folder.resolve()


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random two-layer Llama of width 32 with a chat template; read only."""
    return tiny_models.build_llama(tmp_path_factory.mktemp("models") / "tiny-llama")


@pytest.fixture(scope="session")
def tiny_gpt2(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random two-layer GPT-2; read only."""
    return tiny_models.build_gpt2(tmp_path_factory.mktemp("models") / "tiny-gpt2")


@pytest.fixture(scope="session")
def tiny_qwen2(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random two-layer Qwen2; read only."""
    return tiny_models.build_qwen2(tmp_path_factory.mktemp("models") / "tiny-qwen2")


@pytest.fixture(scope="session")
def tiny_bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random two-layer BERT encoder; read only."""
    return tiny_models.build_bert(tmp_path_factory.mktemp("models") / "tiny-bert")


@pytest.fixture(scope="session")
def tiny_t5(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random two-layer T5; read only."""
    return tiny_models.build_t5(tmp_path_factory.mktemp("models") / "tiny-t5")


@pytest.fixture
def alpaca_file(tmp_path: Path) -> Path:
    """Forty Alpaca rows (instruction, input, output) as one JSON file."""
    rows = [
        {
            "instruction": f"What do I need for loaf {number}?",
            "input": "",
            "output": f"Flour, water and salt, {number}.",
        }
        for number in range(40)
    ]
    file = tmp_path / "alpaca.json"
    file.write_text(json.dumps(rows), encoding="utf-8")
    return file


class LogGuard(logging.Handler):
    """Keeps records at WARNING or above; a test that expects one says so with ``allow``.

    Attributes:
        unexpected: messages no pattern allows.
    """

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._allowed: list[re.Pattern[str]] = []
        self._messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Remember what was said, and where."""
        self._messages.append(f"{record.levelname} {record.name}: {record.getMessage()}")

    def allow(self, pattern: str) -> None:
        """Expect messages that match ``pattern``."""
        self._allowed.append(re.compile(pattern))

    @property
    def unexpected(self) -> list[str]:
        """Messages that no test allowed."""
        return [text for text in self._messages if not any(pattern.search(text) for pattern in self._allowed)]


@pytest.fixture(autouse=True)
def logs() -> Iterator[LogGuard]:
    """Fail the test on an unexpected warning or error in the log of our own code."""
    guard = LogGuard()
    logger = logging.getLogger("desktop")
    logger.addHandler(guard)
    yield guard
    logger.removeHandler(guard)
    if guard.unexpected:
        pytest.fail("logged without being expected:\n" + "\n".join(guard.unexpected), pytrace=False)


_FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note whether the test itself failed: its traceback keeps objects alive that are no leak."""
    report = yield
    if report.failed:
        item.stash[_FAILED] = True
    return report


@pytest.fixture(autouse=True)
def no_dangling(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail a test with Qt that leaves a thread, a timer, an animation or a window behind, naming the line."""
    if not {"qtbot", "qapp"} & set(request.fixturenames):
        yield
        return
    from tests.support.dangling import DanglingWatch

    watch = DanglingWatch(monkeypatch)
    yield
    if request.node.stash.get(_FAILED, False):
        return
    if left := watch.leftovers():
        pytest.fail("left behind:\n" + "\n".join(left), pytrace=False)
