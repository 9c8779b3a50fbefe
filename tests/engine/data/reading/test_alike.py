"""Blocks of lines of text: cut at their quotes, or parsed, they say the same."""

from __future__ import annotations

import json
import random

import pytest

from desktop.engine.data.reading import flat
from desktop.engine.data.reading.alike import cut_columns

NAMES = ("asked", "said")
TEXTS = ("", "a word", "größer", "🦊 {", "}, {", ": , :", "x" * 300)


def _block(lines: list[dict[str, str]], **how: object) -> bytes:
    return "".join(json.dumps(line, ensure_ascii=False, **how) + "\n" for line in lines).encode()  # type: ignore[arg-type]


def _rows(block: bytes) -> list[dict[str, str]] | None:
    table = flat.text_columns(block, NAMES)
    return None if table is None else table.to_pylist()


@pytest.mark.parametrize("separators", [(", ", ": "), (",", ":")])
def test_lines_written_alike_are_cut(monkeypatch: pytest.MonkeyPatch, separators: tuple[str, str]) -> None:
    chance = random.Random(4)
    lines = [{name: chance.choice(TEXTS) for name in NAMES} for _ in range(200)]
    monkeypatch.setattr(flat, "_parsed", lambda *_: pytest.fail("parsed"))
    assert _rows(_block(lines, separators=separators)) == lines


def test_lines_with_escapes_stay_in_their_places() -> None:
    chance = random.Random(5)
    lines = [{name: chance.choice(TEXTS) for name in NAMES} for _ in range(200)]
    for place in (0, 7, 8, 199):
        lines[place] = {"asked": 'a "word"\n', "said": "\\ü"}
    assert _rows(_block(lines)) == lines


@pytest.mark.parametrize("separators", [(", ", ": "), (",", ":")])
@pytest.mark.parametrize("share", [0.0, 0.1, 0.9])
def test_what_is_cut_is_what_is_parsed(share: float, separators: tuple[str, str]) -> None:
    chance = random.Random(6)
    harmful = [b'"', b"\\", b"\x00", b"\t", b"\n", b"}", b"{", b",", b":", b"\xff", b"\xc3", b"", b" ", b"null", b"a"]
    for _ in range(400):
        texts = [*TEXTS, "a\n"] if chance.random() < share else TEXTS
        block = _block([{name: chance.choice(texts) for name in NAMES} for _ in range(6)], separators=separators)
        at = chance.randrange(len(block) - 1)
        block = block[:at] + chance.choice(harmful) + block[at + chance.randrange(2) :]
        table = flat.text_columns(block, NAMES)
        if table is None:
            continue
        read = [json.loads(line, object_pairs_hook=list) for line in block.decode().splitlines()]
        assert all(sorted(name for name, _ in pairs) == sorted(NAMES) for pairs in read)
        assert table.to_pylist() == [dict(pairs) for pairs in read]


@pytest.mark.parametrize(
    "odd",
    [
        b'{"asked": "a", "said": "b", "more": "c"}\n',
        b'{"said": "a", "asked": "b"}\n',
        b'{"asked": "a", "asked": "b"}\n',
        b'{"asked": "a"; "said": "b"}\n',
        b'{"asked": "a", "said": "b",}\n',
        b'{"asked": "a" "b", "said": 1}\n',
        b'["asked", "a", "said", "b"]\n',
    ],
)
def test_a_line_written_otherwise_is_not_cut(odd: bytes) -> None:
    import numpy as np

    for block in (odd, _block([{"asked": "a", "said": "b"}] * 3) + odd, odd + _block([{"asked": "a", "said": "b"}])):
        ends = np.flatnonzero(np.frombuffer(block, np.uint8) == ord("\n"))
        assert cut_columns(block, NAMES, np.concatenate([[0], ends[:-1] + 1]), ends) is None
