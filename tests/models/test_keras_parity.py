"""Whole fits against real Keras: same weights and order in, same history, weights and evaluation out."""

import numpy as np
import pytest

import nyuron
from oracle import keras_oracle

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
RNG = np.random.default_rng(0)
X = RNG.normal(size=(70, 5)).astype("float32")
CLASSES = RNG.integers(0, 3, 70).astype("int32")
REAL = RNG.normal(size=(70, 1)).astype("float32")


def network(keras, case):
    layers = keras.layers
    if case == "regression":
        body = [
            layers.Dense(8, activation="tanh", kernel_regularizer="l2"),
            layers.BatchNormalization(),
            layers.Dense(1),
        ]
        model = keras.Sequential([keras.Input((5,)), *body])
        model.compile(keras.optimizers.SGD(0.05, momentum=0.9), loss="mse", metrics=["mae"])
        return model, REAL
    if case == "softmax":
        body = [layers.Dense(8, activation="relu"), layers.Dense(3, activation="softmax")]
        model = keras.Sequential([keras.Input((5,)), *body])
        model.compile("adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
        return model, CLASSES
    x = keras.Input((5,))
    hidden = layers.Dense(6, activation="relu", kernel_constraint="max_norm")
    a = hidden(x)
    b = layers.Dense(6)(x)
    y = layers.Dense(1, activation="sigmoid")(layers.Add()([a, b]))
    model = keras.Model(x, y)
    model.compile("rmsprop", loss="binary_crossentropy", metrics=["accuracy", "AUC"])
    return model, (CLASSES > 0).astype("float32")


@pytest.mark.parametrize("case", ["regression", "softmax", "functional"])
def test_fit_evaluate_predict(case):
    ours, y = network(nyuron, case)
    with keras_oracle():
        import keras

        theirs, _ = network(keras, case)
        theirs.set_weights(ours.get_weights())
        expected = theirs.fit(X, y, epochs=3, batch_size=32, shuffle=False, validation_data=(X, y), verbose=0).history
        evaluated, predicted = theirs.evaluate(X, y, verbose=0), theirs.predict(X, verbose=0)
        weights = theirs.get_weights()
    history = ours.fit(X, y, epochs=3, batch_size=32, shuffle=False, validation_data=(X, y), verbose=0).history
    assert {k.lower() for k in history} == {k.lower() for k in expected}
    by_name = {k.lower(): v for k, v in expected.items()}
    for name, values in history.items():
        np.testing.assert_allclose(values, by_name[name.lower()], rtol=2e-3, atol=2e-3, err_msg=name)
    for a, b in zip(ours.get_weights(), weights, strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-3, atol=2e-4)
    np.testing.assert_allclose(ours.evaluate(X, y, verbose=0), evaluated, rtol=2e-3, atol=2e-3)
    np.testing.assert_allclose(ours.predict(X), predicted, rtol=2e-3, atol=2e-4)


def test_sample_and_class_weights():
    weights = {0: 1.0, 1: 2.0, 2: 0.5}
    ours, y = network(nyuron, "softmax")
    with keras_oracle():
        import keras

        theirs, _ = network(keras, "softmax")
        theirs.set_weights(ours.get_weights())
        expected = theirs.fit(X, y, batch_size=70, shuffle=False, class_weight=weights, verbose=0).history["loss"]
    loss = ours.fit(X, y, batch_size=70, shuffle=False, class_weight=weights, verbose=0).history["loss"]
    np.testing.assert_allclose(loss, expected, rtol=1e-4)
