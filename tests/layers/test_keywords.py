"""Inputs given by keyword: to layers, in graphs, through files; and calls that say how they are made."""

from __future__ import annotations

from typing import Any, ClassVar

import jax.numpy as jnp
import numpy as np
import pytest

from nyuron.core import ArgumentError, KindError, custom_objects, module, static
from nyuron.layers import BatchNormalization, Embedding, Input, Lambda, Layer
from nyuron.models import Model

A, B, C = (np.random.default_rng(i).normal(size=(4, 3)).astype(np.float32) for i in range(3))


@module
class Blend(Layer):
    """query + rate·value + mask, with a second output when asked for."""

    rate: float = 0.5
    wide: bool = static(default=False)
    call_inputs: ClassVar[tuple[str, ...]] = ("query", "value")
    shaped_by: ClassVar[tuple[str, ...]] = ("with_scores",)

    def compute_output_shape(self, *shapes, with_scores=False):
        return (shapes[0], (shapes[0][0],)) if with_scores else shapes[0]

    def apply(self, params, state, query, value, *, call, bias=None, parts=(), with_scores=False):
        out = query + self.rate * value
        out = out if bias is None else out + bias
        for part in parts:
            out = out + part
        return ((out, out.sum(1)) if with_scores else out), state


def test_a_layers_own_names_are_positions() -> None:
    layer = Blend()
    wanted = A + 0.5 * B
    for given in (layer(A, B), layer(A, value=B), layer(value=B, query=A), layer([A, B])):
        np.testing.assert_allclose(given, wanted, rtol=1e-6)
    np.testing.assert_allclose(layer(A, B, bias=jnp.asarray(C)), wanted + C, rtol=1e-6)


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda: Blend()(A, query=B), "query is given twice"),
        (lambda: Blend()(value=B), "query is missing"),
        (lambda: Blend()(Input((3,)), Input((3,)), bias=jnp.asarray(C)), "bias is an array"),
        (lambda: Model({"a": (a := Input((3,)))}, a)({"b": A}), "the inputs have other names"),
    ],
)
def test_errors_name_the_input(act, message) -> None:
    with pytest.raises((ArgumentError, KindError), match=message):
        act()


def two_ways(**options: Any) -> tuple[Model, Any]:
    a, b, c = Input((3,), name="a"), Input((3,), name="b"), Input((3,), name="c")
    y = Blend(name="blend")(a, value=b, bias=c, parts=[c, b], **options)
    return Model([a, b, c], y), A + 0.5 * B + C + C + B


def test_graphs_carry_tensors_by_keyword() -> None:
    model, wanted = two_ways()
    np.testing.assert_allclose(model.predict([A, B, C], verbose=0), wanted, rtol=1e-6)
    out, scores = (two := two_ways(with_scores=True)[0]).predict([A, B, C], verbose=0)
    np.testing.assert_allclose(out, wanted, rtol=1e-6)
    np.testing.assert_allclose(scores, wanted.sum(1), rtol=1e-5)
    assert [tuple(s) for s in two.output_shape] == [(None, 3), (None,)]


def test_files_carry_tensors_by_keyword(tmp_path) -> None:
    from nyuron.models import load_model

    model, wanted = two_ways(with_scores=True)
    model.save(tmp_path / "m.nyuron")
    with custom_objects({"Blend": Blend}):
        again = load_model(tmp_path / "m.nyuron")
    np.testing.assert_allclose(again.predict([A, B, C], verbose=0)[0], wanted, rtol=1e-6)
    nested = Model(model.inputs, model(model.inputs)[0])
    np.testing.assert_allclose(nested.predict([A, B, C], verbose=0), wanted, rtol=1e-6)


def test_models_take_inputs_by_name() -> None:
    a, b = Input((3,), name="a"), Input((3,), name="b")
    inner = Model({"a": a, "b": b}, Blend()(a, b))
    x, y = Input((3,)), Input((3,))
    outer = Model([x, y], inner({"b": y, "a": x}))
    np.testing.assert_allclose(outer.predict([A, B], verbose=0), A + 0.5 * B, rtol=1e-6)


def test_training_may_be_said_for_one_application() -> None:
    x = Input((3,))
    still, moves = BatchNormalization(), BatchNormalization()
    model = Model(x, moves(still(x, training=False)))
    model.compile("sgd", "mse")
    model.train_on_batch(A + 3, B)
    np.testing.assert_array_equal(still.get_weights()[2], np.zeros(3))
    assert (still.get_weights()[0] != 1).all()
    scaled = (A + 3) / np.sqrt(1.001)
    np.testing.assert_allclose(moves.get_weights()[2], 0.01 * scaled.mean(0), rtol=1e-5)


def test_a_mask_may_be_given() -> None:
    class Mean(Layer):
        def call(self, x, mask=None):
            weight = jnp.ones(x.shape[:2]) if mask is None else mask.astype(jnp.float32)
            return (x * weight[..., None]).sum(1) / weight.sum(1, keepdims=True)

    ids = Input((5,), dtype="int32")
    embedding = Embedding(7, 2)
    y = Mean()(embedding(ids), mask=Lambda(lambda i: i > 2)(ids))
    model = Model(ids, y)
    x = np.array([[1, 3, 4, 0, 6], [5, 5, 2, 2, 2]], np.int32)
    table = embedding.get_weights()[0]
    wanted = np.stack([table[row[row > 2]].mean(0) for row in x])
    np.testing.assert_allclose(model.predict(x, verbose=0), wanted, rtol=1e-5)
