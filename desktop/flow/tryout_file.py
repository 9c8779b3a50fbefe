"""A file of texts for a model to answer, and the answers as a file again; it knows no model and no widget."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from desktop.engine.data.readers import READERS
from desktop.engine.data.rows import Record
from desktop.engine.data.spreadsheet import csv_line
from desktop.engine.errors import RequestError, UserError
from desktop.engine.run_folder import write_atomically
from desktop.flow.tryout import Said, TextFile

MOST_TEXTS = 10_000
_LARGEST = 64 * 1024 * 1024
_TEXTS = ("text", "source", "sentence", "input", "content", "document", "body", "message")
_ANSWERS = ("answer", "response", "completion", "output", "chosen", "text")
_QUESTIONS = ("question", "prompt", "instruction", "input")


def read_texts(path: Path, *, rates: bool, prompt: str = "") -> TextFile:
    """Read the texts of a table, or the lines of a text file.

    Args:
        path: the file.
        rates: whether the texts are answers to be rated, each to a question.
        prompt: the question to all of them, where the file has none.

    Raises:
        RequestError: it cannot be read, has no texts, or no questions where they are needed.
    """
    _check_size(path)
    rows = list(_lines(path) if path.suffix.lower() in ("", ".txt", ".md", ".text") else _records(path))
    if not rows:
        raise RequestError("no_texts", f"There is no text in {path.name}.", "Choose a file with one text in each row.")
    text, question = _columns(rows[0], path.name, rates=rates, prompt=prompt)
    taken = [
        (str(row[text]), str(row.get(question, "")) if question else prompt)
        for row in rows
        if isinstance(row.get(text), str) and row[text].strip()
    ]
    if rates:
        taken = [(answer, asked) for answer, asked in taken if asked.strip()]
    if not taken:
        raise RequestError(
            "no_texts", f"Every row of {path.name} is empty in “{text}”.", "Choose a file with one text in each row."
        )
    kept = taken[:MOST_TEXTS]
    left = len(rows) - len(kept)
    reason = f"at most {MOST_TEXTS:,} are answered at once" if len(taken) > MOST_TEXTS else "there is no text in them"
    remark = f"{left:,} row{'' if left == 1 else 's'} left out: {reason}." if left else ""
    prompts = tuple(asked for _, asked in kept) if rates else ()
    return TextFile(path.name, tuple(answer for answer, _ in kept), prompts, remark)


def save_answers(path: Path, said: Sequence[Said]) -> Path:
    """Write what was said as CSV, safe to open in a spreadsheet, or as JSON lines, by the ending; return ``path``."""
    rows = [_row(one) for one in said]
    if path.suffix.lower() == ".csv":
        labels = list(dict.fromkeys(label for row in rows for label in row["probabilities"])) if rows else []
        pieces = [csv_line([*_heads(said), *(f"probability of {label}" for label in labels)])]
        for row in rows:
            shares = row.pop("probabilities")
            pieces.append(csv_line([*row.values(), *(shares.get(label, "") for label in labels)]))
    else:
        pieces = [json.dumps({k: v for k, v in row.items() if v != {}}, ensure_ascii=False) + "\n" for row in rows]
    try:
        write_atomically(path, "".join(pieces))
    except OSError as error:
        raise UserError(
            "not_saved",
            f"The answers could not be written to {path.name}: {error.strerror or error}.",
            "Choose another place, or free some space.",
        ) from error
    return path


def _row(one: Said) -> dict[str, Any]:
    if one.reward is not None:
        return {"question": one.prompt, "answer": one.text, "reward": one.reward, "probabilities": {}}
    if one.shares:
        return {"text": one.text, "label": one.result, "probabilities": dict(one.shares)}
    return {"text": one.text, "written": one.result, "probabilities": {}}


def _heads(said: Sequence[Said]) -> list[str]:
    return [name for name in _row(said[0]) if name != "probabilities"] if said else ["text"]


def _check_size(path: Path) -> None:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise RequestError("no_file", f"{path.name} is not there any more.", "Choose another file.") from error
    if size > _LARGEST:
        raise RequestError(
            "file_too_large",
            f"{path.name} is larger than {_LARGEST // 2**20} MB, which is more than can be shown as a table.",
            "Split it, or use `fettle predict --file` for the whole.",
        )


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    try:
        words = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise RequestError(
            "no_file", f"{path.name} cannot be read as text.", "Save it as UTF-8 with one text a line."
        ) from error
    return ({"text": line} for line in words.splitlines() if line.strip())


def _records(path: Path) -> Iterator[dict[str, Any]]:
    reader = next((reader for reader in READERS.all() if not reader.documents and reader.takes(path)), None)
    if reader is None:
        raise RequestError(
            "no_table",
            f"{path.name} is no table and no text file.",
            "Choose a text file with one text a line, or a table such as CSV or JSON lines.",
        )
    for found in reader.read(path):
        if isinstance(found, Record):
            yield found.values


def _columns(row: dict[str, Any], name: str, *, rates: bool, prompt: str) -> tuple[str, str]:
    """Return the columns of the text and of the question; the latter is empty where one is given for all."""
    by_name = {str(column).strip().lower(): str(column) for column in row}
    texts = [column for column, value in row.items() if isinstance(value, str)]
    text = next((by_name[word] for word in (_ANSWERS if rates else _TEXTS) if word in by_name), "")
    question = next((by_name[word] for word in _QUESTIONS if word in by_name and by_name[word] != text), "")
    if not text and len(texts) == 1:
        text = texts[0]
    if not text:
        wanted = "“question” and “answer”" if rates else "“text”"
        raise RequestError(
            "which_column",
            f"Which column of {name} holds the texts is not clear: there are {', '.join(map(str, row))}.",
            f"Call the column {wanted}.",
        )
    if rates and not question and not prompt.strip():
        raise RequestError(
            "no_prompt",
            f"{name} holds answers and no questions, and a reward belongs to an answer to a question.",
            "Add a column “question”, or write one question for all of them above.",
        )
    return text, question if rates else ""
