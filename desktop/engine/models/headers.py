"""Names, types and shapes of the tensors in safetensors files, read from their headers; it loads no weight."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from desktop.engine.errors import RequestError

_LARGEST_HEADER = 100 * 1024 * 1024  # the format's own limit; more is an attack or damage
_BYTES = {
    "F64": 8.0, "I64": 8.0, "U64": 8.0, "F32": 4.0, "I32": 4.0, "U32": 4.0, "F16": 2.0, "BF16": 2.0, "I16": 2.0,
    "U16": 2.0, "F8_E4M3": 1.0, "F8_E5M2": 1.0, "I8": 1.0, "U8": 1.0, "BOOL": 1.0,
    "PACKED2": 0.25, "PACKED3": 0.375, "PACKED4": 0.5, "PACKED8": 1.0,  # ours: several weights in one integer
}  # fmt: skip


@dataclass(frozen=True)
class TensorHeader:
    """One tensor, as a header describes it.

    Attributes:
        dtype: the format's own name (``BF16``).
        shape: its sizes.
    """

    dtype: str
    shape: tuple[int, ...]

    @property
    def count(self) -> int:
        """Return the number of values."""
        total = 1
        for size in self.shape:
            total *= size
        return total

    @property
    def bytes(self) -> float:
        """Return the size as stored."""
        return self.count * _BYTES.get(self.dtype, 4.0)


def read_header(path: Path) -> dict[str, TensorHeader]:
    """Return what one file holds; raise :class:`RequestError` where it is damaged or cut short.

    Eight bytes give the length of a JSON object; its offsets must end exactly where the file does. That finds a
    truncated download before anything is loaded (a flipped bit in the weights it cannot find: the format has no sum).
    """
    damaged = RequestError(
        "damaged_model",
        f"{path.name} is damaged or only partly downloaded.",
        "Copy or download the model again.",
    )
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if not 2 <= length <= min(_LARGEST_HEADER, size - 8):
                raise damaged
            values = json.loads(file.read(length))
        values.pop("__metadata__", None)
        tensors, end = {}, 0
        for name, item in values.items():
            tensors[name] = TensorHeader(str(item["dtype"]), tuple(int(part) for part in item["shape"]))
            end = max(end, int(item["data_offsets"][1]))
    except OSError as error:
        raise RequestError(
            "unreadable_model", f"{path.name} cannot be read: {error.strerror}.", "Check the file's permissions."
        ) from error
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise damaged from error
    if end != size - 8 - length:
        raise damaged
    return tensors


def weight_files(folder: Path) -> list[Path]:
    """Return the safetensors files of a model folder: the one, or those its index names.

    The library joins the names of an index to the folder unchecked, so an index could point anywhere on the disk:
    absolute names and names that leave the folder are refused here, before any load.
    """
    single = folder / "model.safetensors"
    if single.is_file():
        return [single]
    index = folder / "model.safetensors.index.json"
    if index.is_file():
        return _indexed(folder, index)
    pickled = sorted(path.name for pattern in ("*.bin", "*.pt", "*.pth", "*.ckpt") for path in folder.glob(pattern))
    if pickled:
        raise RequestError(
            "pickle_only",
            f"{folder.name} has its weights only as {pickled[0]}, a format that can run a stranger's code when opened.",
            "Get the safetensors version of this model.",
        )
    raise RequestError(
        "no_weights",
        f"{folder.name} has a config.json but no weights (model.safetensors).",
        "Download or copy the whole model folder.",
    )


def _indexed(folder: Path, index: Path) -> list[Path]:
    try:
        names = sorted({str(name) for name in json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise RequestError(
            "damaged_model", f"{index.name} cannot be read.", "Copy or download the model again."
        ) from error
    files = []
    for name in names:
        plain = "/" not in name and "\\" not in name and ":" not in name and name not in ("", ".", "..")
        if not plain:
            raise RequestError(
                "unsafe_model",
                f"{index.name} points outside the model's folder ({name!r}).",
                "Do not use this model, or get it from its original source.",
            )
        if not (folder / name).is_file():
            raise RequestError(
                "missing_shard",
                f"{folder.name} lacks {name}, a part of its weights.",
                "Download or copy the missing file.",
            )
        files.append(folder / name)
    return files
