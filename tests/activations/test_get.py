"""From names, functions, configs and layers to activations."""

import functools
import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nyuron import activations
from nyuron.activations import LayerActivation, get
from nyuron.core import (
    Configurable,
    KindError,
    UnknownNameError,
    from_config,
    label,
    module,
    register_custom,
    to_config,
)

NAMES = sorted(set(activations.__all__) - {"get", "serialize", "deserialize", "LayerActivation"})


@module
class Slope(Configurable):
    """An activation layer, as far as activations need to know."""

    slope: float = 0.3
    name: str | None = label()

    def init(self, key, shape):
        return {}, {}

    def apply(self, params, state, x, *, call):
        return jnp.where(x > 0, x, self.slope * x), state


@module
class Learned(Slope):
    """One with a weight."""

    def init(self, key, shape):
        return {"alpha": jnp.zeros(shape[1:])}, {}


@pytest.mark.parametrize("name", NAMES)
def test_names(name):
    assert get(name) is getattr(activations, name)
    hash(get(name))


def test_none_is_linear_and_functions_are_themselves():
    assert get(None) is activations.linear
    assert get(jnp.tanh) is jnp.tanh


def test_an_unknown_name_suggests_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean 'sigmoid'"):
        get("sigmoide")


@pytest.mark.parametrize("thing", [3, [1], object()])
def test_what_cannot_be_called_is_refused(thing):
    with pytest.raises(KindError, match=r"cannot be used as an activation(.|\n)*fix:"):
        get(thing)


def test_a_layer_becomes_a_function_equal_to_another_of_equal_settings():
    a, b, c = get(Slope(0.2, name="a")), get(Slope(0.2, name="b")), get(Slope(0.4))
    assert isinstance(a, LayerActivation)
    assert a == b and hash(a) == hash(b)
    assert a != c
    np.testing.assert_allclose(a(jnp.array([-1.0, 2.0])), [-0.2, 2.0])
    assert get(a) == a


def test_equal_layers_share_one_compiled_program():
    traces = []

    @functools.partial(jax.jit, static_argnums=0)
    def run(activation, x):
        traces.append(activation)
        return activation(x)

    for slope in (0.2, 0.2, 0.4):
        run(get(Slope(slope)), jnp.ones(3))
    assert len(traces) == 2


def test_a_layer_with_weights_is_refused():
    with pytest.raises(KindError, match=r"layer with weights(.|\n)*put the layer after"):
        get(Learned())


def test_a_layer_class_is_made():
    assert get(Slope) == get(Slope())


def test_callables_that_cannot_be_hashed_are_held():
    class Unhashable:
        __hash__ = None

        def __init__(self, factor):
            self.factor = factor

        def __call__(self, x):
            return self.factor * x

    a, b, c = get(Unhashable(2.0)), get(Unhashable(2.0)), get(Unhashable(3.0))
    assert a == b and hash(a) == hash(b) and a != c
    assert float(a(jnp.array(3.0))) == 6.0


@pytest.mark.parametrize("name", NAMES)
def test_serialize_round_trip(name):
    config = activations.serialize(getattr(activations, name))
    assert activations.deserialize(json.loads(json.dumps(config))) is getattr(activations, name)
    assert from_config(json.loads(json.dumps(to_config(getattr(activations, name))))) is getattr(activations, name)


def test_serialize_is_keras():
    import keras

    for name in ("relu", "swish", "hard_swish", "softmax"):
        assert activations.serialize(getattr(activations, name)) == keras.activations.serialize(
            getattr(keras.activations, name)
        )


def test_users_own_functions_and_layers_round_trip():
    def cube(x):
        return x**3

    config = json.loads(json.dumps(activations.serialize(cube)))
    assert activations.deserialize(config, custom_objects={"cube": cube}) is cube
    register_custom()(Slope)
    again = activations.deserialize(json.loads(json.dumps(activations.serialize(get(Slope(0.2))))))
    assert again == get(Slope(0.2))
    assert from_config(json.loads(json.dumps(to_config(get(Slope(0.2)))))) == again
