"""Full-batch methods of higher order against Adam, on the network and the data of nonlinear.csv.

python -m benchmarks.peers.methods nonlinear --method "LBFGS()"
"""

from __future__ import annotations

import argparse
import statistics
from dataclasses import replace
from typing import Any, NamedTuple

from benchmarks.peers._measure import arguments, run
from benchmarks.peers.keras_face import KerasFace, nonlinear
from benchmarks.workloads import Workload


class Method(NamedTuple):
    """What to compile with, and the most epochs to run; an epoch of a full-batch method is one of its steps."""

    optimizer: str
    settings: dict[str, Any]
    epochs: int


STARTS = 9
METHODS = {
    "Adam(0.01), 100 epochs": Method("Adam", {"learning_rate": 0.01}, 100),
    "Adam(0.01), 1000 epochs": Method("Adam", {"learning_rate": 0.01}, 1000),
    "LBFGS()": Method("LBFGS", {}, 100),
    "NonlinearCG()": Method("NonlinearCG", {}, 100),
    "LevenbergMarquardt()": Method("LevenbergMarquardt", {}, 50),
    "Newton()": Method("Newton", {}, 50),
}


class OneMethod(KerasFace):
    """Lecture item 25's network, compiled with another optimizer."""

    def __init__(self, options: argparse.Namespace, workload: Workload) -> None:
        self.method = METHODS[options.method]
        super().__init__(options, replace(workload, epochs=self.method.epochs))

    def build(self) -> Any:
        model = nonlinear(self.keras)
        optimizer = getattr(self.keras.optimizers, self.method.optimizer)(**self.method.settings)
        model.compile(optimizer=optimizer, loss="mse")
        return model

    def fit(self, model: Any) -> None:
        history = model.fit(*self.data[:2], epochs=self.workload.epochs, verbose=0)
        self.epochs = len(history.epoch)

    def extra(self, model: Any) -> dict[str, Any]:
        """How many epochs it took, and the losses reached from other starts: one start is a matter of luck."""
        epochs, losses = self.epochs, []
        for seed in range(1, STARTS + 1):
            self.keras.utils.set_random_seed(seed)
            other = self.build()
            self.fit(other)
            losses.append(self.score(other))
        return {"epochs": epochs, "median_score": statistics.median(losses), "worst_score": max(losses)}


def main() -> None:
    parser = arguments()
    parser.add_argument("--method", choices=METHODS, required=True)
    parser.set_defaults(module="nyuron", steps_per_execution=None)
    run(OneMethod, parser.parse_args())


if __name__ == "__main__":
    main()
