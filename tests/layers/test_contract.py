"""What every layer keeps, checked on every layer."""

from __future__ import annotations

import inspect

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.test_util import check_grads

from layers.cases import CASES, Case, as_inputs
from nyuron import layers
from nyuron.core import from_config, is_module, to_config
from nyuron.layers import Call, Graph, Layer

every = pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
EXPORTED = {
    name: thing
    for name in layers.__all__
    if inspect.isclass(thing := getattr(layers, name)) and issubclass(thing, Layer) and thing not in (Layer, Graph)
}

# Their inputs are texts, so no compiled program holds them; they have tests of their own.
ON_HOST = {"Hashing", "StringLookup", "TextVectorization"}

# One step of a sequence: tested inside RNN.
CELLS = {"SimpleRNNCell", "LSTMCell", "GRUCell", "StackedRNNCells"}


def call(case: Case, training: bool = True) -> Call:
    return Call(jax.random.key(3), training, masks=(None,) * len(case.shapes))


def weights_of(layer: Layer) -> tuple:
    return layer.slot.params, layer.slot.state


def test_every_exported_layer_has_a_case() -> None:
    covered = {type(case.make()).__name__ for case in CASES}
    assert set(EXPORTED) - covered == {"CustomLayer", *ON_HOST, *CELLS}


@pytest.mark.parametrize("name", EXPORTED)
def test_docstring_is_complete(name: str) -> None:
    text = EXPORTED[name].__doc__ or ""
    missing = [word for word in ("Shapes:", "Source:", "Example:", ">>>") if word not in text]
    assert not missing
    assert is_module(EXPORTED[name])


@every
def test_output_has_the_computed_shape(case: Case) -> None:
    layer = case.built()
    x = as_inputs(case)
    output = jax.eval_shape(lambda *x: layer.apply(*weights_of(layer), *x, call=call(case, False))[0], *x)
    assert output.shape == layer.compute_output_shape(*case.shapes)
    open_shapes = [(None, *shape[1:]) for shape in case.shapes]
    assert layer.compute_output_shape(*open_shapes) == (None, *output.shape[1:])
    assert output.dtype == (jnp.int32 if case.gives_integers else jnp.float32)


@every
@pytest.mark.parametrize("training", [False, True])
def test_compiled_equals_eager(case: Case, training: bool) -> None:
    layer = case.built()
    x = as_inputs(case)

    def run(layer, params, state, x):
        return layer.apply(params, state, *x, call=call(case, training))

    eager, compiled = run(layer, *weights_of(layer), x), jax.jit(run)(layer, *weights_of(layer), x)
    assert jax.tree.structure(eager) == jax.tree.structure(compiled)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=2e-5, atol=2e-6), eager, compiled)
    before = jax.tree.map(lambda a: (a.shape, a.dtype), weights_of(layer)[1])
    assert jax.tree.map(lambda a: (a.shape, a.dtype), compiled[1]) == before


@every
def test_members_side_by_side_equal_members_alone(case: Case) -> None:
    layer = case.built()
    # Every number of the description differs between the members.
    members = [
        jax.tree.map(
            lambda leaf, i=i: (
                leaf
                if jnp.issubdtype(jnp.result_type(leaf), jnp.integer)
                else np.asarray(leaf, jnp.result_type(leaf)) * np.asarray(1 - 0.1 * i, jnp.result_type(leaf))
            ),
            (layer, *weights_of(layer), as_inputs(case)),
        )
        for i in range(3)
    ]
    keys = jax.random.split(jax.random.key(0), 3)

    def run(member, key):
        description, params, state, x = member
        return description.apply(params, state, *x, call=Call(key, True, masks=(None,) * len(x)))

    stacked = jax.tree.map(lambda *leaves: np.stack([np.asarray(v) for v in leaves]), *members)
    together, one = jax.jit(jax.vmap(run))(stacked, keys), jax.jit(run)
    for i, member in enumerate(members):
        alone = one(member, keys[i])
        jax.tree.map(lambda a, b: np.testing.assert_allclose(a[i], b, rtol=2e-5, atol=2e-6), together, alone)  # noqa: B023


@pytest.mark.parametrize("case", [case for case in CASES if case.is_smooth], ids=lambda case: case.id)
@pytest.mark.parametrize("training", [False, True])
def test_gradients_equal_finite_differences(case: Case, training: bool) -> None:
    layer = case.built()
    with jax.enable_x64(True):
        wide = [
            jax.tree.map(lambda a: a.astype(jnp.float64) if a.dtype == jnp.float32 else a, w) for w in weights_of(layer)
        ]
        x = as_inputs(case, np.float64)

        @jax.jit
        def of_params(params):
            return layer.apply(params, wide[1], *x, call=call(case, training))[0]

        @jax.jit
        def of_inputs(*x):
            return layer.apply(wide[0], wide[1], *x, call=call(case, training))[0]

        if jax.tree.leaves(wide[0]):
            check_grads(of_params, (wide[0],), order=1, modes=["rev"], eps=1e-6)
        if not case.is_integer:
            assert of_inputs(*x).dtype == jnp.float64
            check_grads(of_inputs, x, order=1, modes=["rev"], eps=1e-6)


@every
def test_config_makes_an_equal_layer(case: Case) -> None:
    layer = case.built()
    config = to_config(layer)
    again = from_config(config)
    assert type(again) is type(layer)
    assert to_config(again) == config
    again.build_for(*layer.slot.shapes)
    again.set_weights(layer.get_weights())
    x = as_inputs(case)
    np.testing.assert_array_equal(layer(*x), again(*x))


@every
def test_equal_layers_of_other_names_share_a_program(case: Case) -> None:
    one, other = case.built(), case.built()
    runs = []

    @jax.jit
    def run(layer, params, state, x):
        runs.append(layer)
        return layer.apply(params, state, *x, call=call(case, True))[0]

    run(one, *weights_of(one), as_inputs(case))
    run(other, *weights_of(other), as_inputs(case))
    assert one.name != other.name
    assert len(runs) == 1


@every
def test_weights_come_out_as_they_went_in(case: Case) -> None:
    layer = case.built()
    new = [w + 1 for w in layer.get_weights()]
    layer.set_weights(new)
    for a, b in zip(layer.get_weights(), new, strict=True):
        np.testing.assert_array_equal(a, b)
        assert a.dtype == b.dtype
    assert len(layer.weights) == len(layer.trainable_weights) + len(layer.non_trainable_weights)
    assert layer.count_params() == sum(w.size for w in new)


@every
def test_a_call_without_training_draws_nothing(case: Case) -> None:
    layer = case.built()
    x = as_inputs(case)
    np.testing.assert_array_equal(layer(*x), layer.apply(*weights_of(layer), *x, call=Call())[0])
