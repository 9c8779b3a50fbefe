"""Where a block ends its attention and its feed-forward part, told by the names of its layers; it loads nothing."""

from __future__ import annotations

import re
from typing import Literal

Place = Literal["attention", "feed-forward"]
Placement = Literal["pfeiffer", "houlsby"]

# The last linear layer of each part, whose output is added to the residual stream. Where a word alone does not tell
# (``dense``, ``c_proj``), what stands before it does.
_FEED_FORWARD = re.compile(
    r"(^|\.)(down_proj|fc2|dense_4h_to_h|fc_out|lin2|wo|ffn_output|mlp\.c_proj|mlp\.Wo|(?<!attention\.)output\.dense)$"
)
_ATTENTION = re.compile(
    r"(^|\.)(o_proj|out_proj|out_lin|o|attn\.c_proj|attn\.Wo"
    r"|(self_)?attention\.dense|self_attn\.dense|attention\.output\.dense)$"
)
_BLOCK_NUMBER = re.compile(r"\.\d+\.")


def place_of(layer: str) -> Place | None:
    """Return which part of its block the linear layer ``layer`` ends; ``None`` for any other layer.

    An attention that looks at the encoder is one more attention.
    """
    if _FEED_FORWARD.search(layer):
        return "feed-forward"
    return "attention" if _ATTENTION.search(layer) else None


def is_adapted(module: str, placement: str) -> bool:
    """Tell whether the module of a loaded model gets an adapter behind it."""
    place = place_of(module) if _BLOCK_NUMBER.search(module) else None
    return place is not None and place in places_in(placement)


def places_in(placement: str) -> tuple[Place, ...]:
    """Return behind which parts of a block adapters stand."""
    return ("attention", "feed-forward") if placement == "houlsby" else ("feed-forward",)


def bottleneck_width(width: int, reduction_factor: float, bottleneck_size: int | None) -> int:
    """Return the inner width of an adapter in a stream ``width`` wide: as given, else a share of it, one at least."""
    return bottleneck_size or max(1, int(width / reduction_factor))


def adapter_weights(width: int, inner: int, *, layer_norm: bool) -> int:
    """Return the weights of one adapter: 2 m d + d + m (Houlsby et al. 2019, section 2.1), and its norm's 2 d."""
    return 2 * width * inner + width + inner + (2 * width if layer_norm else 0)
