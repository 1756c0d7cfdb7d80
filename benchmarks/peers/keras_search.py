"""The configurations of the lectures' search with Keras, one after another.

python -m benchmarks.peers.keras_search ames_search --members 24
"""

from __future__ import annotations

import argparse
from typing import Any

from benchmarks.peers._configurations import Trained, turns
from benchmarks.peers._measure import arguments, run
from benchmarks.workloads import PATIENCE, VALIDATION, Data, Workload


def network(keras: Any, nodes1: int, nodes2: int, dropout1: float, dropout2: float, optimizer: str, **more: Any) -> Any:
    """Lecture item 30."""
    layers = keras.layers
    model = keras.models.Sequential(
        [
            layers.Dense(nodes1, activation="relu"),
            layers.Dropout(dropout1),
            layers.Dense(nodes2, activation="relu"),
            layers.Dropout(dropout2),
            layers.Dense(1),
        ]
    )
    model.compile(optimizer=optimizer, loss="mse", metrics=["mae"], **more)
    return model


class KerasSearch:
    """fit with EarlyStopping, in a loop over the configurations."""

    members_at_once = 1

    def __init__(self, options: argparse.Namespace, workload: Workload) -> None:
        import keras

        self.keras, self.workload, self.version = keras, workload, keras.__version__
        self.turns = turns(options.members, options.processes)
        self.epochs = options.epochs or workload.epochs
        self.more = {} if options.steps_per_execution is None else {"steps_per_execution": options.steps_per_execution}
        keras.utils.set_random_seed(options.seed)

    def prepare(self, data: Data) -> None:
        self.data = data

    def build(self) -> Trained:
        self.keras.backend.clear_session()
        configuration = next(self.turns)
        return Trained(network(self.keras, *configuration[:-1], **self.more), configuration, [])

    def fit(self, model: Trained) -> None:
        stop = self.keras.callbacks.EarlyStopping(monitor="val_loss", patience=PATIENCE)
        history = model.network.fit(
            self.data.x,
            self.data.y,
            batch_size=model.configuration.batch_size,
            epochs=self.epochs,
            validation_split=VALIDATION,
            callbacks=[stop],
            verbose=0,
        )
        model.found[:] = history.history["val_loss"]

    def score(self, model: Trained) -> float:
        return min(model.found)


def main() -> None:
    parser = arguments()
    parser.add_argument("--epochs", type=int, help="at most so many, to try it out")
    parser.add_argument("--steps-per-execution", type=int)
    run(KerasSearch, parser.parse_args())


if __name__ == "__main__":
    main()
