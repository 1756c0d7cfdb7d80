"""scikit-learn's MLPClassifier: the same network, optimizer, batches and epochs as lecture item 26.

Its regressor has neither a sigmoid output nor dropout, so the other workloads do not apply.

python -m benchmarks.peers.scikit_learn mnist
"""

from __future__ import annotations

import argparse
import warnings
from typing import Any

from benchmarks.peers._measure import arguments, run
from benchmarks.workloads import Data, Workload


class ScikitLearn:
    """An estimator told to run all its epochs."""

    members_at_once = 1

    def __init__(self, options: argparse.Namespace, workload: Workload) -> None:
        import sklearn
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.neural_network import MLPClassifier

        warnings.simplefilter("ignore", ConvergenceWarning)
        self.estimator, self.workload, self.seed = MLPClassifier, workload, options.seed
        self.version = sklearn.__version__

    def prepare(self, data: Data) -> None:
        self.data = data._replace(x=data.x.reshape(len(data.x), -1), x_test=data.x_test.reshape(len(data.x_test), -1))

    def build(self) -> Any:
        epochs, size = self.workload.epochs, self.workload.batch_size
        return self.estimator(
            (256,), alpha=0.0, batch_size=size, max_iter=epochs, n_iter_no_change=epochs + 1, random_state=self.seed
        )

    def fit(self, model: Any) -> None:
        model.fit(self.data.x, self.data.y)

    def score(self, model: Any) -> float:
        return float(model.score(self.data.x_test, self.data.y_test))


def main() -> None:
    run(ScikitLearn, arguments().parse_args())


if __name__ == "__main__":
    main()
