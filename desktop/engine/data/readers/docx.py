"""Word documents: headings, paragraphs and tables as text, in their order; it knows nothing of what the text says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from desktop.engine.data.readers.base import Reader
from desktop.engine.data.reading.archives import UNZIPPING, check_container
from desktop.engine.data.rows import BadRow, Record
from desktop.engine.errors import RequestError

SECTION = 4000
"""Characters after which a long section goes on in another row, at the end of a paragraph."""

_DAMAGED = (*UNZIPPING, KeyError, IndexError, TypeError, AttributeError, SyntaxError)
"""What the library raises for a container or a text that is not what it should be; a broken XML is a syntax error."""
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_WRAPPERS = frozenset(f"{_WORD}{name}" for name in ("sdt", "sdtContent", "ins", "moveTo", "customXml"))
_UNREAD = frozenset({
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",  # the same once more, for old programs
    f"{_WORD}moveFrom",
    f"{_WORD}pPr",  # tab stops have the name of tabs
})  # fmt: skip


class Docx(Reader):
    """A ``.docx`` file; every section between two headings is a row, a long one several."""

    id: ClassVar[str] = "docx"
    title: ClassVar[str] = "Word"
    summary: ClassVar[str] = "The text of a Word document; every section under a heading is a row."
    suffixes: ClassVar[tuple[str, ...]] = (".docx",)
    order: ClassVar[int] = 90
    documents: ClassVar[bool] = True

    def read_file(self, path: Path, encoding: str) -> Iterator[Record | BadRow]:
        """Yield the sections; deleted text that is still in the file is left out."""
        check_container(path)
        try:
            blocks = _blocks(path)
        except _DAMAGED as error:
            raise RequestError(
                "not_readable",
                f"{path.name} cannot be read as a Word document: it is damaged, or something else under that name.",
                "Open it in a word processor and save it again as .docx.",
            ) from error
        for row, section in enumerate(_sections(blocks), start=1):
            yield Record(row, 0, {"text": section, "section": row})


def _blocks(path: Path) -> list[tuple[bool, str]]:
    """Return heading or not, and text, of everything in the body that is not empty."""
    import docx

    document = docx.Document(str(path))
    headings = {style.style_id for style in document.styles if _is_heading(style.name)}
    found = [_block(element, headings) for element in _outer(document.element.body)]
    return [(heading, text) for heading, text in found if text.strip()]


def _is_heading(style: str | None) -> bool:
    return (style or "").lower().startswith(("heading", "title"))


def _outer(parent: Any) -> Iterator[Any]:
    """Yield paragraphs and tables in order, also those inside content controls and insertions, not those in tables."""
    for element in parent:
        if element.tag in (f"{_WORD}p", f"{_WORD}tbl"):
            yield element
        elif element.tag in _WRAPPERS:
            yield from _outer(element)


def _nearest(parent: Any, name: str) -> Iterator[Any]:
    """Yield the elements of this name below ``parent``, not those inside one of them."""
    for element in parent:
        if element.tag == f"{_WORD}{name}":
            yield element
        else:
            yield from _nearest(element, name)


def _block(element: Any, headings: set[str]) -> tuple[bool, str]:
    if element.tag == f"{_WORD}tbl":
        rows = [[_text(cell).strip() for cell in _nearest(row, "tc")] for row in _nearest(element, "tr")]
        return False, "\n".join("\t".join(row) for row in rows)
    style = element.find(f"{_WORD}pPr/{_WORD}pStyle")
    return style is not None and style.get(f"{_WORD}val") in headings, _text(element)


def _text(element: Any) -> str:
    """Return the text of a paragraph or cell as it stands after all changes that were tracked."""
    if not isinstance(element.tag, str) or element.tag in _UNREAD:
        return ""
    if element.tag.endswith("}t"):  # of the text, or of a formula
        return element.text or ""
    if element.tag in (f"{_WORD}tab", f"{_WORD}br", f"{_WORD}cr"):
        return "\t" if element.tag == f"{_WORD}tab" else "\n"
    text = "".join(_text(inner) for inner in element)
    return f"{text}\n" if element.tag == f"{_WORD}p" else text


def _sections(blocks: list[tuple[bool, str]]) -> Iterator[str]:
    held: list[str] = []
    size = 0
    only_headings = True
    for heading, text in blocks:
        text = text.strip("\n")
        if held and not only_headings and (heading or size + len(text) > SECTION):
            yield "\n\n".join(held)
            held, size, only_headings = [], 0, True
        held.append(text)
        size += len(text)
        only_headings = only_headings and heading
    if held:
        yield "\n\n".join(held)
