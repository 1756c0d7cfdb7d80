"""The recurrent layers: name, how to make it in either library, shapes of the inputs."""

from __future__ import annotations

from typing import Any

SHAPE = ((2, 4, 3),)
FILM = ((2, 3, 5, 4, 2),)


RECURRENT: list[tuple[str, Any, tuple[tuple[int, ...], ...]]] = [
    ("SimpleRNN", lambda room: room.SimpleRNN(3), SHAPE),
    (
        "SimpleRNN-all",
        lambda room: room.SimpleRNN(3, "sigmoid", False, return_sequences=True, go_backwards=True),
        SHAPE,
    ),
    ("LSTM", lambda room: room.LSTM(3), SHAPE),
    ("LSTM-sequences", lambda room: room.LSTM(3, return_sequences=True, unit_forget_bias=False, unroll=True), SHAPE),
    ("LSTM-backwards", lambda room: room.LSTM(3, use_bias=False, return_sequences=True, go_backwards=True), SHAPE),
    ("LSTM-other", lambda room: room.LSTM(3, "softplus", "hard_sigmoid"), SHAPE),
    ("GRU", lambda room: room.GRU(3), SHAPE),
    ("GRU-sequences", lambda room: room.GRU(3, return_sequences=True, go_backwards=True), SHAPE),
    ("GRU-before", lambda room: room.GRU(3, reset_after=False, return_sequences=True), SHAPE),
    ("GRU-other", lambda room: room.GRU(3, "softplus", "hard_sigmoid", reset_after=False, use_bias=False), SHAPE),
    ("RNN-simple", lambda room: room.RNN(room.SimpleRNNCell(3), return_sequences=True), SHAPE),
    ("RNN-stacked", lambda room: room.RNN([room.LSTMCell(3), room.GRUCell(2)], go_backwards=True), SHAPE),
    ("Bidirectional", lambda room: room.Bidirectional(room.LSTM(3)), SHAPE),
    (
        "Bidirectional-two",
        lambda room: room.Bidirectional(
            room.SimpleRNN(3, return_sequences=True),
            backward_layer=room.GRU(2, return_sequences=True, go_backwards=True),
        ),
        SHAPE,
    ),
    ("TimeDistributed", lambda room: room.TimeDistributed(room.Dense(2, "tanh")), SHAPE),
    ("ConvLSTM1D", lambda room: room.ConvLSTM1D(2, 3, return_sequences=True), ((2, 3, 5, 2),)),
    ("ConvLSTM2D", lambda room: room.ConvLSTM2D(2, (3, 2), padding="same", strides=2), FILM),
    (
        "ConvLSTM2D-first",
        lambda room: room.ConvLSTM2D(2, 2, data_format="channels_first", dilation_rate=2, return_sequences=True),
        ((2, 2, 2, 5, 4),),
    ),
    ("ConvLSTM3D", lambda room: room.ConvLSTM3D(1, 2, use_bias=False), ((1, 2, 3, 3, 2, 1),)),
]

DROPPED: list[tuple[str, Any, tuple[tuple[int, ...], ...]]] = [
    ("SimpleRNN-dropout", lambda room: room.SimpleRNN(3, dropout=0.3, recurrent_dropout=0.2, seed=1), SHAPE),
    ("LSTM-dropout", lambda room: room.LSTM(3, dropout=0.3), SHAPE),
    ("LSTM-recurrent_dropout", lambda room: room.LSTM(3, recurrent_dropout=0.3, return_sequences=True), SHAPE),
    ("GRU-before-dropout", lambda room: room.GRU(3, recurrent_dropout=0.3, reset_after=False), SHAPE),
    ("RNN-dropout", lambda room: room.RNN([room.LSTMCell(3, dropout=0.3), room.GRUCell(2, dropout=0.2)]), SHAPE),
    ("Bidirectional-dropout", lambda room: room.Bidirectional(room.LSTM(3, dropout=0.3)), SHAPE),
]
