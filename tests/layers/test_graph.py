"""Networks as values: shared layers, several ends, graphs in graphs, masks, penalties, constraints."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

from nyuron.core import replace
from nyuron.layers import (
    ActivityRegularization,
    Add,
    BatchNormalization,
    Call,
    Dense,
    Dropout,
    Embedding,
    Graph,
    InputSpec,
    Lambda,
    Layer,
    Masking,
    Step,
    join_frozen,
    split_frozen,
)
from oracle import keras_oracle


def graph_of(layers, steps, outputs, inputs=((None, 4),), frozen=None, dtype="float32") -> Graph:
    return Graph(
        layers=tuple(layers),
        inputs=tuple(InputSpec(shape, dtype) for shape in inputs),
        steps=tuple(
            Step(layer, tuple((at, None) if isinstance(at, int) else at for at in sources)) for layer, sources in steps
        ),
        outputs=tuple((at, None) if isinstance(at, int) else at for at in outputs),
        frozen=frozen or (False,) * len(layers),
    )


def chain(*layers: Layer, **options) -> Graph:
    return graph_of(layers, [(i, (i,)) for i in range(len(layers))], (len(layers),), **options)


def started(graph: Graph, key: int = 0):
    return graph.init(jax.random.key(key), *(entry.shape for entry in graph.inputs))


X = jnp.asarray(np.random.default_rng(0).normal(size=(8, 4)).astype(np.float32))


def test_a_chain_computes_what_keras_computes() -> None:
    graph = chain(Dense(5, "relu"), BatchNormalization(), Dense(2, "softmax"))
    params, state = started(graph)
    with keras_oracle():
        theirs = keras.Sequential(
            [keras.layers.Dense(5, "relu"), keras.layers.BatchNormalization(), keras.layers.Dense(2, "softmax")]
        )
        theirs.build((None, 4))
        weights = [params[0]["kernel"], params[0]["bias"], params[1]["gamma"], params[1]["beta"]]
        weights += [state[1]["moving_mean"], state[1]["moving_variance"], params[2]["kernel"], params[2]["bias"]]
        theirs.set_weights([np.asarray(w) for w in weights])
        wanted, wanted_state = theirs.stateless_call(
            [v.value for v in theirs.trainable_variables],
            [v.value for v in theirs.non_trainable_variables],
            X,
            training=True,
        )
    done = graph.forward(params, state, X, call=Call(training=True))
    np.testing.assert_allclose(done.output, wanted, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(done.state[1]["moving_mean"], wanted_state[0], rtol=1e-5, atol=1e-7)
    assert graph.compute_output_shape((None, 4)) == (None, 2)


def test_a_shared_layer_has_one_set_of_weights() -> None:
    graph = graph_of([Dense(3), Add()], [(0, (0,)), (0, (1,)), (1, (2, 3))], (4,), inputs=((None, 4), (None, 4)))
    params, state = started(graph)
    y = graph.apply(params, state, X, 2 * X, call=Call())[0]
    np.testing.assert_allclose(y, 3 * X @ params[0]["kernel"], rtol=1e-5, atol=1e-6)
    gradient = jax.grad(lambda p: jnp.sum(graph.apply(p, state, X, 2 * X, call=Call())[0]))(params)
    np.testing.assert_allclose(gradient[0]["kernel"], jnp.broadcast_to(3 * X.sum(0)[:, None], (4, 3)), rtol=1e-4)


def test_state_of_a_shared_layer_goes_from_step_to_step() -> None:
    graph = graph_of([BatchNormalization(momentum=0.5)], [(0, (0,)), (0, (0,))], (1, 2))
    params, state = started(graph)
    _, after = graph.apply(params, state, X, call=Call(training=True))
    np.testing.assert_allclose(after[0]["moving_mean"], 0.75 * X.mean(0), rtol=1e-4, atol=1e-6)


def test_several_inputs_and_outputs() -> None:
    graph = graph_of([Dense(3), Dense(2)], [(0, (0,)), (1, (1,))], (2, 3, 0), inputs=((None, 4), (None, 6)))
    params, state = started(graph)
    a, b, c = graph.apply(params, state, X, jnp.ones((8, 6)), call=Call())[0]
    assert (a.shape, b.shape) == ((8, 3), (8, 2))
    assert c is X
    assert graph.compute_output_shape((None, 4), (None, 6)) == ((None, 3), (None, 2), (None, 4))


def test_one_output_of_a_layer_with_several() -> None:
    halves = Lambda(lambda x: (x[:, :1], x[:, 1:]))
    graph = graph_of([halves, Dense(2)], [(0, (0,)), (1, ((1, 1),))], (2, (1, 0)))
    params, state = started(graph)
    assert params[1]["kernel"].shape == (3, 2)
    y, first = graph.apply(params, state, X, call=Call(masks=(jnp.ones(8, bool),)))[0]
    np.testing.assert_array_equal(first, X[:, :1])
    assert y.shape == (8, 2)


def test_a_graph_in_a_graph() -> None:
    inner = chain(Dense(3, kernel_regularizer="l2"), Dense(3))
    outer = chain(inner, Dense(1), frozen=((False, True), False))
    params, state = started(outer)
    flat = chain(inner.layers[0], inner.layers[1], outer.layers[1])
    np.testing.assert_allclose(
        outer.apply(params, state, X, call=Call())[0],
        flat.apply((*params[0], params[1]), (*state[0], state[1]), X, call=Call())[0],
        rtol=1e-6,
    )
    np.testing.assert_allclose(outer.penalty(params), 0.01 * jnp.sum(params[0][0]["kernel"] ** 2), rtol=1e-6)


def test_frozen_layers_neither_train_nor_regularise_nor_move() -> None:
    layers = Dense(3, kernel_regularizer="l2", kernel_constraint="non_neg"), BatchNormalization()
    free, held = chain(*layers), chain(*layers, frozen=(True, True))
    params, state = started(free)
    assert float(free.penalty(params)) > 0
    assert float(held.penalty(params)) == 0
    assert float(free.constrain(params)[0]["kernel"].min()) == 0
    np.testing.assert_array_equal(held.constrain(params)[0]["kernel"], params[0]["kernel"])
    moved, kept = (g.apply(params, state, X, call=Call(training=True))[1] for g in (free, held))
    assert not np.array_equal(moved[1]["moving_mean"], state[1]["moving_mean"])
    np.testing.assert_array_equal(kept[1]["moving_mean"], state[1]["moving_mean"])
    trained, frozen = split_frozen(held, params)
    assert jax.tree.leaves(trained) == []
    assert jax.tree.structure(join_frozen(trained, frozen)) == jax.tree.structure(params)
    half = free.with_frozen((True, False))
    trained, frozen = split_frozen(half, params)
    assert [len(jax.tree.leaves(t)) for t in (trained, frozen)] == [2, 2]


def test_masks_flow_to_where_they_are_used() -> None:
    graph = graph_of(
        [Masking(), Dense(2), BatchNormalization()], [(0, (0,)), (1, (1,)), (2, (2,))], (3,), inputs=((None, 5, 3),)
    )
    params, state = started(graph)
    x = np.random.default_rng(1).normal(size=(4, 5, 3)).astype(np.float32)
    x[:, 3:] = 0
    done = graph.forward(params, state, jnp.asarray(x), call=Call(training=True))
    np.testing.assert_array_equal(done.mask, np.arange(5) < np.full((4, 1), 3))
    wanted = (x[:, :3] @ params[1]["kernel"]).reshape(-1, 2).mean(0) * 0.01
    np.testing.assert_allclose(done.state[2]["moving_mean"], wanted, rtol=1e-4, atol=1e-6)


def test_an_embedding_gets_its_integers() -> None:
    graph = chain(Embedding(10, 2, mask_zero=True), inputs=((None, 3),), dtype="int32")
    params, state = started(graph)
    x = np.array([[1, 0, 2]], np.uint8)
    done = graph.forward(params, state, jnp.asarray(x), call=Call())
    np.testing.assert_array_equal(done.output[0], params[0]["embeddings"][x[0].astype(int)])
    np.testing.assert_array_equal(done.mask, x != 0)


def test_penalties_of_activities_are_per_example() -> None:
    graph = chain(ActivityRegularization(l2=0.5), Dense(3, activity_regularizer="l1"))
    params, state = started(graph)
    done = graph.forward(params, state, X, call=Call())
    wanted = 0.5 * jnp.sum(X**2) / 8 + 0.01 * jnp.sum(jnp.abs(done.output)) / 8
    np.testing.assert_allclose(done.penalty, wanted, rtol=1e-5)


def test_each_step_has_its_own_randomness() -> None:
    graph = graph_of([Dropout(0.5)], [(0, (0,)), (0, (0,))], (1, 2))
    a, b = graph.apply(({},), ({},), jnp.ones((20, 20)), call=Call(jax.random.key(0), True))[0]
    assert not np.array_equal(a, b)


def test_signals_can_be_watched_and_replaced() -> None:
    graph = chain(Dense(3, "relu"), Dense(1))
    params, state = started(graph)
    seen = {}

    def watch(place, value):
        seen[place] = value
        return value * 0 if place == 0 else value

    done = graph.forward(params, state, X, call=Call(), watch=watch)
    assert [value.shape for value in seen.values()] == [(8, 3), (8, 1)]
    np.testing.assert_array_equal(done.output, jnp.broadcast_to(params[1]["bias"], (8, 1)))


def test_members_side_by_side_equal_members_alone() -> None:
    graphs = [chain(Dense(5, "tanh", kernel_regularizer="l2"), Dropout(0.1 * (i + 1)), Dense(1)) for i in range(3)]
    weights = [started(graph, i) for i, graph in enumerate(graphs)]
    stack = lambda *trees: jax.tree.map(lambda *a: jnp.stack([jnp.asarray(v) for v in a]), *trees)  # noqa: E731

    def run(graph, weights):
        done = graph.forward(*weights, X, call=Call(jax.random.key(5), True))
        return done.output, graph.penalty(weights[0])

    together = jax.jit(jax.vmap(run))(stack(*graphs), stack(*weights))
    for i in range(3):
        for a, b in zip(together, run(graphs[i], weights[i]), strict=True):
            np.testing.assert_allclose(a[i], b, rtol=1e-5, atol=1e-6)


def test_names_do_not_recompile() -> None:
    runs = []

    @jax.jit
    def run(graph, params, state, x):
        runs.append(1)
        return graph.apply(params, state, x, call=Call())[0]

    for rate in (0.1, 0.4):
        graph = chain(Dense(5, "relu"), Dropout(rate), Dense(1, kernel_regularizer="l2"))
        run(graph, *started(graph), X)
    assert len(runs) == 1
    run(chain(Dense(5, "relu"), Dropout(0.1), Dense(1)), *started(graph), X)
    assert len(runs) == 2


@pytest.mark.parametrize(
    ("dtype", "given", "wanted"), [("float32", np.uint8, "float32"), ("int32", np.float32, "int32")]
)
def test_inputs_take_the_declared_dtype(dtype, given, wanted) -> None:
    graph = chain(Lambda(lambda x: x), dtype=dtype)
    assert graph.apply(({},), ({},), jnp.ones((2, 4), given), call=Call())[0].dtype == wanted
    assert replace(graph, name="other").steps == graph.steps
