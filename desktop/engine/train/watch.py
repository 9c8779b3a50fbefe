"""Turns what can go wrong in mid-run into sentences that say what to change; it knows no screen."""

from __future__ import annotations

import errno
from collections.abc import Sequence

import torch

from desktop.engine.errors import UserError
from desktop.engine.job import JobSpec
from desktop.engine.train.fitted import halved, is_out_of_memory

_GPU_WORDS = ("CUDA", "CUBLAS", "cuBLAS", "CUDNN", "cuDNN", "NCCL", "HIP error", "Xid")


class NotFiniteError(Exception):
    """A number of the training is infinite or no number; the weights were not touched by it.

    Attributes:
        what: ``loss`` or ``gradient``.
        step: the step it happened in.
        texts: what the step's batches read, as far as it is known.
        rows: a sentence that names the rows of the batch, empty while nobody has looked for them.
    """

    def __init__(self, what: str, step: int, texts: Sequence[str] = ()) -> None:
        """Remember which, when and over what."""
        super().__init__(f"the {what} of step {step} is not finite")
        self.what = what
        self.step = step
        self.texts = texts
        self.rows = ""


def explained(error: BaseException, job: JobSpec | None, step: int, log: str, *, training: bool = True) -> UserError:
    """Return ``error`` as something a user can act on.

    Args:
        error: what happened.
        job: what was asked, as far as it is known.
        step: steps done.
        log: where the details are.
        training: whether the steps had begun, so that a smaller batch helps where memory ran out.
    """
    if isinstance(error, UserError):
        return error
    if isinstance(error, NotFiniteError):
        return _not_finite(error, job)
    if is_out_of_memory(error):
        return _memory(error, job, step, training=training)
    if is_disk_full(error):
        return UserError(
            "disk_full",
            "The disk is full, so the result could not be saved. Checkpoints saved before are kept.",
            "Free some space, then resume the run.",
        )
    if isinstance(error, RuntimeError) and any(word in str(error) for word in _GPU_WORDS):
        return UserError(
            "gpu_lost",
            f"The GPU stopped answering after step {step}. Checkpoints saved before are kept.",
            f"Resume the run; if it happens again, restart the machine. The driver's own words are in {log}.",
        )
    return UserError(
        "unexpected",
        f"Something went wrong that Fettle did not foresee ({type(error).__name__}). "
        "Checkpoints saved before are kept.",
        f"The details are in {log}. Resume the run, or report the problem with that file.",
    )


def is_disk_full(error: BaseException) -> bool:
    """Tell whether ``error`` means that no space is left (or the user's quota is used up)."""
    if not isinstance(error, OSError):
        return False
    return error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) or "No space left" in str(error)


def _not_finite(error: NotFiniteError, job: JobSpec | None) -> UserError:
    half_precision = job is not None and job.training.precision == "fp16"
    cure = "Set the precision to bf16 or fp32" if half_precision else "Lower the learning rate to a third"
    return UserError(
        "not_finite",
        f"The {error.what} of step {error.step} is no longer a number, so the run was stopped before it could spoil "
        f"the weights. Checkpoints saved before are good. {error.rows}".rstrip(),
        f"{cure} and start again; if it happens at the same step again, look at the rows of that step.",
    )


def _memory(error: BaseException, job: JobSpec | None, step: int, *, training: bool) -> UserError:
    where = "The GPU" if isinstance(error, torch.OutOfMemoryError) else "The machine"
    when = f"at step {step + 1}" if step else "while loading the model or in the first step"
    cures = []
    if job is not None:
        asked = job.training
        smaller = halved(asked) if training else None
        if smaller is not None:
            cures.append(
                f"resume the run: it tries again with the batch size lowered to {smaller.batch_size} and accumulate "
                f"set to {smaller.accumulation}, which learns from the same rows a step"
            )
        if not asked.checkpointing:
            cures.append("turn on gradient checkpointing")
        if asked.max_length > 128:
            cures.append(f"cut rows at {asked.max_length // 2} tokens")
        if job.quantization == "none":
            cures.append("choose QLoRA")
    hint = ("; or ".join(cures) or "take a smaller model") + "."
    return UserError("out_of_memory", f"{where} ran out of memory {when}.", hint[0].upper() + hint[1:])
