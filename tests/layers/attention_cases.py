"""Attention, positions and Transformer blocks: name, how to make it, shapes of the inputs, and what is special.

"keras": Keras has the layer, and takes its inputs as a list. The others are compared in test_attention.py.
"""

from __future__ import annotations

from typing import Any

PAIR = ((2, 3, 6), (2, 4, 6))
THREE = (*PAIR, (2, 4, 6))
STEPS = ((2, 4, 6),)


ATTENTION: list[tuple[str, Any, tuple[tuple[int, ...], ...], set[str]]] = [
    ("Attention", lambda room: room.Attention(), PAIR, {"keras"}),
    ("Attention-concat", lambda room: room.Attention(True, "concat"), THREE, {"keras"}),
    ("Attention-dropout", lambda room: room.Attention(dropout=0.3, seed=1), PAIR, {"is_random"}),
    ("AdditiveAttention", lambda room: room.AdditiveAttention(), PAIR, {"keras"}),
    ("AdditiveAttention-bare", lambda room: room.AdditiveAttention(use_scale=False), THREE, {"keras"}),
    ("MultiHeadAttention", lambda room: room.MultiHeadAttention(2, 3), PAIR, set()),
    (
        "MultiHeadAttention-all",
        lambda room: room.MultiHeadAttention(
            2, 3, 4, 0.2, output_shape=(2, 3), attention_axes=2, sliding_window=2, use_gate=True
        ),
        ((2, 2, 3, 6), (2, 2, 4, 6), (2, 2, 4, 5)),
        {"is_random"},
    ),
    ("GroupQueryAttention", lambda room: room.GroupQueryAttention(3, 4, 2), PAIR, set()),
    ("SinePositionEncoding", lambda room: room.SinePositionEncoding(), STEPS, set()),
    ("PositionEmbedding", lambda room: room.PositionEmbedding(7), STEPS, set()),
    ("PositionEmbedding-longer", lambda room: room.PositionEmbedding(3), STEPS, set()),
    (
        "TokenAndPositionEmbedding",
        lambda room: room.TokenAndPositionEmbedding(5, 8, 3),
        ((4, 6),),
        {"is_integer"},
    ),
    ("TransformerEncoder", lambda room: room.TransformerEncoder(5, 2, activation="gelu"), STEPS, set()),
    (
        "TransformerEncoder-first",
        lambda room: room.TransformerEncoder(5, 2, 0.2, "gelu", normalize_first=True),
        STEPS,
        {"is_random"},
    ),
    (
        "TransformerDecoder",
        lambda room: room.TransformerDecoder(5, 2, activation="gelu"),
        ((2, 4, 6), (2, 3, 5)),
        set(),
    ),
    (
        "TransformerDecoder-alone",
        lambda room: room.TransformerDecoder(5, 2, 0.2, "gelu", normalize_first=True),
        STEPS,
        {"is_random"},
    ),
]
