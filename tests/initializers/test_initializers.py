"""Every initializer: seeds and keys, populations, configs, names, docstrings."""

import inspect
import json

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

from nyuron import core, initializers
from nyuron.core import ArgumentError, KindError, ShapeError, StateError, UnknownNameError, set_random_seed
from oracle import keras_oracle

RANDOM = [
    "GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform", "LecunNormal", "LecunUniform", "Orthogonal",
    "RandomNormal", "RandomUniform", "TruncatedNormal", "VarianceScaling",
]  # fmt: skip
FIXED = ["Zeros", "Ones", "Constant", "Identity"]
ALL = [*RANDOM, *FIXED, "STFT"]


def make(name, **options):
    return getattr(initializers, name)(**options)


def draw(rule, **options):
    return np.asarray(rule((8, 1, 5) if isinstance(rule, initializers.STFT) else (6, 5), **options))


def test_nothing_of_keras_is_missing():
    assert {name for name in dir(keras.initializers) if not name.startswith("_")} <= set(initializers.__all__)


@pytest.mark.parametrize("name", ALL)
def test_defaults_are_keras(name):
    def defaults(cls):
        return [
            (p.name, p.default) for p in inspect.signature(cls).parameters.values() if p.name not in ("args", "kwargs")
        ]

    assert defaults(getattr(initializers, name)) == defaults(getattr(keras.initializers, name))


@pytest.mark.parametrize(
    ("name", "options", "shape"),
    [
        ("Zeros", {}, (2, 3)),
        ("Ones", {}, (2, 3)),
        ("Constant", {"value": 2.5}, (2, 3)),
        ("Identity", {"gain": 2.0}, (3, 4)),
        ("STFT", {}, (8, 1, 5)),
        ("STFT", {"side": "imag", "window": "hamming", "scaling": "spectrum", "periodic": True}, (9, 1, 5)),
        ("STFT", {"window": None}, (8, 1, 5)),
        ("STFT", {"window": [1.0, 2.0, 2.0, 1.0], "scaling": None}, (4, 1, 5)),
    ],
)
def test_fixed_values_are_keras(name, options, shape):
    with keras_oracle():
        theirs = getattr(keras.initializers, name)(**options)(shape)
    ours = make(name, **options)(shape)
    assert ours.dtype == jnp.float32
    np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_constant_broadcasts_arrays():
    np.testing.assert_array_equal(initializers.Constant([1.0, 2.0])((3, 2)), [[1, 2]] * 3)


# Seeds and keys.


@pytest.mark.parametrize("name", RANDOM)
def test_an_unseeded_instance_repeats_itself_and_differs_from_another(name):
    a, b = make(name), make(name)
    np.testing.assert_array_equal(draw(a), draw(a))
    assert (draw(a) != draw(b)).any()


@pytest.mark.parametrize("name", RANDOM)
def test_a_key_decides_without_a_seed_and_a_seed_over_a_key(name):
    k1, k2 = jax.random.key(1), jax.random.key(2)
    free, seeded = make(name), make(name, seed=3)
    assert (draw(free, key=k1) != draw(free, key=k2)).any()
    np.testing.assert_array_equal(draw(free, key=k1), draw(make(name), key=k1))
    np.testing.assert_array_equal(draw(seeded, key=k1), draw(seeded, key=k2))
    np.testing.assert_array_equal(draw(seeded), draw(make(name, seed=3)))
    assert (draw(seeded) != draw(make(name, seed=4))).any()


def test_the_global_seed_governs_unseeded_ones():
    def pair():
        set_random_seed(7)
        return draw(make("GlorotUniform")), draw(make("GlorotUniform"))

    first, second = pair(), pair()
    np.testing.assert_array_equal(first, second)
    assert (first[0] != first[1]).any()


@pytest.mark.parametrize("seed", [0, 5, 2**31 - 1, 2**31 + 5, 2**32 - 1, -3])
def test_any_seed_serves_compiled_and_eager_alike(seed):
    rule = make("RandomNormal", seed=seed)
    np.testing.assert_allclose(jax.jit(lambda rule: rule((4, 3)))(rule), rule((4, 3)), rtol=1e-6)
    json.dumps(rule.get_config())


def test_seeds_and_settings_do_not_recompile():
    traces = []

    @jax.jit
    def run(rule):
        traces.append(1)
        return rule((3, 2))

    for seed in range(4):
        run(make("RandomNormal", stddev=0.1 * (seed + 1), seed=seed))
    assert len(traces) == 1


def test_without_key_or_seed_inside_a_compiled_function_the_error_says_what_to_do():
    with pytest.raises(StateError, match=r"needs a key(.|\n)*key=jax.random.key"):
        jax.jit(lambda rule: rule((3,)))(make("RandomNormal"))


# Contract.


@pytest.mark.parametrize("name", ALL)
def test_compiled_equals_eager(name):
    rule = make(name)
    shape = (8, 1, 5) if name == "STFT" else (6, 5)
    key = jax.random.key(0)
    compiled = jax.jit(lambda rule, key: rule(shape, key=key))(rule, key)
    np.testing.assert_allclose(compiled, rule(shape, key=key), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("RandomNormal", {"mean": [0.0, 1.0], "stddev": [0.1, 2.0], "seed": [1, 2]}),
        ("TruncatedNormal", {"mean": [0.0, 1.0], "stddev": [0.1, 2.0], "seed": [1, 2]}),
        ("RandomUniform", {"minval": [0.0, 1.0], "maxval": [0.1, 2.0], "seed": [1, 2]}),
        ("VarianceScaling", {"scale": [0.5, 2.0], "seed": [1, 2]}),
        ("GlorotUniform", {"seed": [1, 2]}),
        ("Orthogonal", {"gain": [0.5, 2.0], "seed": [1, 2]}),
        ("Identity", {"gain": [0.5, 2.0]}),
        ("Constant", {"value": [0.5, 2.0]}),
    ],
)
def test_a_stack_is_a_population(name, fields):
    members = [make(name, **{field: values[i] for field, values in fields.items()}) for i in range(2)]
    stacked = jax.tree.map(lambda *leaves: jnp.stack([jnp.asarray(v) for v in leaves]), *members)
    together = jax.jit(jax.vmap(lambda rule: rule((6, 5))))(stacked)
    np.testing.assert_allclose(together, [rule((6, 5)) for rule in members], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ALL)
def test_configs_round_trip(name):
    rule = make(name, seed=3) if name in RANDOM else make(name)
    for again in (
        core.from_config(json.loads(json.dumps(core.to_config(rule)))),
        initializers.deserialize(json.loads(json.dumps(initializers.serialize(rule)))),
        initializers.get(
            keras.initializers.serialize(getattr(keras.initializers, name)(**({"seed": 3} if name in RANDOM else {})))
        ),
    ):
        assert type(again) is type(rule)
        assert again.get_config() == rule.get_config()
        np.testing.assert_array_equal(draw(again), draw(rule))


@pytest.mark.parametrize("name", ["GlorotUniform", "VarianceScaling"])
def test_axes_may_be_lists(name):
    rule = make(name, seed=1, input_axes=[0], output_axes=[1, 2])
    hash(jax.tree.structure(rule))
    again = core.from_config(json.loads(json.dumps(core.to_config(rule))))
    np.testing.assert_array_equal(again((4, 2, 3)), rule((4, 2, 3)))


@pytest.mark.parametrize("name", ALL)
def test_names_are_keras(name):
    from keras.src.initializers import ALL_OBJECTS_DICT

    names = [each for each, cls in ALL_OBJECTS_DICT.items() if cls.__name__ == name]
    assert len(names) >= 2 or name == "STFT"
    for each in names:
        assert type(initializers.get(each)) is getattr(initializers, name)


@pytest.mark.parametrize("name", ["normal", "uniform", "zero", "one", "IdentityInitializer", "OrthogonalInitializer"])
def test_aliases_are_keras(name):
    assert type(initializers.get(name)).__name__ == type(keras.initializers.get(name)).__name__


def test_named_ones_are_variance_scaling():
    assert isinstance(initializers.GlorotUniform(), initializers.VarianceScaling)
    assert repr(initializers.HeNormal(seed=3)) == "HeNormal(seed=3)"


def test_get_of_other_things():
    assert initializers.get(None) is None
    assert isinstance(initializers.get(initializers.Ones), initializers.Ones)
    rule = initializers.Constant(2.0)
    assert initializers.get(rule) is rule
    with pytest.raises(UnknownNameError, match="did you mean 'glorot_uniform'"):
        initializers.get("glorot_unifrom")
    with pytest.raises(KindError, match=r"as an initializer(.|\n)*fix:"):
        initializers.get(0.05)


def test_an_array_starts_a_weight_of_its_shape():
    table = np.arange(6.0).reshape(3, 2)
    rule = initializers.get(table)
    np.testing.assert_array_equal(rule((3, 2)), table)
    assert rule((3, 2)).dtype == jnp.float32
    with pytest.raises(ShapeError, match=r"expected: \(2, 3\)\n +got: +\(3, 2\)"):
        rule((2, 3))


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"scale": 0.0}, "scale > 0"),
        ({"mode": "fan"}, "fan_in"),
        ({"distribution": "cauchy"}, "truncated_normal"),
    ],
)
def test_bad_settings_are_refused_where_a_layer_takes_them(options, match):
    with pytest.raises(ArgumentError, match=match):
        initializers.get(make("VarianceScaling", **options))


@pytest.mark.parametrize(("name", "shape"), [("Identity", (3,)), ("Identity", (2, 2, 2)), ("Orthogonal", (3,))])
def test_shapes_that_cannot_be_are_refused(name, shape):
    with pytest.raises(ShapeError, match=rf"{name}\((.|\n)*got:"):
        make(name)(shape)


# Users' own.


class Ramp(initializers.Initializer):
    """As a Keras user writes it."""

    def __init__(self, step=1.0):
        self.step = step

    def __call__(self, shape, dtype=None):
        return self.step * jnp.arange(np.prod(shape), dtype=dtype).reshape(shape)

    def get_config(self):
        return {"step": self.step}


def test_users_own_are_taken():
    np.testing.assert_array_equal(initializers.get(Ramp(2.0))((2, 2), key=jax.random.key(0)), [[0, 2], [4, 6]])
    np.testing.assert_array_equal(initializers.get(Ramp)((2,)), [0, 1])
    np.testing.assert_array_equal(initializers.get(lambda shape, dtype=None: np.full(shape, 3))((2,)), [3.0, 3.0])
    assert jax.tree.structure(initializers.get(Ramp(2.0))) == jax.tree.structure(initializers.get(Ramp(2.0)))
    assert jax.tree.structure(initializers.get(Ramp(2.0))) != jax.tree.structure(initializers.get(Ramp(3.0)))


def test_functions_that_ask_for_a_key_get_it():
    k1, k2 = jax.random.key(1), jax.random.key(2)
    for function in (
        jax.nn.initializers.he_normal(),
        lambda shape, dtype, key: jax.random.normal(key, shape, dtype),
    ):
        rule = initializers.get(function)
        assert rule((3, 2)).shape == (3, 2)
        np.testing.assert_array_equal(rule((3, 2), key=k1), rule((3, 2), key=k1))
        assert (rule((3, 2), key=k1) != rule((3, 2), key=k2)).any()


def test_users_own_round_trip():
    rule = initializers.get(Ramp(2.0))
    for write, read in ((core.to_config, core.from_config), (initializers.serialize, initializers.deserialize)):
        with core.custom_objects({"Ramp": Ramp}):
            again = read(json.loads(json.dumps(write(rule))))
        np.testing.assert_array_equal(again((3,)), [0, 2, 4])


@pytest.mark.parametrize("name", [*ALL, "Initializer", "RandomInitializer", "CustomInitializer", "FromArray"])
def test_docstring_is_complete(name):
    for part in ("Shapes:", "Source:", "Example:", ">>>"):
        assert part in getattr(initializers, name).__doc__
