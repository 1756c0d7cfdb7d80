"""Receptive fields against where gradients reach, multiply-adds against formulas, and the table that tells them."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import nyuron
from nyuron import layers
from nyuron.core import StateError
from nyuron.models._costs import costs_of


def stack(shape: tuple[int, ...], *inner: Any) -> nyuron.Sequential:
    return nyuron.Sequential([layers.Input(shape), *inner])


def seen_positions(model: nyuron.Sequential, shape: tuple[int, ...]) -> int:
    """The most positions of a series that change one position of the output."""
    graph, params, state = model.graph, jax.tree.map(lambda w: jnp.abs(w) + 0.1, model.slot.params), model.slot.state

    def run(x: jax.Array) -> jax.Array:
        return jnp.sum(graph.apply(params, state, x[None], call=layers.Call())[0][0], -1)

    reached = jnp.abs(jax.jacobian(run)(jnp.asarray(np.random.default_rng(0).random(shape), jnp.float32))).sum(-1) > 0
    # Average pooling stands for maximum pooling: it has the same window, and no dead gradients.
    return int(reached.sum(1).max())


@pytest.mark.parametrize(
    "make",
    [
        lambda: [layers.Conv1D(2, 3), layers.Conv1D(2, 5)],
        lambda: [layers.Conv1D(2, 3, strides=2), layers.AveragePooling1D(2), layers.Conv1D(1, 3)],
        lambda: [layers.Conv1D(2, 3, dilation_rate=2), layers.DepthwiseConv1D(2), layers.Dense(3, "tanh")],
        lambda: [layers.AveragePooling1D(2), layers.UpSampling1D(2), layers.Conv1D(1, 3, padding="same")],
        lambda: [layers.Conv1D(2, 3, strides=2), layers.Conv1DTranspose(2, 5, strides=2)],
        lambda: [layers.ZeroPadding1D(1), layers.SeparableConv1D(2, 3), layers.Cropping1D(1), layers.LayerNormalization()],
    ],
)  # fmt: skip
def test_receptive_field_is_as_far_as_gradients_reach(make: Any) -> None:
    model = stack((40, 2), *make())
    reach = costs_of(model)[-1].reach
    assert reach.sizes is not None
    assert seen_positions(model, (40, 2)) == reach.sizes[0]


@pytest.mark.parametrize(
    "shape, inner, text",
    [
        ((28, 28, 1), [layers.Conv2D(2, (3, 5)), layers.MaxPooling2D(2)], "4×6"),
        ((8, 4), [layers.LSTM(3, return_sequences=True)], "all"),
        ((8, 4), [layers.TransformerEncoder(4, 2)], "all"),
        ((8, 4), [layers.Flatten(), layers.Dense(2)], "all"),
        ((4,), [layers.Dense(2)], "-"),
        ((8,), [layers.Embedding(5, 3), layers.Conv1D(2, 3)], "3"),
        ((28, 28), [layers.Reshape((28, 28, 1)), layers.Conv2D(2, 3)], "3×3"),
        ((28, 28), [layers.Conv1D(28, 3), layers.Reshape((26, 28, 1))], "?"),
        ((8, 4), [layers.TimeDistributed(layers.Dense(3))], "?"),
    ],
)
def test_receptive_field_in_words(shape: tuple[int, ...], inner: list[Any], text: str) -> None:
    assert str(costs_of(stack(shape, *inner))[-1].reach) == text


@pytest.mark.parametrize(
    "shape, layer, adds",
    [
        ((7,), lambda: layers.Dense(5), 7 * 5),
        ((4, 7), lambda: layers.Dense(5), 4 * 7 * 5),
        ((9, 9, 3), lambda: layers.Conv2D(8, 3), 7 * 7 * 3 * 3 * 3 * 8),
        ((9, 9, 4), lambda: layers.Conv2D(8, 3, strides=2, groups=2), 4 * 4 * 3 * 3 * 2 * 8),
        ((9, 9, 3), lambda: layers.DepthwiseConv2D(3), 7 * 7 * 9 * 3),
        ((9, 9, 3), lambda: layers.SeparableConv2D(8, 3), 7 * 7 * (9 * 3 + 3 * 8)),
        ((9, 9, 3), lambda: layers.Conv2DTranspose(8, 3), 9 * 9 * 9 * 3 * 8),
        ((6, 4), lambda: layers.LSTM(5), 6 * (4 * 20 + 5 * 20)),
        ((6, 4), lambda: layers.SimpleRNN(5), 6 * (4 * 5 + 5 * 5)),
        ((6, 8), lambda: layers.TransformerEncoder(16, 2), 6 * (4 * 8 * 8 + 2 * 8 * 16) + 2 * 6 * 6 * 8),
        ((5,), lambda: layers.Dropout(0.5), 0),
    ],
)
def test_multiply_adds_are_the_formulas(shape: tuple[int, ...], layer: Any, adds: int) -> None:
    (cost,) = costs_of(stack(shape, layer()))
    assert cost.multiply_adds == adds


def two_inputs() -> nyuron.Model:
    a, b = layers.Input((4, 3), name="a"), layers.Input((4, 3), name="b")
    shared = layers.Dense(3, "tanh", name="shared", kernel_regularizer="l2")
    inner_in = layers.Input((4, 3))
    inner = nyuron.Model(inner_in, layers.BatchNormalization(name="norm")(inner_in), name="inner")
    h = layers.MultiHeadAttention(1, 2, 3, name="look")(shared(a), shared(b))
    return nyuron.Model([a, b], layers.Dense(2, name="end")(layers.Flatten(name="flat")(inner(h))))


def test_uses_of_a_shared_layer_add_up() -> None:
    model = two_inputs()
    cost = dict(zip([layer.name for layer in model.network_layers], costs_of(model), strict=True))
    assert cost["shared"].multiply_adds == 2 * 4 * 3 * 3
    assert cost["shared"].output_bytes == 2 * 4 * 4 * 3
    assert cost["shared"].weight_bytes == 4 * (9 + 3)
    assert cost["look"].multiply_adds == 4 * 3 * (2 + 2 + 3) + 4 * 4 * (2 + 3) + 4 * 3 * 3


def test_summary_tells_more_on_request_and_nothing_otherwise() -> None:
    model = two_inputs()
    model.compile("adam", "mse")
    said: list[str] = []
    model.summary(print_fn=said.append)
    assert "Multiply" not in said[0]
    assert "chosen" not in said[0]
    model.summary(print_fn=said.append, detail=True, expand_nested=True)
    lines = said[1].splitlines()
    (end,) = [line for line in lines if line.startswith("│ end")]
    assert [cell.strip() for cell in end.strip("│").split("│")] == [
        "end (Dense)", "(None, 2)", "26", "all", "24", "104.00 B", "8.00 B", "flat",
    ]  # fmt: skip
    assert any("└ norm (BatchNormalization)" in line for line in lines)
    assert len({len(line) for line in lines if line[:1] in "│├┃┏┡└"}) == 1
    assert f" Multiply-adds for one example: {sum(c.multiply_adds or 0 for c in costs_of(model)):,}" in lines
    model.summary(print_fn=said.append, hyperparameters=True, show_trainable=True)
    assert "units=3, activation='tanh'" in said[2]
    assert "kernel_regularizer=L2(" in said[2]
    assert "moving_mean (carried) (3,)" in said[2]
    assert "learning_rate=0.001" in said[2]
    with pytest.raises(StateError, match="not built"):
        nyuron.Sequential([layers.Dense(2)]).summary(detail=True)


def test_parameters_against_hyperparameters() -> None:
    model = two_inputs()
    model.compile("sgd", "mse")
    table = model.hyperparameters()
    assert list(table) == [
        "a",
        "b",
        "shared",
        "look",
        *(n for n in table if n.startswith("inner/")),
        "flat",
        "end",
        "compile",
    ]
    assert table["shared"]["parameters"] == {"kernel": (3, 3), "bias": (3,)}
    assert table["shared"]["hyperparameters"]["activation"] == "tanh"
    assert table["look"]["parameters"]["value/kernel"] == (3, 1, 3)
    assert table["inner/norm"]["state"] == {"moving_mean": (3,), "moving_variance": (3,)}
    assert table["inner/norm"]["hyperparameters"]["momentum"] == 0.99
    assert table["compile"]["hyperparameters"]["learning_rate"] == 0.01
    shapes = [s for e in table.values() for part in ("parameters", "state") for s in e[part].values()]
    assert sum(int(np.prod(s)) for s in shapes) == model.count_params()


def test_users_layers_say_what_they_hold() -> None:
    class Scaled(layers.Layer):
        def __init__(self, factor: float = 2.0, **options: Any) -> None:
            super().__init__(**options)
            self.factor = factor
            self.inner = layers.Dense(2, name="inner")

        def build(self, input_shape: Any) -> None:
            self.gain = self.add_weight(shape=(2,), name="gain")

        def call(self, inputs: Any) -> Any:
            return self.inner(inputs) * self.gain * self.factor

    model = stack((3,), Scaled(name="scaled"))
    entry = model.hyperparameters()["scaled"]
    assert entry["hyperparameters"] == {"factor": 2.0}
    assert entry["parameters"] == {"gain": (2,), "inner/kernel": (3, 2), "inner/bias": (2,)}
    assert costs_of(model)[0].multiply_adds == 6
