"""How dearly a model pays for leaving its reference, raised and lowered by how far it went; it knows no model."""

from __future__ import annotations

from dataclasses import dataclass

_MOST = 0.2  # of the error that is heeded at a time
_GAIN = 0.1


@dataclass
class KlPenalty:
    """The coefficient of the KL penalty.

    Attributes:
        coefficient: beta as it is now.
        target: KL divergence of an answer, in nats, that is aimed at; ``None`` keeps the coefficient as it is.
    """

    coefficient: float
    target: float | None = None

    def heed(self, divergence: float) -> None:
        """Move the coefficient by what was measured over a set of answers.

        Ziegler et al. 2019, section 2.2: the error relative to the target, held within 0.2, times 0.1.
        """
        if self.target is None:
            return
        error = min(_MOST, max(-_MOST, divergence / self.target - 1))
        self.coefficient *= 1 + _GAIN * error
