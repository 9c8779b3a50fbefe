"""A guard against one fault of the Qt binding on old interpreters; it knows nothing of Qt itself."""

from __future__ import annotations

import ctypes
import sys

_FIRST_IMMORTAL = (3, 12)
_MANY = 1 << 40


def keep_singletons_alive() -> None:
    """Give ``None``, ``True`` and ``False`` so many references that they cannot run out of them.

    WORKAROUND for PySide6 6.12.0: a method without a result returns ``None`` without taking a reference, and so does
    every emitted signal with ``True``. Since Python 3.12 these objects are immortal and nothing happens; on 3.11 the
    interpreter ends with "deallocating None" after some 7,000 calls, which is seconds of painting, or with
    "deallocating True or False" when it exits. Can go when Python 3.11 is no longer supported, or with a PySide6 that
    takes the references (6.11.3 does).
    """
    mortal = sys.version_info < _FIRST_IMMORTAL and sys.implementation.name == "cpython"
    traced = hasattr(sys, "getobjects")  # then the count is not the first field of an object
    if not mortal or traced:
        return
    for singleton in (None, True, False):
        if sys.getrefcount(singleton) < _MANY // 2:
            ctypes.c_ssize_t.from_address(id(singleton)).value += _MANY
