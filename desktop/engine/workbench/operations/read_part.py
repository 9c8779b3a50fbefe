"""The read_part operation: one stretch of a large import, done by one of several children; it knows no other."""

from __future__ import annotations

from typing import Any, ClassVar

from desktop.engine.workbench.base import Operation, Reply


class ReadPart(Operation):
    """Reads and interprets one stretch of a source."""

    id: ClassVar[str] = "read_part"
    title: ClassVar[str] = "Reading rows"
    summary: ClassVar[str] = "One stretch of a large data set, stored and checked."

    def run(self, params: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """Return the stretch; its progress is streamed as ``bytes`` and ``rows``."""
        from desktop.engine.data.library.importing import read_part

        def told(size: int, rows: int) -> None:
            reply.check()
            reply.stream({"bytes": size, "rows": rows})

        return read_part(params, told)
