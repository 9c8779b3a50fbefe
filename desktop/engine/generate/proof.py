"""What an answer was made with, short enough to compare by eye and exact enough to check; it opens no tensors."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

_BLOCK = 4 * 1024 * 1024


@dataclass(frozen=True)
class Proof:
    """The fingerprints of one contender.

    Attributes:
        model: name of the full weights.
        weights: SHA-256 of the full weights.
        adapters: SHA-256 of each adapter on top of them, in order; empty for the model as it is.
    """

    model: str
    weights: str
    adapters: tuple[str, ...] = ()


def fingerprint(folder: Path) -> str:
    """Return the SHA-256 of the weights in ``folder``.

    One file gives its own digest, the one ``sha256sum`` prints; several give the digest of their digests in order of
    name.
    """
    digests = [_digest(file) for file in sorted(folder.glob("*.safetensors"))]
    return digests[0] if len(digests) == 1 else hashlib.sha256("\n".join(digests).encode("ascii")).hexdigest()


def _digest(file: Path) -> str:
    made = hashlib.sha256()
    with file.open("rb") as stream:
        while block := stream.read(_BLOCK):
            made.update(block)
    return made.hexdigest()
