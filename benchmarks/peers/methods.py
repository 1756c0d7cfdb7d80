"""Full-batch methods of higher order against Adam, on the network and the data of nonlinear.csv.

python -m benchmarks.peers.methods nonlinear --method lbfgs
"""

from __future__ import annotations

import argparse
from typing import Any, NamedTuple

from benchmarks.peers._measure import arguments, run
from benchmarks.peers.keras_face import KerasFace, nonlinear
from benchmarks.workloads import Workload


class Method(NamedTuple):
    """What to compile with, and the most epochs to run; an epoch of a full-batch method is one of its steps."""

    optimizer: str
    settings: dict[str, Any]
    epochs: int


METHODS = {
    "adam": Method("Adam", {"learning_rate": 0.01}, 100),
    "adam, longer": Method("Adam", {"learning_rate": 0.01}, 1000),
    "lbfgs": Method("LBFGS", {}, 1000),
    "nonlinear-cg": Method("NonlinearCG", {}, 1000),
    "levenberg-marquardt": Method("LevenbergMarquardt", {}, 300),
    "newton": Method("Newton", {}, 300),
}


class OneMethod(KerasFace):
    """Lecture item 25's network, compiled with another optimizer."""

    def __init__(self, options: argparse.Namespace, workload: Workload) -> None:
        super().__init__(options, workload)
        self.method = METHODS[options.method]

    def build(self) -> Any:
        model = nonlinear(self.keras)
        optimizer = getattr(self.keras.optimizers, self.method.optimizer)(**self.method.settings)
        model.compile(optimizer=optimizer, loss="mse")
        return model

    def fit(self, model: Any) -> None:
        model.fit(*self.data[:2], batch_size=self.workload.batch_size, epochs=self.method.epochs, verbose=0)

    def extra(self, model: Any) -> dict[str, Any]:
        """How many epochs it took."""
        return {"epochs": len(model.history.epoch)}


def main() -> None:
    parser = arguments()
    parser.add_argument("--method", choices=METHODS, required=True)
    parser.set_defaults(module="nyuron", steps_per_execution=None)
    run(OneMethod, parser.parse_args())


if __name__ == "__main__":
    main()
