"""The closed form: each part of a training step's memory in bytes; it knows neither jobs, machines nor words.

Every term is a count of tensors that are alive at the same moment of a step. A step has two moments that can be the
peak: the loss, with what the forward pass kept and the logits; and the backward pass through one block, with that
block's own tensors. What both have in common is added up; of the rest the larger counts.
"""

from __future__ import annotations

from desktop.engine.memory.shape import Shape

TILE_TOKENS = 4096  # the fused head of TRL works on tiles of this many tokens
TILE_WORDS = 32_768  # and this many words of the vocabulary
CPU_TILES = 6  # the fold in plain torch holds the tile, its softmax, the gradient and three temporaries
WHOLE_LOGITS_FP32 = 4.0  # logits, their fp32 copy, log-softmax and gradient, as multiples of tokens x words x 4 bytes
WHOLE_LOGITS_16BIT = 3.5

# Bytes of optimizer state for one trained weight of four bytes. The 8-bit kinds keep one scale for 256 values.
STATE_BYTES = {
    "adamw": 8.0,
    "adamw_8bit": 2.0 + 2 * 4 / 256,
    "paged_adamw_8bit": 2.0 + 2 * 4 / 256,
    "sgd": 0.0,
    "muon": 4.0,
}


def weights(shape: Shape) -> float:
    """Return the bytes of the base model."""
    if shape.quantization == "none":
        return shape.facts.parameters * shape.weight_bytes
    linear = shape.linear_weights
    # Embeddings, norms and head are raised to fp32 when a quantised base is made ready for training.
    rest = max(0, shape.facts.parameters - linear) * 4.0
    if shape.quantization == "8bit":
        rows = sum(shape.facts.count(name) * out for name, (out, _) in shape.facts.linear_shapes.items())
        return linear + rows * 4.0 + rest
    blocks = linear / 64
    scales = blocks * (1 + 4 / 256) if shape.double_quant else blocks * 4
    return linear / 2 + scales + rest


def adapter(shape: Shape) -> float:
    """Return the bytes of what the method adds to the model."""
    return shape.trainable * shape.trained_bytes if shape.adapter else 0.0


def gradients(shape: Shape) -> float:
    """Return the bytes of one gradient for every weight that learns."""
    return float(shape.trainable * shape.trained_bytes)


def optimizer(shape: Shape) -> float:
    """Return the bytes of what the optimizer remembers of every weight that learns, and the objective with it."""
    state = STATE_BYTES.get(shape.optimizer, STATE_BYTES["adamw"])
    in_trained_dtype = shape.optimizer in ("adamw", "muon")
    return shape.trainable * ((state * shape.trained_bytes / 4 if in_trained_dtype else state) + 4.0 * shape.copies)


def step_copy(shape: Shape) -> float:
    """Return the bytes AdamW's update holds for a moment: one more copy of what learns, on a GPU all at once."""
    return float(shape.trainable * shape.trained_bytes) if shape.cuda and shape.optimizer == "adamw" else 0.0


def kept_in_a_block(shape: Shape) -> float:
    """Return the bytes one block keeps of a forward pass for its backward pass."""
    facts = shape.facts
    key_width = facts.hidden * facts.kv_heads / max(1, facts.heads)
    inputs = facts.hidden * 2 * 4.0  # what enters both norms, which compute in fp32
    normed = facts.hidden * 2 * shape.inner_bytes * (1 if shape.adapter else 2)
    attended = (2 * facts.hidden + 2 * key_width) * shape.inner_bytes
    if shape.attention != "fused":
        # Keys and values are repeated for every query head, and the square of scores is kept.
        attended += 2 * (facts.hidden - key_width) * shape.inner_bytes
        attended += facts.heads * shape.length * (4.0 if shape.attention == "math" else 4.0 + shape.inner_bytes)
    else:
        attended += facts.heads * 4.0
    # Gate, its activation, up and (if it learns from it) their product; a plain one keeps both sides of its activation,
    # and GPT-2's, written out in single steps, three more.
    widths = (4 if shape.gated else 6 if facts.architecture == "gpt2" else 3) - (0 if shape.feed_forward else 1)
    fed = facts.intermediate * shape.inner_bytes * widths
    dropped = 0.0
    if shape.dropout and shape.adapter:
        blocks = max(1, facts.layers)
        wide = sum(facts.count(name) * inner for name, (_, inner) in facts.linear_shapes.items()) / blocks
        dropped = wide * (shape.inner_bytes + 1)
    added = shape.kept.by_token * shape.inner_bytes
    return shape.tokens * (inputs + normed + attended + fed + dropped + added) + shape.kept.by_block * shape.inner_bytes


def at_work_in_a_block(shape: Shape) -> float:
    """Return the bytes that are alive only while the backward pass is inside one block."""
    facts = shape.facts
    flowing = shape.tokens * (facts.intermediate * (3 if shape.gated else 2) * shape.inner_bytes + facts.hidden * 8.0)
    flowing += shape.kept.at_work * shape.inner_bytes
    if shape.attention != "fused":
        flowing += shape.tokens * facts.heads * shape.length * 4.0
    if shape.quantization == "none":
        return flowing
    largest = max((out * wide for out, wide in facts.linear_shapes.values()), default=0)
    return flowing + largest * (shape.inner_bytes + 1 / 16)  # one layer unpacked to full width, and its scales


def logits(shape: Shape) -> float:
    """Return the bytes the loss needs over the vocabulary."""
    words = shape.facts.vocabulary
    if shape.head == "whole":
        factor = WHOLE_LOGITS_FP32 if shape.stream_bytes == 4 else WHOLE_LOGITS_16BIT
        return factor * shape.tokens * words * 4
    rows = min(shape.tokens, TILE_TOKENS)
    hidden = shape.tokens * shape.facts.hidden * (4 + shape.stream_bytes)
    # On a GPU one tile is worked on in place, in its full width whatever the vocabulary.
    tile = rows * TILE_WORDS * shape.inner_bytes if shape.cuda else rows * min(words, TILE_WORDS) * 4 * CPU_TILES
    head = 0.0 if shape.adapter else words * shape.facts.hidden * 4.0  # its gradient is summed up in fp32
    return tile + hidden + head


def activations(shape: Shape) -> float:
    """Return the bytes of what the forward pass keeps, and what of the backward pass stands above the logits."""
    block = kept_in_a_block(shape)
    working = at_work_in_a_block(shape)
    loss = logits(shape)
    if shape.checkpointing:
        kept = shape.facts.layers * shape.tokens * shape.facts.hidden * shape.stream_bytes
        return kept + max(0.0, block + working - loss)
    return shape.facts.layers * block + max(0.0, working - loss)
