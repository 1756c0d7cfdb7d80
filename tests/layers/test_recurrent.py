"""Sequences: masks, states that go in and out, states that are kept, dropout, cells of every kind."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

from layers.cases import drawn_like
from nyuron import layers
from nyuron.core import ArgumentError, KindError, ShapeError, from_config, to_config
from nyuron.layers import Call, forward
from nyuron.layers._penalties import layer_penalty
from nyuron.models import Model, Sequential
from nyuron.optimizers import SGD, LevenbergMarquardt, Newton
from oracle import keras_oracle

theirs = keras.layers
X = np.random.default_rng(0).normal(size=(3, 5, 2)).astype(np.float32)
MASK = np.array([[1, 1, 0, 1, 0], [0, 1, 1, 1, 1], [1, 0, 0, 0, 0]], bool)


def pair(make: Any, shape: tuple[int | None, ...] = (3, 5, 2)) -> tuple[Any, Any]:
    """Our layer and Keras's with the same weights."""
    ours = make(layers)
    ours.build_for((None, *shape[1:]))
    with keras_oracle():
        other = make(theirs)
        other.build(shape)
        weights = drawn_like([np.asarray(v.value) for v in other.weights])
        other.set_weights(weights)
    ours.set_weights(weights)
    return ours, other


def same(ours: Any, others: Any) -> None:
    a, b = jax.tree.leaves(ours), jax.tree.leaves(others)
    assert len(a) == len(b)
    for x, y in zip(a, b, strict=True):
        np.testing.assert_allclose(x, y, rtol=2e-5, atol=2e-6)


# Masks and states.

MASKED = {
    "simple": lambda room: room.SimpleRNN(3, return_state=True, return_sequences=True),
    "lstm": lambda room: room.LSTM(3, return_state=True),
    "lstm-zeros": lambda room: room.LSTM(3, return_sequences=True, zero_output_for_mask=True, go_backwards=True),
    "gru": lambda room: room.GRU(3, return_state=True, return_sequences=True, go_backwards=True),
    "gru-before": lambda room: room.GRU(3, return_state=True, reset_after=False),
    "rnn": lambda room: room.RNN([room.GRUCell(2), room.LSTMCell(3)], return_sequences=True),
    "rnn-zeros": lambda room: room.RNN(room.GRUCell(2), return_sequences=True, zero_output_for_mask=True),
    "both": lambda room: room.Bidirectional(room.LSTM(3, return_sequences=True)),
    "both-last": lambda room: room.Bidirectional(room.GRU(3), "mul"),
}


@pytest.mark.parametrize("name", MASKED)
def test_a_masked_step_changes_nothing(name: str) -> None:
    ours, other = pair(MASKED[name])
    with keras_oracle():
        wanted = other(X, mask=jnp.asarray(MASK))
        if name == "rnn":
            # Keras gives the first cell's state, which is no output.
            wanted = None
    found = ours(X, mask=jnp.asarray(MASK))
    if wanted is not None:
        same(found, wanted)
    else:
        np.testing.assert_array_equal(found[0, 2], found[0, 1])
        np.testing.assert_array_equal(found[1, 0], 0)
    done = forward(ours, ours.slot.params, ours.slot.state, (jnp.asarray(X),), Call(masks=(jnp.asarray(MASK),)))
    first = done.mask[0] if isinstance(done.mask, tuple) else done.mask
    assert (first is not None) == ours.return_sequences


@pytest.mark.parametrize("name", ["SimpleRNN", "LSTM", "GRU"])
def test_states_go_in_by_list_and_by_keyword(name: str) -> None:
    ours, other = pair(lambda room: getattr(room, name)(3, return_state=True))
    states = [np.full((3, 3), 0.5 + i, np.float32) for i in range(2 if name == "LSTM" else 1)]
    with keras_oracle():
        wanted = other(X, initial_state=states)
    same(ours(X, initial_state=states), wanted)
    same(ours([X, *states]), wanted)
    same(ours(sequences=X, initial_state=None), ours(X))


def translator(room: Any, make_model: Any, make_input: Any) -> Any:
    source, target = make_input((5, 2)), make_input((4, 3))
    _, *states = room.LSTM(3, return_state=True)(source)
    y = room.LSTM(3, return_sequences=True)(target, initial_state=states)
    y, *_ = room.GRU(2, return_sequences=True, return_state=True)(y)
    return make_model([source, target], room.Dense(2)(y))


def test_encoder_and_decoder_train_as_in_keras() -> None:
    rng = np.random.default_rng(1)
    x = [rng.normal(size=(8, 5, 2)).astype(np.float32), rng.normal(size=(8, 4, 3)).astype(np.float32)]
    y = rng.normal(size=(8, 4, 2)).astype(np.float32)
    ours = translator(layers, Model, layers.Input)
    with keras_oracle():
        other = translator(theirs, keras.Model, keras.Input)
        weights = drawn_like([np.asarray(v.value) for v in other.weights])
        other.set_weights(weights)
        wanted = other.predict(x, verbose=0)
        other.compile(keras.optimizers.SGD(0.1), "mse")
        other.fit(x, y, batch_size=4, epochs=2, shuffle=False, verbose=0)
    ours.set_weights(weights)
    same(ours.predict(x), wanted)
    again = Model.from_config(ours.get_config())
    again.set_weights(weights)
    same(again.predict(x), wanted)
    ours.compile(SGD(0.1), "mse")
    ours.fit(x, y, batch_size=4, epochs=2, shuffle=False, verbose=0)
    for a, b in zip(ours.get_weights(), [np.asarray(v.value) for v in other.weights], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-5)


def test_sequences_of_different_lengths_train_as_in_keras() -> None:
    rng = np.random.default_rng(2)
    x = rng.integers(1, 6, (8, 6)).astype(np.int32)
    x[np.arange(6) >= rng.integers(1, 7, (8, 1))] = 0
    y = rng.integers(0, 2, (8, 1)).astype(np.float32)

    def stack(room: Any, sequential: Any, made: Any) -> Any:
        return sequential(
            [
                made((6,)),
                room.Embedding(6, 3, mask_zero=True),
                room.Bidirectional(room.GRU(3, return_sequences=True)),
                room.TimeDistributed(room.Dense(3, activation="tanh")),
                room.LSTM(2),
                room.Dense(1, activation="sigmoid"),
            ]
        )

    ours = stack(layers, Sequential, lambda shape: layers.Input(shape, dtype="int32"))
    with keras_oracle():
        other = stack(theirs, keras.Sequential, lambda shape: keras.Input(shape, dtype="int32"))
        weights = [w - 0.5 for w in drawn_like([np.asarray(v.value) for v in other.weights])]
        other.set_weights(weights)
        other.compile(keras.optimizers.SGD(0.1), "binary_crossentropy")
        wanted = other.predict(x, verbose=0)
        other.fit(x, y, batch_size=4, epochs=1, shuffle=False, verbose=0)
    ours.set_weights(weights)
    same(ours.predict(x), wanted)
    ours.compile(SGD(0.1), "binary_crossentropy")
    ours.fit(x, y, batch_size=4, epochs=1, shuffle=False, verbose=0)
    for a, b in zip(ours.get_weights(), [np.asarray(v.value) for v in other.weights], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-5)


# States that are kept.


def test_a_stateful_layer_begins_where_it_ended() -> None:
    whole = layers.LSTM(3)
    whole(X)
    parts = layers.LSTM(3, stateful=True)
    parts(X[:, :2])
    parts.set_weights(whole.get_weights())
    assert len(parts.weights) == 3
    parts.reset_states()
    for start in (0, 2):
        parts(X[:, start : start + 2])
    same(parts(X[:, 4:]), whole(X))
    kept = parts.states
    parts.reset_state()
    assert kept is not None
    assert float(jnp.abs(kept[0]).sum()) > 0
    same(parts(X), whole(X))
    assert whole.states is None


def test_fit_and_predict_carry_states_on() -> None:
    layer = layers.GRU(3, stateful=True)
    both = layers.Bidirectional(layers.RNN(layers.SimpleRNNCell(2), return_sequences=True, stateful=True))
    model = Sequential([layers.Input((2, 2), batch_size=3), both, layer, layers.Dense(1)])
    x, y = np.concatenate([X[:, :2], X[:, 2:4]]), np.zeros((6, 1), np.float32)
    found = model.predict(x, batch_size=3)
    assert float(jnp.abs(layer.states[0]).sum()) > 0
    assert float(jnp.abs(both.states[1]).sum()) > 0
    assert not np.allclose(model.predict(x, batch_size=3), found)
    layer.reset_states()
    both.reset_states()
    np.testing.assert_array_equal(model.predict(x, batch_size=3), found)
    one_by_one = []
    layer.reset_states()
    both.reset_states()
    one_by_one += [model.predict(x[:3], batch_size=3), model.predict(x[3:], batch_size=3)]
    np.testing.assert_allclose(np.concatenate(one_by_one), found, rtol=1e-6)
    layer.reset_states()
    before = np.asarray(layer.states[0])
    model.compile("sgd", "mse")
    model.fit(x, y, batch_size=3, shuffle=False, verbose=0)
    assert not np.allclose(layer.states[0], before)
    with pytest.raises(ValueError, match="whole batches"):
        model.predict(x[:4], batch_size=3)
    with pytest.raises(ShapeError, match="batch_size"):
        model.predict(x, batch_size=2)
    assert [tuple(w.shape) for w in model.get_weights()][-2:] == [(3, 1), (1,)]


def test_a_stateful_layer_needs_a_fixed_batch() -> None:
    with pytest.raises(ArgumentError, match="batch_size=32"):
        Sequential([layers.Input((5, 2)), layers.LSTM(3, stateful=True)])


# Cells.


@pytest.mark.parametrize("name", ["SimpleRNNCell", "LSTMCell", "GRUCell"])
def test_a_cell_is_one_step(name: str) -> None:
    ours = getattr(layers, name)(3)
    with keras_oracle():
        other = getattr(theirs, name)(3)
        other.build((3, 2))
        weights = drawn_like([np.asarray(v.value) for v in other.weights])
        other.set_weights(weights)
        states = [np.full((3, 3), 0.3, np.float32)] * (2 if name == "LSTMCell" else 1)
        wanted = other(X[:, 0], states)
        start = other.get_initial_state(3)
    ours.build((None, 2))
    ours.set_weights(weights)
    output, after = ours(X[:, 0], [jnp.asarray(s) for s in states])
    same((output, *after), (wanted[0], *wanted[1]))
    same(ours.get_initial_state(3), start)
    assert ours.state_size == other.state_size
    assert ours.output_size == other.output_size


def test_stacked_cells_have_the_states_of_all() -> None:
    ours, other = pair(
        lambda room: room.RNN(room.StackedRNNCells([room.LSTMCell(3), room.GRUCell(2)]), return_state=True)
    )
    with keras_oracle():
        wanted = other(X)
    same(ours(X), wanted)
    assert ours.cell.state_size == [[3, 3], 2]
    start = [jnp.full((3, 3), 0.1), jnp.full((3, 3), 0.2), jnp.full((3, 2), 0.3)]
    with keras_oracle():
        wanted = other(X, initial_state=[start[:2], start[2]])
    same(ours(X, initial_state=start), wanted)
    assert [w.shape for w in ours.cell.cells[1].get_weights()] == [(3, 6), (2, 6), (2, 6)]


def minimal(base: type, dense: Any) -> type:
    class Minimal(base):
        def __init__(self, units: int, **options: Any) -> None:
            super().__init__(**options)
            self.units, self.state_size = units, units
            self.mix = dense(units)

        def build(self, input_shape: Any) -> None:
            self.kernel = self.add_weight(
                shape=(input_shape[-1], self.units), initializer="uniform", name="kernel", regularizer="l2"
            )
            self.mix.build((None, self.units))
            self.built = True

        def call(self, inputs: Any, states: Any) -> Any:
            output = jnp.tanh(jnp.matmul(inputs, jnp.asarray(self.kernel.value)) + self.mix(states[0]))
            return output, [output]

    return Minimal


def test_a_users_cell_goes_through_time() -> None:
    ours = layers.RNN(minimal(layers.Layer, layers.Dense)(3), return_sequences=True, return_state=True)
    found = ours(X)
    with keras_oracle():
        other = theirs.RNN(minimal(theirs.Layer, theirs.Dense)(3), return_sequences=True, return_state=True)
        other.build((3, 5, 2))
        weights = drawn_like([np.asarray(v.value) for v in other.weights])
        other.set_weights(weights)
        wanted = other(X)
    assert [a.shape for a in found] == [(3, 5, 3), (3, 3)]
    ours.set_weights(weights)
    same(ours(X), wanted)
    np.testing.assert_array_equal(ours.cell.get_weights()[0], weights[0])
    penalty = layer_penalty(ours.description, ours.slot.params)
    np.testing.assert_allclose(penalty, 0.01 * np.sum(np.square(weights[0])), rtol=1e-5)
    model = Sequential([layers.Input((5, 2)), layers.RNN(minimal(layers.Layer, layers.Dense)(3)), layers.Dense(1)])
    model.compile("adam", "mse")
    history = model.fit(X, np.ones((3, 1), np.float32), epochs=30, verbose=0).history["loss"]
    assert history[-1] < history[0]


@pytest.mark.parametrize("make", [lambda: layers.RNN(layers.Dense(3)), lambda: layers.StackedRNNCells([3])])
def test_what_is_no_cell_is_refused(make: Any) -> None:
    with pytest.raises(KindError, match="this is no cell"):
        make()


def test_methods_with_second_derivatives_train_recurrent_layers() -> None:
    y = X[:, :, :1].sum(1)
    for optimizer in (LevenbergMarquardt(), Newton()):
        model = Sequential([layers.Input((5, 2)), layers.LSTM(2), layers.Dense(1)])
        model.compile(optimizer, "mse")
        losses = model.fit(X, y, batch_size=3, epochs=6, verbose=0).history["loss"]
        assert losses[-1] < losses[0]


# Dropout.


def test_the_same_values_are_dropped_at_every_step() -> None:
    layer = layers.SimpleRNN(6, "linear", False, "identity", "zeros", dropout=0.5, return_sequences=True)
    x = jnp.ones((4, 7, 6))
    layer.build_for((None, 7, 6))
    y = layer.apply(layer.slot.params, {}, x, call=Call(jax.random.key(1), True, masks=(None,)))[0]
    assert set(np.unique(y)) == {0.0, 2.0}
    np.testing.assert_array_equal(y, jnp.broadcast_to(y[:, :1], y.shape))
    assert len({tuple(row) for row in np.asarray(y[:, 0])}) > 1
    same(layer.apply(layer.slot.params, {}, x, call=Call(jax.random.key(1), True, masks=(None,)))[0], y)
    np.testing.assert_array_equal(layer(x), x)


def test_recurrent_dropout_drops_what_comes_back() -> None:
    layer = layers.SimpleRNN(6, "linear", False, "zeros", "identity", recurrent_dropout=0.5, return_sequences=True)
    start = jnp.ones((4, 6))
    layer.build_for((None, 3, 6))
    call = Call(jax.random.key(1), True, masks=(None,))
    y = layer.apply(layer.slot.params, {}, jnp.zeros((4, 3, 6)), start, call=call)[0]
    assert set(np.unique(y[:, 0])) == {0.0, 2.0}
    np.testing.assert_array_equal(y[:, 2], y[:, 0] * 4)


def test_seeds_set_the_draws_of_two_layers_apart() -> None:
    a, b = layers.LSTM(3, dropout=0.5, seed=1), layers.LSTM(3, dropout=0.5, seed=2)
    a.build_for((None, 5, 2))
    call = Call(jax.random.key(1), True, masks=(None,))
    x = jnp.asarray(X)
    assert not np.allclose(*(layer.apply(a.slot.params, {}, x, call=call)[0] for layer in (a, b)))


@pytest.mark.parametrize("name", ["dropout", "recurrent_dropout"])
def test_a_rate_is_a_probability(name: str) -> None:
    with pytest.raises(ArgumentError, match=name):
        layers.GRU(3, **{name: 1.5})(X)
    assert getattr(layers.GRU(3), name) == 0.0
    assert to_config(layers.GRU(3))["config"][name] == 0.0


# Both directions, each step alike.


@pytest.mark.parametrize("merge", ["concat", "sum", "mul", "ave", None])
@pytest.mark.parametrize("sequences", [True, False])
def test_merges_are_keras_ones(merge: str | None, sequences: bool) -> None:
    def make(room: Any) -> Any:
        return room.Bidirectional(room.LSTM(3, return_sequences=sequences, return_state=True), merge)

    ours, other = pair(make)
    states = [np.full((3, 3), 0.1 * i, np.float32) for i in range(4)]
    with keras_oracle():
        wanted = other(X, initial_state=states)
        shapes = other.compute_output_shape((3, 5, 2))
    found = ours(X, initial_state=states)
    same(found, wanted)
    assert [a.shape for a in found] == [tuple(s) for s in jax.tree.leaves(shapes, is_leaf=is_shape)]
    assert ours.compute_output_shape((3, 5, 2)) == tuple(a.shape for a in found)
    symbolic = ours(layers.Input((5, 2)))
    assert [s.shape[1:] for s in symbolic] == [a.shape[1:] for a in found]


def is_shape(value: Any) -> bool:
    return isinstance(value, tuple | list) and all(n is None or isinstance(n, int) for n in value)


def test_both_directions_have_layers_of_their_own() -> None:
    layer = layers.LSTM(3, kernel_regularizer="l2", activity_regularizer="l1", name="words")
    both = layers.Bidirectional(layer)
    assert (both.forward_layer.name, both.backward_layer.name) == ("forward_words", "backward_words")
    assert not layer.built
    y = both(X)
    done = forward(both.description, both.slot.params, both.slot.state, (jnp.asarray(X),), Call(masks=(None,)))
    np.testing.assert_allclose(done.penalty, 0.01 * jnp.abs(y).sum() / 3, rtol=1e-5)
    kernels = [both.forward_layer.get_weights()[0], both.backward_layer.get_weights()[0]]
    penalty = layer_penalty(both.description, both.slot.params)
    np.testing.assert_allclose(penalty, sum(0.01 * np.square(k).sum() for k in kernels), rtol=1e-5)
    assert not np.allclose(*kernels)
    again = from_config(to_config(both))
    assert again.backward_layer.go_backwards
    assert to_config(again) == to_config(both)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: layers.Bidirectional(layers.LSTM(3), "max"), "merge_mode"),
        (lambda: layers.Bidirectional(layers.LSTM(3), backward_layer=layers.LSTM(3)), "go_backwards"),
        (
            lambda: layers.Bidirectional(
                layers.LSTM(3), backward_layer=layers.GRU(3, go_backwards=True, return_sequences=True)
            ),
            "return_sequences",
        ),
        (lambda: layers.Bidirectional(layers.Dense(3)), "through time"),
    ],
)
def test_two_layers_that_do_not_go_together(make: Any, message: str) -> None:
    with pytest.raises(ValueError if "time" not in message else TypeError, match=message):
        make()


def test_a_trained_model_looks_at_every_step() -> None:
    eye = Sequential([layers.Input((4,)), layers.Dense(3, activation="relu"), layers.BatchNormalization()])
    x = np.random.default_rng(3).normal(size=(6, 5, 4)).astype(np.float32)
    wanted = np.stack([eye.predict(x[:, t]) for t in range(5)], 1)
    film = Sequential([layers.Input((5, 4)), layers.TimeDistributed(eye), layers.GRU(2), layers.Dense(1)])
    same(film.layers[0](x), wanted)
    assert [w.shape for w in film.layers[0].weights] == [w.shape for w in eye.weights]
    before = eye.get_weights()
    eye.trainable = False
    film.compile("sgd", "mse")
    film.fit(x, np.ones((6, 1), np.float32), verbose=0)
    for a, b in zip(eye.get_weights(), before, strict=True):
        np.testing.assert_array_equal(a, b)
    eye.trainable = True
    film.fit(x, np.ones((6, 1), np.float32), verbose=0)
    assert not np.allclose(eye.get_weights()[0], before[0])
    again = from_config(to_config(film.layers[0]))
    again.build_for((None, 5, 4))
    again.set_weights(eye.get_weights())
    same(again(x), film.layers[0](x))


def test_weights_are_penalised_and_constrained() -> None:
    layer = layers.RNN(layers.GRUCell(3, recurrent_regularizer="l2", bias_constraint="non_neg"))
    layer.build_for((None, 5, 2))
    layer.set_weights([w - 0.5 for w in drawn_like(layer.get_weights())])
    wanted = 0.01 * np.square(layer.get_weights()[1]).sum()
    np.testing.assert_allclose(layer_penalty(layer.description, layer.slot.params), wanted, rtol=1e-5)
    assert float(layer.description.constrain(layer.slot.params)["cell"]["bias"].min()) == 0.0
    layer.cell.trainable = False
    assert layer_penalty(layer.description, layer.slot.params) == 0.0


# Errors.


@pytest.mark.parametrize(
    ("make", "x", "message"),
    [
        (lambda: layers.LSTM(0), X, "units"),
        (lambda: layers.LSTM(3), X[0], "number of axes"),
        (lambda: layers.TimeDistributed(layers.Dense(2)), X[0], "time axis"),
        (lambda: layers.ConvLSTM2D(2, 3, padding="causal"), np.ones((1, 2, 4, 4, 1), np.float32), "padding"),
        (lambda: layers.ConvLSTM2D(2, 3, 2, dilation_rate=2), np.ones((1, 2, 4, 4, 1), np.float32), "combined"),
        (lambda: layers.ConvLSTM2D(2, (3, 3, 3)), np.ones((1, 2, 4, 4, 1), np.float32), "kernel_size"),
    ],
)
def test_what_cannot_be_is_said(make: Any, x: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()(x)


def test_states_that_do_not_fit() -> None:
    layer = layers.LSTM(3)
    with pytest.raises(ShapeError, match="2 states"):
        layer(X, initial_state=[jnp.zeros((3, 3))])
    with pytest.raises(ShapeError, match="last axis"):
        layer(X[:, :, :1])
