"""A guard against one fault of the Qt binding on old interpreters; it knows nothing of Qt itself."""

from __future__ import annotations

import ctypes
import sys

_FIRST_IMMORTAL = (3, 12)
_MANY = 1 << 40


def keep_none_alive() -> None:
    """Give ``None`` so many references that it cannot run out of them.

    WORKAROUND for PySide6 6.12.0: every call of a method without a result returns ``None`` without taking a reference.
    Since Python 3.12 ``None`` is immortal and nothing happens; on 3.11 the interpreter ends with "deallocating None"
    after some 7,000 calls, which is seconds of painting. Can go when Python 3.11 is no longer supported, or with a
    PySide6 that takes the reference (6.11.3 does).
    """
    mortal = sys.version_info < _FIRST_IMMORTAL and sys.implementation.name == "cpython"
    traced = hasattr(sys, "getobjects")  # then the count is not the first field of an object
    if mortal and not traced and sys.getrefcount(None) < _MANY // 2:
        ctypes.c_ssize_t.from_address(id(None)).value += _MANY
