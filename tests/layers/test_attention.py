"""Attention and Transformer blocks beside Keras's: outputs, masks, scores, gradients, weights."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

import nyuron
from layers.cases import drawn_like
from nyuron import layers
from nyuron.core import ArgumentError, ShapeError, from_config, replace, to_config
from nyuron.layers import Call, Layer
from nyuron.layers._layer import at_path
from nyuron.layers._penalties import constrain_layer, layer_penalty
from nyuron.layers._rate import Never
from oracle import keras_oracle

QUERY, VALUE, KEY = (2, 3, 6), (2, 4, 5), (2, 4, 7)
PADDING = jnp.array([[True, True, True, False], [True, False, False, False]])
PAIRS = jnp.asarray(np.random.default_rng(7).random((2, 3, 4)) < 0.6).at[:, :, 0].set(True)


def normal(*shape: int, seed: int = 0) -> jax.Array:
    return jnp.asarray(np.random.default_rng(seed).normal(size=shape), jnp.float32)


def close(found: Any, wanted: Any, rtol: float = 2e-5, atol: float = 3e-6) -> None:
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=rtol, atol=atol), found, wanted)


def pair(ours: Layer, theirs: Any, *shapes: tuple[int, ...]) -> tuple[Layer, Any]:
    """Both built, with the same weights; names and order of weights are Keras's."""
    ours.build_for(*((None, *shape[1:]) for shape in shapes))
    with keras_oracle():
        theirs.build(*shapes)
        assert [path[-1] for path in ours.slot.order[0]] == [v.name for v in theirs.weights]
        assert [path[-2] for path in ours.slot.order[0]] == [v.path.split("/")[-2] for v in theirs.weights]
        weights = drawn_like([np.asarray(v.value) for v in theirs.weights])
        theirs.set_weights(weights)
    ours.set_weights(weights)
    return ours, theirs


HEADED = {
    "self": (dict(num_heads=2, key_dim=3), (QUERY, QUERY)),
    "cross": (dict(num_heads=2, key_dim=3, value_dim=4), (QUERY, VALUE)),
    "key": (dict(num_heads=3, key_dim=2, output_shape=5, use_bias=False), (QUERY, VALUE, KEY)),
    "gate": (dict(num_heads=2, key_dim=3, use_gate=True, sliding_window=2), (QUERY, VALUE)),
    "outputs": (dict(num_heads=2, key_dim=3, output_shape=(2, 3)), (QUERY, VALUE)),
    "axes": (dict(num_heads=2, key_dim=3, attention_axes=(2,)), ((2, 3, 4, 5), (2, 3, 6, 5))),
    "before": (dict(num_heads=2, key_dim=3, attention_axes=(1,)), ((2, 3, 4, 5), (2, 6, 4, 5))),
    "both": (dict(num_heads=2, key_dim=3), ((2, 3, 4, 5), (2, 2, 6, 5))),
}


@pytest.mark.parametrize("options, shapes", HEADED.values(), ids=HEADED)
def test_multi_head_attention_gives_what_keras_gives(options: dict, shapes: tuple) -> None:
    ours, theirs = pair(layers.MultiHeadAttention(**options), keras.layers.MultiHeadAttention(**options), *shapes)
    x = [normal(*shape, seed=i) for i, shape in enumerate(shapes)]
    if shapes[0] == shapes[1]:
        x[1] = x[0]
    found = ours(*x, return_attention_scores=True)
    variables = [jnp.asarray(v.value) for v in theirs.trainable_variables]
    pull = normal(*found[0].shape, seed=9)

    def our_loss(params: Any, x: Any) -> jax.Array:
        return jnp.sum(ours.apply(params, {}, *x, call=Call())[0] * pull)

    def their_loss(variables: Any, x: Any) -> jax.Array:
        # Without scores Keras takes another path, which needs values as long as keys.
        return jnp.sum(theirs.stateless_call(variables, [], *x, return_attention_scores=True)[0][0] * pull)

    with keras_oracle():
        wanted = theirs(*x, return_attention_scores=True)
        wanted_grads = jax.jit(jax.grad(their_loss, (0, 1)))(variables, x)
    close(found, tuple(wanted))
    assert found[0].shape == ours.compute_output_shape(*shapes)
    assert tuple(y.shape for y in found) == ours.compute_output_shape(*shapes, return_attention_scores=True)
    grads = jax.jit(jax.grad(our_loss, (0, 1)))(ours.slot.params, x)
    close([at_path(grads[0], path) for path in ours.slot.order[0]], wanted_grads[0], 1e-4, 1e-5)
    close(grads[1], wanted_grads[1], 1e-4, 1e-5)


@pytest.mark.parametrize("is_causal", [False, True])
@pytest.mark.parametrize("given", ["padding", "pairs", "both", "heads"])
@pytest.mark.parametrize("kind", ["MultiHeadAttention", "GroupQueryAttention"])
def test_masks_hide_what_they_hide_in_keras(kind: str, given: str, is_causal: bool) -> None:
    options: dict = dict(num_heads=2, key_dim=3)
    if kind == "GroupQueryAttention":
        options = dict(num_query_heads=4, num_key_value_heads=2, head_dim=3)
    ours, theirs = pair(getattr(layers, kind)(**options), getattr(keras.layers, kind)(**options), QUERY, VALUE)
    named: dict = {}
    if given in ("padding", "both"):
        named["value_mask"] = PADDING
    if given in ("pairs", "both"):
        named["attention_mask"] = PAIRS
    if given == "heads":
        if kind == "GroupQueryAttention" and is_causal:
            pytest.skip("Keras cannot join these")
        named["attention_mask"] = jnp.stack([PAIRS] * 3 + [PAIRS.at[:, :, 1].set(True)], 1)[
            :, -len(ours.weights[0][0]) :
        ]
        is_causal = False
    x = normal(*QUERY), normal(*VALUE, seed=1)
    found = ours(*x, **named, use_causal_mask=is_causal, return_attention_scores=True)
    with keras_oracle():
        wanted = theirs(*x, **named, use_causal_mask=is_causal, return_attention_scores=True)
    if kind == "MultiHeadAttention":
        close(found, tuple(wanted))
    else:
        # Keras returns no scores of grouped heads unless it drops some.
        close(found[0], wanted[0])


def test_masks_of_the_inputs_count_and_the_querys_goes_on() -> None:
    ours, theirs = pair(layers.MultiHeadAttention(2, 3), keras.layers.MultiHeadAttention(2, 3), QUERY, VALUE)
    x = normal(*QUERY), normal(*VALUE, seed=1)
    query_mask = jnp.array([[True, True, False], [True, True, True]])
    done = layers.forward(ours, ours.slot.params, {}, x, Call(masks=(query_mask, PADDING)))
    named = ours(*x, query_mask=query_mask, value_mask=PADDING)
    with keras_oracle():
        wanted, _ = theirs(
            *x, attention_mask=query_mask[:, :, None] & PADDING[:, None, :], return_attention_scores=True
        )
    close(done.output, wanted)
    close(named, wanted)
    np.testing.assert_array_equal(done.mask, query_mask)
    bias = ours.slot.params["attention_output"]["bias"]
    close(done.output[0, 2], bias)


def test_a_query_that_sees_nothing_has_finite_gradients() -> None:
    layer = layers.MultiHeadAttention(2, 3)
    x = normal(*QUERY)
    layer(x, x)
    nothing = jnp.zeros((2, 3, 3), bool)

    def loss(params: Any) -> jax.Array:
        return jnp.sum(layer.apply(params, {}, x, x, call=Call(), attention_mask=nothing)[0] ** 2)

    grads = jax.grad(loss)(layer.slot.params)
    assert all(bool(jnp.all(jnp.isfinite(g))) for g in jax.tree.leaves(grads))


def test_equal_inputs_share_a_product_and_change_nothing() -> None:
    layer = layers.MultiHeadAttention(2, 3)
    x = normal(*QUERY)
    close(layer(x, x), layer(x, x + 0.0))
    close(layer(x, x, x), layer(x, x + 0.0, x - 0.0))
    program = str(jax.make_jaxpr(lambda p, x: layer.apply(p, {}, x, x, call=Call())[0])(layer.slot.params, x))
    assert program.count("dot_general") == 4


def test_masks_may_be_inputs_of_a_functional_model() -> None:
    query, mask = layers.Input((3, 6)), layers.Input((3, 3), dtype="bool")
    layer = layers.MultiHeadAttention(2, 3)
    y = layer(query=query, value=query, attention_mask=mask, use_causal_mask=True)
    model = nyuron.models.Model([query, mask], y)
    x, pairs = normal(*QUERY), PAIRS[:, :, :3]
    found = model.predict([np.asarray(x), np.asarray(pairs)], verbose=0)
    close(found, layer(x, x, attention_mask=pairs, use_causal_mask=True))


@pytest.mark.parametrize("kind", ["Attention", "AdditiveAttention"])
@pytest.mark.parametrize("is_causal", [False, True])
def test_scored_attention_with_masks(kind: str, is_causal: bool) -> None:
    shapes = (QUERY, (2, 4, 5), (2, 4, 6))
    x = [normal(*shape, seed=i) for i, shape in enumerate(shapes)]
    masks = [jnp.array([[True, False, True], [True, True, True]]), PADDING.at[:, 0].set(True), None]
    ours = getattr(layers, kind)(use_scale=True)
    ours(x)
    ours.set_weights(drawn_like(ours.get_weights()))
    found = ours(x, mask=masks, use_causal_mask=is_causal, return_attention_scores=True)
    with keras_oracle():
        theirs = getattr(keras.layers, kind)(use_scale=True)
        theirs.build(list(shapes))
        theirs.set_weights(ours.get_weights())
        wanted = theirs(x, mask=masks, use_causal_mask=is_causal, return_attention_scores=True)
    close(found, tuple(wanted))
    assert tuple(y.shape for y in found) == ours.compute_output_shape(*shapes, return_attention_scores=True)
    done = layers.forward(ours, ours.slot.params, {}, tuple(x), Call(masks=tuple(masks)))
    np.testing.assert_array_equal(done.mask, masks[0])


@pytest.mark.parametrize("name", ["MultiHeadAttention", "GroupQueryAttention", "Attention", "AdditiveAttention"])
def test_arguments_are_keras_own(name: str) -> None:
    face = {"name", "trainable", "input_shape", "dtype"}
    ours = {k: p.default for k, p in inspect.signature(getattr(layers, name)).parameters.items() if k not in face}
    theirs = {k: p.default for k, p in inspect.signature(getattr(keras.layers, name)).parameters.items()}
    # Keras's AdditiveAttention takes its seed as one of **kwargs.
    wanted = {k: v for k, v in theirs.items() if k != "kwargs"} | ({"seed": None} if "seed" in ours else {})
    assert ours == wanted


@pytest.mark.parametrize(
    "make",
    [lambda rate: layers.MultiHeadAttention(2, 3, dropout=rate), lambda rate: layers.Attention(dropout=rate)],
    ids=["heads", "dot"],
)
def test_dropout_thins_the_scores(make: Callable[[float], Layer]) -> None:
    shape = (64, 8, 6)
    x = normal(*shape)
    layer = make(0.25)
    layer(x, x)
    call = Call(jax.random.key(0), True)

    def mean_of(rate: float, count: int = 100) -> jax.Array:
        def one(key: jax.Array) -> jax.Array:
            return make(rate).apply(layer.slot.params, {}, x, x, call=Call(key, True))[0]

        return jnp.mean(jax.vmap(one)(jax.random.split(jax.random.key(1), count)), 0)

    plain = layer(x, x)
    trained = layer.apply(layer.slot.params, {}, x, x, call=call)[0]
    assert not np.allclose(trained, plain)
    np.testing.assert_array_equal(make(0).apply(layer.slot.params, {}, x, x, call=Call(None, True))[0], plain)
    assert float(jnp.mean(jnp.abs(mean_of(0.25) - plain))) < 0.15 * float(jnp.mean(jnp.abs(trained - plain)))


def test_a_rate_of_0_is_no_number_of_the_program() -> None:
    layer = layers.MultiHeadAttention(2, 3)
    assert isinstance(layer.dropout, Never)
    assert layer.dropout == 0
    assert repr(layer) == "MultiHeadAttention(num_heads=2, key_dim=3)"
    assert to_config(layer)["config"]["dropout"] == 0
    assert isinstance(from_config(to_config(layer)).dropout, Never)
    assert not jax.tree.leaves(replace(layer, kernel_initializer=None, bias_initializer=None))
    assert jax.tree.leaves(replace(layer, dropout=0.5, kernel_initializer=None, bias_initializer=None)) == [0.5]


def test_regularizers_and_constraints_reach_every_projection() -> None:
    options: dict = dict(kernel_regularizer="l2", bias_regularizer="l1", kernel_constraint="non_neg")
    ours, theirs = pair(
        layers.MultiHeadAttention(2, 3, **options), keras.layers.MultiHeadAttention(2, 3, **options), QUERY, VALUE
    )
    with keras_oracle():
        wanted = sum(theirs.losses)
    close(layer_penalty(ours, ours.slot.params), wanted)
    negative = jax.tree.map(lambda w: -w, ours.slot.params)
    held = constrain_layer(ours, negative)
    for name in ("query", "key", "value", "attention_output"):
        assert float(jnp.min(held[name]["kernel"])) == 0
        close(held[name]["bias"], negative[name]["bias"])


@pytest.mark.parametrize(
    "make, shapes, words",
    [
        (lambda: layers.MultiHeadAttention(0, 3), (QUERY, QUERY), "positive whole numbers"),
        (lambda: layers.MultiHeadAttention(2, 3, dropout=1.5), (QUERY, QUERY), "dropout cannot be used"),
        (lambda: layers.MultiHeadAttention(2, 3), (QUERY,), "needs a query and a value"),
        (lambda: layers.MultiHeadAttention(2, 3), (QUERY, VALUE, QUERY), "differ in their steps"),
        (lambda: layers.MultiHeadAttention(2, 3, attention_axes=2), (QUERY, QUERY), "attention_axes do not fit"),
        (lambda: layers.GroupQueryAttention(3, 3, 2), (QUERY, QUERY), "cannot be shared out"),
        (lambda: layers.Attention(score_mode="sum"), (QUERY, QUERY), "unknown score_mode"),
        (layers.Attention, (QUERY, VALUE), "differ in their last axis"),
        (lambda: layers.TransformerEncoder(4, 8), (QUERY,), "without features"),
        (lambda: layers.TransformerEncoder(4, 2), ((2, 6),), "needs sequences"),
        (lambda: layers.PositionEmbedding(1), (QUERY,), "cannot be numbered"),
    ],
)
def test_what_cannot_be_built_says_so(make: Callable[[], Layer], shapes: tuple, words: str) -> None:
    with pytest.raises((ArgumentError, ShapeError), match=words):
        make().build_for(*shapes)


# Positions.


@pytest.mark.parametrize("size", [6, 7])
def test_waves_follow_the_papers_formula(size: int) -> None:
    t, i = np.arange(5)[:, None] + 2, np.arange(size)[None]
    angles = t / 10000 ** (2 * (i // 2) / size)
    wanted = np.where(i % 2 == 0, np.sin(angles), np.cos(angles))
    found = layers.SinePositionEncoding()(jnp.zeros((2, 5, size)), start_index=2)
    np.testing.assert_allclose(found, np.stack([wanted] * 2), atol=1e-6)


def test_learned_positions_are_rows_of_a_table() -> None:
    layer = layers.PositionEmbedding(4)
    layer(jnp.zeros((2, 3, 5)))
    table = layer.get_weights()[0]
    assert table.shape == (4, 5)
    np.testing.assert_array_equal(layer(jnp.zeros((2, 3, 5)))[1], table[:3])
    np.testing.assert_array_equal(layer(jnp.zeros((2, 2, 5)), start_index=2)[0], table[2:])
    longer = layer(jnp.zeros((1, 7, 5)))[0]
    np.testing.assert_allclose(longer[:4], table, rtol=1e-5, atol=1e-6)
    u = (table - 0.4 * table[0]) / 0.6
    np.testing.assert_allclose(longer[6], 0.4 * u[1] + 0.6 * u[2], rtol=1e-5, atol=1e-6)


def test_tokens_and_positions_are_summed_and_zeros_masked() -> None:
    layer = layers.TokenAndPositionEmbedding(5, 4, 3, mask_zero=True)
    x = jnp.array([[1, 4, 0]])
    y = layer(x)
    tokens, positions = layer.get_weights()
    np.testing.assert_allclose(y[0], tokens[[1, 4, 0]] + positions[:3], rtol=1e-6)
    done = layers.forward(layer, layer.slot.params, {}, (x,), Call(masks=(None,)))
    np.testing.assert_array_equal(done.mask, x != 0)


# Blocks, against the same blocks put together from Keras's layers.


def sub_block(x: Any, norm: Any, inner: Callable, is_first: bool) -> Any:
    return x + inner(norm(x)) if is_first else norm(x + inner(x))


def keras_block(params: Any, x: Any, encoded: Any, is_first: bool, masks: dict) -> Any:
    """KerasHub's TransformerEncoder (or Decoder, given what was encoded or a causal mask) with these parameters."""

    def with_weights(layer: Any, name: str, *shapes: tuple) -> Any:
        layer.build(*shapes)
        weights = [at_path(params[name], path) for path in layers_order(params[name])]
        layer.set_weights([np.asarray(w) for w in weights])
        return layer

    def norm(name: str) -> Any:
        return with_weights(keras.layers.LayerNormalization(epsilon=1e-5), f"{name}_layer_norm", x.shape)

    def attention(name: str, source: Any) -> Any:
        return with_weights(keras.layers.MultiHeadAttention(2, 3), name, x.shape, source.shape)

    own = "self_attention_layer" if "self_attention_layer" in params else "self_attention"
    look = attention(own, x)
    y = sub_block(x, norm("self_attention"), lambda z: look(z, z, **masks["self"]), is_first)
    if encoded is not None:
        cross = attention("cross_attention", encoded)
        y = sub_block(y, norm("cross_attention"), lambda z: cross(z, encoded, **masks["cross"]), is_first)
    first = with_weights(keras.layers.Dense(5, "gelu"), "feedforward_intermediate_dense", x.shape)
    second = with_weights(keras.layers.Dense(6), "feedforward_output_dense", (2, 3, 5))
    return sub_block(y, norm("feedforward"), lambda z: second(first(z)), is_first)


def layers_order(params: Any) -> list[tuple[str, ...]]:
    if "gamma" in params:
        return [("gamma",), ("beta",)]
    if "kernel" in params:
        return [("kernel",), ("bias",)]
    return [(part, w) for part in ("query", "key", "value", "attention_output") for w in ("kernel", "bias")]


@pytest.mark.parametrize("is_first", [False, True], ids=["post", "pre"])
def test_encoder_is_attention_and_a_network(is_first: bool) -> None:
    layer = layers.TransformerEncoder(5, 2, activation="gelu", normalize_first=is_first)
    x, padding = normal(*QUERY), jnp.array([[True, True, False], [True, True, True]])
    pairs = PAIRS[:, :, :3]
    layer(x)
    layer.set_weights(drawn_like(layer.get_weights()))
    assert [path[0] for path in layer.slot.order[0]][::8] == ["self_attention_layer", "self_attention_layer_norm"]
    masked = layers.forward(layer, layer.slot.params, {}, (x,), Call(masks=(padding,)))
    found, scores = layer(x, padding_mask=padding, attention_mask=pairs, return_attention_scores=True)
    with keras_oracle():
        plain = keras_block(layer.slot.params, x, None, is_first, {"self": {}})
        hidden = keras_block(layer.slot.params, x, None, is_first, {"self": {"attention_mask": padding[:, None, :]}})
        both = {"self": {"attention_mask": padding[:, None, :] & pairs}}
        wanted = keras_block(layer.slot.params, x, None, is_first, both)
    close(layer(x), plain, 1e-4, 1e-5)
    close(masked.output, hidden, 1e-4, 1e-5)
    close(found, wanted, 1e-4, 1e-5)
    np.testing.assert_array_equal(masked.mask, padding)
    assert scores.shape == (2, 2, 3, 3)


@pytest.mark.parametrize("is_first", [False, True], ids=["post", "pre"])
@pytest.mark.parametrize("is_alone", [False, True], ids=["encoded", "alone"])
def test_decoder_is_causal_and_attends_to_what_was_encoded(is_first: bool, is_alone: bool) -> None:
    layer = layers.TransformerDecoder(5, 2, activation="gelu", normalize_first=is_first)
    x, encoded = normal(*QUERY), None if is_alone else normal(*VALUE, seed=1)
    inputs = (x,) if encoded is None else (x, encoded)
    padding = jnp.array([[True, True, False], [True, True, True]])
    layer(*inputs)
    layer.set_weights(drawn_like(layer.get_weights()))
    named = {} if is_alone else {"encoder_padding_mask": PADDING}
    found = layer(*inputs, decoder_padding_mask=padding, **named)
    masks = (padding,) if is_alone else (padding, PADDING)
    passed = layers.forward(layer, layer.slot.params, {}, inputs, Call(masks=masks))
    with keras_oracle():
        rules = {
            "self": {"attention_mask": padding[:, None, :], "use_causal_mask": True},
            "cross": {"attention_mask": PADDING[:, None, :]},
        }
        wanted = keras_block(layer.slot.params, x, encoded, is_first, rules)
    close(found, wanted, 1e-4, 1e-5)
    close(passed.output, wanted, 1e-4, 1e-5)
    later = x.at[:, 2].add(1.0)
    seen = layer(later, *inputs[1:])
    close(seen[:, :2], layer(*inputs)[:, :2])
    assert not np.allclose(seen[:, 2], layer(*inputs)[:, 2])
    if not is_alone:
        with pytest.raises(ShapeError, match="missing in another"):
            layer(x)


def test_blocks_learn_and_come_back_from_a_file(tmp_path: Any) -> None:
    tokens = nyuron.layers.Input((6,), dtype="int32")
    source = nyuron.layers.Input((5, 4))
    y = layers.TokenAndPositionEmbedding(8, 6, 4, mask_zero=True)(tokens)
    encoded = layers.TransformerEncoder(6, 2)(source)
    y = layers.TransformerDecoder(6, 2, 0.1)(y, encoded)
    y, scores = layers.MultiHeadAttention(2, 2)(y, value=encoded, return_attention_scores=True)
    model = nyuron.models.Model([tokens, source], [layers.Dense(8, "softmax")(y), scores])
    assert scores.shape == (None, 2, 6, 5)
    x = [np.random.default_rng(0).integers(1, 8, (16, 6)), np.asarray(normal(16, 5, 4))]
    whole = nyuron.models.Model([tokens, source], model.outputs[0])
    whole.compile("adam", "sparse_categorical_crossentropy")
    history = whole.fit(x, x[0], epochs=3, batch_size=8, verbose=0).history["loss"]
    assert history[-1] < history[0]
    whole.save(tmp_path / "m.nyuron")
    again = nyuron.models.load_model(tmp_path / "m.nyuron")
    np.testing.assert_allclose(again.predict(x, verbose=0), whole.predict(x, verbose=0), rtol=1e-5)
