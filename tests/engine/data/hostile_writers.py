"""Writes files nobody wants to meet: bombs, traps, encrypted and cut ones; it knows no reader."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument'
    '.wordprocessingml.document.main+xml"/></Types>'
)
_LINKS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Target="word/document.xml" Type="http://schemas.openxmlformats.org/officeDocument/2006'
    '/relationships/officeDocument"/></Relationships>'
)
_SPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def zipped(**members: str | bytes) -> bytes:
    """Return a zip archive; two underscores in a name stand for a slash, one for a dot."""
    return archive({name.replace("__", "/").replace("_", "."): content for name, content in members.items()})


def archive(members: dict[str, str | bytes]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return sink.getvalue()


def word(body: str, before: str = "", **more: str | bytes) -> bytes:
    """Return the smallest Word document with ``body`` in it, ``before`` standing ahead of its outermost element."""
    text = f'<?xml version="1.0" encoding="UTF-8"?>{before}<w:document {_SPACE}><w:body>{body}</w:body></w:document>'
    return archive({"[Content_Types].xml": _TYPES, "_rels/.rels": _LINKS, "word/document.xml": text, **more})


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def written_word() -> bytes:
    """Return a document as a word processor writes it: headings, text, a table."""
    import docx

    document = docx.Document()
    document.add_heading("Bread", 1)
    document.add_paragraph("Flour and water.")
    table = document.add_table(rows=2, cols=2)
    for place, text in enumerate(("flour", "500 g", "water", "300 g")):
        table.cell(place // 2, place % 2).text = text
    document.add_heading("Cake", 1)
    document.add_paragraph("Eggs.")
    sink = io.BytesIO()
    document.save(sink)
    return sink.getvalue()


def pdf(pages: Sequence[str], password: str | None = None, owner: str | None = None) -> bytes:
    """Return a PDF with a line of text a page; a page with none has only a drawing."""
    streams = [f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET" if text else "0 0 100 100 re f" for text in pages]
    kids = " ".join(f"{4 + 2 * place} 0 R" for place in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for place, stream in enumerate(streams):
        fonts = "<< /Font << /F1 3 0 R >> >>"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources {fonts} /Contents {5 + 2 * place} 0 R >>"
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    out = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n".encode()
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    return out if password is None else _locked(out, password, owner)


def _locked(data: bytes, password: str, owner: str | None) -> bytes:
    import pypdf

    writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    writer.encrypt(password, owner, algorithm="RC4-128")
    sink = io.BytesIO()
    writer.write(sink)
    return sink.getvalue()


def parquet(columns: dict[str, Any]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue()


def arrow(columns: dict[str, Any], names: Sequence[str] | None = None) -> bytes:
    import pyarrow as pa

    table = pa.table(columns)
    if names is not None:
        table = table.rename_columns(list(names))
    sink = io.BytesIO()
    with pa.ipc.new_file(sink, table.schema) as file:
        file.write_table(table)
    return sink.getvalue()


def packed_zeros(path: Path, size: int) -> None:
    """Write a ``.gz`` file of ``size`` zero bytes."""
    with gzip.open(path, "wb", compresslevel=1) as file:
        block = bytes(1 << 20)
        for _ in range(size >> 20):
            file.write(block)


def one_line(path: Path, start: bytes, size: int, end: bytes) -> None:
    """Write a file with one line of about ``size`` bytes, never holding it."""
    with path.open("wb") as file:
        file.write(start)
        block = b"x" * (1 << 20)
        for _ in range(size >> 20):
            file.write(block)
        file.write(end)
