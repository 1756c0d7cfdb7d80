"""Chains of dense layers trained by our own machine code: what XLA gives, and one program for all widths."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jax
import numpy as np
import pytest

import nyuron as ny
from nyuron import layers, metrics, optimizers
from nyuron.kernels import find_compiler, has_native_code
from nyuron.optimizers import schedules
from nyuron.train import packing_of, run_program
from nyuron.train._chain import MOST_WEIGHTS

pytestmark = pytest.mark.skipif(find_compiler() is None, reason="no C++ compiler")

_RNG = np.random.default_rng(0)
X = _RNG.normal(size=(150, 7)).astype("float32")
Y = (X[:, :1] ** 2 + X[:, 1:2]).astype("float32")
WIDE = np.concatenate([Y, 0.5 * Y - X[:, :1]], axis=1)
YES = (Y > 0.5).astype("float32")
LABELS = _RNG.integers(0, 4, 150)
ONE_HOT = np.eye(4, dtype="float32")[LABELS]
WEIGHTS = _RNG.uniform(0, 2, 150).astype("float32")


@pytest.fixture
def native(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Sets whether machine code is used."""
    yield lambda value: monkeypatch.setenv("NYURON_NATIVE", value)


def network(
    activation: Any = "relu", units: int = 1, last: Any = None, rate: float = 0.3, rule: Any = None, more: Any = None
) -> ny.Sequential:
    ny.utils.set_random_seed(3)
    parts = [layers.Input((7,)), layers.Dense(20, activation, kernel_regularizer=rule)]
    if rate:
        parts.append(layers.Dropout(rate))
    parts += [layers.Dense(9, None if more else activation, bias_regularizer=rule), *([more()] if more else [])]
    if rate:
        parts.append(layers.Dropout(rate / 2))
    return ny.Sequential([*parts, layers.Dense(units, last)])


def trained(made: dict[str, Any], told: dict[str, Any], y: np.ndarray, **options: Any) -> Any:
    model = network(**made)
    told = {name: value() if callable(value) and name == "optimizer" else value for name, value in told.items()}
    model.compile(**told)
    found = model.fit(X, y, epochs=3, batch_size=32, verbose=0, **options)
    return found.history, model.get_weights(), model.evaluate(X, y, verbose=0, batch_size=64)


CASES = {
    "sgd": ({}, {"optimizer": "sgd", "loss": "mse", "metrics": ["mae"]}, Y),
    "nesterov": (
        {"rate": 0, "units": 2},
        {"optimizer": lambda: optimizers.SGD(0.01, momentum=0.9, nesterov=True), "loss": "mse"},
        WIDE,
    ),
    "momentum": ({"rate": 0.5}, {"optimizer": lambda: optimizers.SGD(0.01, momentum=0.9), "loss": "mae"}, Y),
    "adam, tanh, L2": (
        {"activation": "tanh", "rule": "l2"},
        {"optimizer": "adam", "loss": "mae", "metrics": ["mse", metrics.RootMeanSquaredError()]},
        Y,
    ),
    "rmsprop, sigmoid, huber": (
        {"activation": "sigmoid", "last": "sigmoid"},
        {"optimizer": "rmsprop", "loss": ny.losses.Huber(0.7), "metrics": ["mae"]},
        Y,
    ),
    "rmsprop with momentum, elu, binary": (
        {"activation": "elu", "last": "sigmoid", "rule": "l1_l2"},
        {
            "optimizer": lambda: optimizers.RMSprop(0.01, momentum=0.5, epsilon=1e-3),
            "loss": ny.losses.BinaryCrossentropy(label_smoothing=0.1),
            "metrics": ["accuracy", metrics.AUC(), metrics.Precision(), metrics.Recall()],
        },
        YES,
    ),
    "adagrad, selu, labels": (
        {"activation": "selu", "units": 4, "last": "softmax"},
        {"optimizer": "adagrad", "loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"]},
        LABELS,
    ),
    "adamw, clipnorm, softplus, one-hot": (
        {"activation": "softplus", "units": 4, "last": "softmax"},
        {
            "optimizer": lambda: optimizers.AdamW(clipnorm=0.1),
            "loss": ny.losses.CategoricalCrossentropy(label_smoothing=0.2),
            "metrics": ["accuracy", metrics.F1Score()],
        },
        ONE_HOT,
    ),
    "global_clipnorm, swish": (
        {"activation": "swish", "units": 2},
        {"optimizer": lambda: optimizers.Adam(global_clipnorm=0.1), "loss": "mse"},
        WIDE,
    ),
    "clipvalue, schedule, leaky_relu": (
        {"activation": "leaky_relu"},
        {
            "optimizer": lambda: optimizers.Adam(schedules.ExponentialDecay(0.01, 3, 0.5), clipvalue=0.01),
            "loss": "mse",
        },
        Y,
    ),
    "LeakyReLU as a layer": (
        {"more": lambda: layers.LeakyReLU(0.3)},
        {"optimizer": lambda: optimizers.SGD(0.01, weight_decay=0.1), "loss": "mse"},
        Y,
    ),
    "ReLU as a layer": ({"more": layers.ReLU}, {"optimizer": "sgd", "loss": "mse"}, Y),
    "Activation as a layer": ({"more": lambda: layers.Activation("tanh")}, {"optimizer": "sgd", "loss": "mse"}, Y),
}


@pytest.mark.parametrize("name", CASES)
def test_machine_code_trains_as_xla_does(name: str, native: Any) -> None:
    made, told, y = CASES[name]
    options = {"validation_split": 0.2, **({"sample_weight": WEIGHTS} if name in ("sgd", "nesterov") else {})}
    assert has_native_code()
    ours = trained(made, told, y, **options)
    native("off")
    theirs = trained(made, told, y, **options)
    assert ours[0].keys() == theirs[0].keys()
    for figure in theirs[0]:
        np.testing.assert_allclose(ours[0][figure], theirs[0][figure], rtol=2e-5, atol=2e-6, err_msg=figure)
    for a, b in zip(ours[1], theirs[1], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=2e-5)
    for a, b in zip(
        np.atleast_1d(ours[2]) if np.isscalar(ours[2]) else ours[2],
        np.atleast_1d(theirs[2]) if np.isscalar(theirs[2]) else theirs[2],
        strict=True,
    ):
        np.testing.assert_allclose(a, b, rtol=2e-5, atol=2e-6)


def task_of(model: ny.Sequential, y: np.ndarray) -> Any:
    from nyuron.models._prepare import task_for

    return task_for(model, (y,))[0]


@pytest.mark.parametrize(
    ("change", "is_packed"),
    [
        ({}, True),
        ({"loss": "mae"}, True),
        ({"optimizer": "nadam"}, False),
        ({"optimizer": optimizers.Adam(amsgrad=True)}, False),
        ({"optimizer": optimizers.SGD(use_ema=True)}, False),
        ({"loss": "log_cosh"}, False),
        ({"loss": ny.losses.MeanSquaredError(reduction="sum")}, False),
        ({"loss": lambda y, p: (y - p) ** 2}, False),
        ({"metrics": [lambda y, p: abs(y - p)]}, False),
        ({"metrics": ["mae"]}, True),
    ],
)
def test_what_is_packed(change: dict[str, Any], is_packed: bool) -> None:
    model = network()
    model.compile(**{"optimizer": "sgd", "loss": "mse", **change})
    data = ((X,), (Y,), (None,))
    assert (packing_of(task_of(model, Y), data, 32) is not None) == is_packed


@pytest.mark.parametrize(
    ("part", "is_packed"),
    [
        (layers.Dense(4, "relu"), True),
        (layers.Dense(4, "gelu"), False),
        (layers.Dense(4, kernel_constraint="non_neg"), False),
        (layers.Dense(4, activity_regularizer="l2"), False),
        (layers.BatchNormalization(), False),
        (layers.GaussianNoise(0.1), False),
        (layers.Dropout(0.1, seed=3), False),
        (layers.Flatten(), True),
        (layers.Dense(MOST_WEIGHTS), False),
    ],
    ids=lambda part: getattr(part, "name", None),
)
def test_which_layers_are_packed(part: Any, is_packed: bool) -> None:
    model = ny.Sequential([layers.Input((7,)), layers.Dense(3), part, layers.Dense(1)])
    model.compile("sgd", "mse")
    assert (packing_of(task_of(model, Y), ((X,), (Y,), (None,)), 32) is not None) == is_packed


def test_a_frozen_layer_is_not_packed_and_stays() -> None:
    model = network()
    model.layers[0].trainable = False
    model.compile("sgd", "mse")
    before = model.layers[0].get_weights()
    model.fit(X, Y, epochs=1, verbose=0)
    assert packing_of(task_of(model, Y), ((X,), (Y,), (None,)), 32) is None
    np.testing.assert_array_equal(before[0], model.layers[0].get_weights()[0])


def test_an_input_declared_as_integers_is_not_packed() -> None:
    model = ny.Sequential([layers.Input((7,), dtype="int32"), layers.Dense(1)])
    model.compile("sgd", "mse")
    assert packing_of(task_of(model, Y), ((X,), (Y,), (None,)), 32) is None


def test_other_widths_and_batch_sizes_are_the_same_program() -> None:
    def fit(first: int, second: int, batch: int) -> None:
        model = ny.Sequential(
            [layers.Input((7,)), layers.Dense(first, "relu"), layers.Dense(second, "tanh"), layers.Dense(1)]
        )
        model.compile(optimizers.Adam(0.01), "mse")
        model.fit(X, Y, epochs=2, batch_size=batch, validation_split=0.2, verbose=0)

    fit(20, 9, 32)
    before = run_program.cache_size()
    for first, second, batch in ((30, 5, 32), (18, 18, 20), (25, 13, 7)):
        fit(first, second, batch)
    assert run_program.cache_size() == before


def test_a_run_that_is_broken_off_and_goes_on_is_the_unbroken_one() -> None:
    def model() -> ny.Sequential:
        made = network()
        made.compile("adam", "mse")
        return made

    ny.utils.set_random_seed(1)
    whole, parts = model(), model()
    whole.fit(X, Y, epochs=4, verbose=0, seed=5)
    parts.fit(X, Y, epochs=2, verbose=0, seed=5)
    parts.fit(X, Y, epochs=4, initial_epoch=2, verbose=0, seed=5)
    for a, b in zip(whole.get_weights(), parts.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_loss_that_is_not_finite_ends_the_run_with_the_last_good_weights(native: Any) -> None:
    found = []
    for value in ("on", "off"):
        native(value)
        model = network(rate=0)
        model.compile(optimizers.SGD(3.0), "mse")
        with pytest.warns(ny.train.NonFiniteLossWarning):
            model.fit(X, Y, epochs=20, verbose=0, seed=2)
        assert all(np.isfinite(w).all() for w in model.get_weights())
        found.append(model.stop_training)
    assert found[0] == found[1]


def test_stopping_restores_the_best_weights(native: Any) -> None:
    ends = []
    for value in ("on", "off"):
        native(value)
        model = network()
        model.compile("adam", "mse")
        rule = ny.callbacks.EarlyStopping(monitor="val_loss", patience=1, restore_best_weights=True)
        found = model.fit(X, Y, epochs=30, validation_split=0.5, verbose=0, seed=2, callbacks=[rule])
        assert model.evaluate(X[75:], Y[75:], verbose=0) == pytest.approx(min(found.history["val_loss"]), rel=1e-5)
        ends.append(len(found.epoch))
    assert ends[0] == ends[1]


def test_without_a_compiler_xla_trains(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    from nyuron.kernels import _native

    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CXX", raising=False)
    assert find_compiler() is None
    _native._is_loaded.cache_clear()
    monkeypatch.setattr(_native, "_loaded", [])
    try:
        assert not has_native_code()
        model = network()
        model.compile("sgd", "mse")
        assert packing_of(task_of(model, Y), ((X,), (Y,), (None,)), 32) is None
    finally:
        _native._is_loaded.cache_clear()


def test_a_compiler_that_fails_is_said_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    from nyuron.kernels import _native

    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\nif [ $1 = --version ]; then echo 1; else echo 'no such flag' >&2; exit 1; fi\n")
    broken.chmod(0o755)
    monkeypatch.setenv("CXX", str(broken))
    monkeypatch.setenv("NYURON_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(_native, "_loaded", [])
    _native._is_loaded.cache_clear()
    try:
        with pytest.warns(UserWarning, match="no such flag"):
            assert not has_native_code()
        assert not has_native_code()
    finally:
        _native._is_loaded.cache_clear()


@pytest.mark.parametrize("entropy", [(0, 0, 0), (5, 3, 9), (2**32 - 1, 7, 100), (2**40 + 3, 1, 2), (2**40, 2**33, 5)])
def test_shuffles_as_numpy_does(entropy: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    from nyuron.kernels import _native, shuffle

    assert has_native_code()
    for rows in (0, 1, 2, 10, 1000):
        ours = np.tile(np.arange(rows, dtype=np.int32), (3, 1))
        theirs = ours.copy()
        shuffle(ours, *entropy[:2], first=entropy[2])
        with monkeypatch.context() as patch:
            patch.setattr(_native, "_loaded", [])
            shuffle(theirs, *entropy[:2], first=entropy[2])
        np.testing.assert_array_equal(ours, theirs)


def test_first_weights_are_those_of_a_program(monkeypatch: pytest.MonkeyPatch) -> None:
    from nyuron.kernels import _native

    ny.utils.set_random_seed(4)
    key = np.array([12345, 2**32 - 7], np.uint32)
    for layer in (layers.Dense(5), layers.Dense(70, kernel_initializer="he_uniform", bias_initializer="ones")):
        program = jax.jit(lambda words, layer=layer: layer.init(jax.random.wrap_key_data(words), (None, 33))[0])(key)
        with_machine_code = layer.init_on_host(key, (None, 33))
        with monkeypatch.context() as patch:
            patch.setattr(_native, "_loaded", [])
            with_numpy = layer.init_on_host(key, (None, 33))
        for made in (with_machine_code, with_numpy):
            for name, value in program.items():
                np.testing.assert_array_equal(made[0][name], value)
    model = ny.Sequential([layers.Input((3,)), layers.Dense(5), layers.Dropout(0.1), layers.Dense(2, use_bias=False)])
    assert [w.shape for w in model.get_weights()] == [(3, 5), (5,), (5, 2)]
    assert layers.Dense(5, kernel_initializer="he_normal").init_on_host(key, (None, 3)) is None


def test_on_another_device_the_same_bits() -> None:
    def weights(device: Any) -> list[np.ndarray]:
        with jax.default_device(device):
            model = network()
            model.compile("adam", "mse")
            model.fit(X, Y, epochs=2, verbose=0, seed=5)
            return model.get_weights()

    first, *_, last = jax.devices()
    for a, b in zip(weights(first), weights(last), strict=True):
        np.testing.assert_array_equal(a, b)
