"""The lectures' programs, for everything that has Keras's names: only the import differs.

python -m benchmarks.peers.keras_face WORKLOAD --module nyuron|keras [--steps-per-execution N]
"""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Callable
from typing import Any

from benchmarks.peers._measure import arguments, run
from benchmarks.workloads import Data, Workload


def nonlinear(keras: Any, **more: Any) -> Any:
    """Lecture item 25."""
    layers = keras.layers
    model = keras.models.Sequential(
        [
            layers.Dense(6, activation="sigmoid"),
            layers.Dense(4, activation="sigmoid"),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(optimizer=keras.optimizers.SGD(learning_rate=5.0), loss="mse", **more)
    return model


def mnist(keras: Any, **more: Any) -> Any:
    """Lecture item 26."""
    layers = keras.layers
    model = keras.models.Sequential(
        [
            layers.Flatten(input_shape=(28, 28)),
            layers.Dense(256, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"], **more)
    return model


def mnist_cnn(keras: Any, **more: Any) -> Any:
    """Lecture item 18."""
    layers = keras.layers
    model = keras.models.Sequential(
        [
            layers.Input((28, 28)),
            layers.Reshape((28, 28, 1)),
            layers.Conv2D(32, (3, 3), activation="relu"),
            layers.MaxPooling2D((2, 2)),
            layers.Conv2D(64, (3, 3), activation="relu"),
            layers.MaxPooling2D((2, 2)),
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"], **more)
    return model


def mnist_transformer(keras: Any, **more: Any) -> Any:
    """Lecture item 21: each row of an image is a step."""
    layers = keras.layers
    x = inputs = layers.Input((28, 28))
    x = layers.Dense(64)(x)
    for _ in range(2):
        seen = layers.MultiHeadAttention(num_heads=4, key_dim=16)(x, x)
        x = layers.LayerNormalization(epsilon=1e-5)(layers.Add()([x, seen]))
        thought = layers.Dense(64)(layers.Dense(128, activation="relu")(x))
        x = layers.LayerNormalization(epsilon=1e-5)(layers.Add()([x, thought]))
    model = keras.models.Model(inputs, layers.Dense(10, activation="softmax")(layers.Flatten()(x)))
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"], **more)
    return model


def mnist_lstm(keras: Any, **more: Any) -> Any:
    """Lecture item 20: each row of an image is a step."""
    return _over_rows(keras, keras.layers.LSTM(128), **more)


def mnist_gru(keras: Any, **more: Any) -> Any:
    """Lecture item 20, with the other kind of gates."""
    return _over_rows(keras, keras.layers.GRU(128), **more)


def _over_rows(keras: Any, recurrent: Any, **more: Any) -> Any:
    layers = keras.layers
    model = keras.models.Sequential([layers.Input((28, 28)), recurrent, layers.Dense(10, activation="softmax")])
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"], **more)
    return model


def member(keras: Any, **more: Any) -> Any:
    """One network of the population."""
    layers = keras.layers
    model = keras.models.Sequential(
        [
            layers.Dense(128, activation="relu"),
            layers.Dropout(0.2),
            layers.Dense(128, activation="relu"),
            layers.Dropout(0.2),
            layers.Dense(1),
        ]
    )
    model.compile(optimizer="adam", loss="mse", **more)
    return model


NETWORKS: dict[str, Callable[..., Any]] = {
    "nonlinear": nonlinear,
    "mnist": mnist,
    "mnist_cnn": mnist_cnn,
    "mnist_transformer": mnist_transformer,
    "mnist_lstm": mnist_lstm,
    "mnist_gru": mnist_gru,
    "population": member,
    "restarts": mnist,
    "thousand": nonlinear,
}


class KerasFace:
    """fit and evaluate, as the lectures call them."""

    members_at_once = 1

    def __init__(self, options: argparse.Namespace, workload: Workload) -> None:
        self.workload = workload
        self.keras = importlib.import_module(options.module)
        self.version = self.keras.__version__
        self.more = {} if options.steps_per_execution is None else {"steps_per_execution": options.steps_per_execution}
        self.keras.utils.set_random_seed(options.seed)

    def prepare(self, data: Data) -> None:
        self.data = data

    def build(self) -> Any:
        return NETWORKS[self.workload.name](self.keras, **self.more)

    def fit(self, model: Any) -> None:
        x, y = self.data[:2]
        model.fit(x, y, batch_size=self.workload.batch_size, epochs=self.workload.epochs, verbose=0)

    def score(self, model: Any) -> float:
        if self.workload.members > 1:
            return model.history.history["loss"][-1]
        figures = model.evaluate(self.data.x_test, self.data.y_test, verbose=0)
        return float(figures[-1] if isinstance(figures, list | tuple) else figures)


def main() -> None:
    parser = arguments()
    parser.add_argument("--module", default="keras")
    parser.add_argument("--steps-per-execution", type=int)
    run(KerasFace, parser.parse_args())


if __name__ == "__main__":
    main()
