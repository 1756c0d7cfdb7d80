"""The configurations of the lectures' search with nyuron.tune.

python -m benchmarks.peers.nyuron_search ames_search --members 24
"""

from __future__ import annotations

import argparse
import statistics
from typing import Any, NamedTuple

from benchmarks.peers._measure import arguments, run
from benchmarks.peers.keras_search import network
from benchmarks.workloads import CONFIGURATIONS, PATIENCE, SAMPLE, SEED, SPACE, VALIDATION, Data, Workload


class Searched(NamedTuple):
    """A search, once it has been made."""

    found: list[Any]

    @property
    def epochs_trained(self) -> int:
        return sum(trial.epochs for trial in self.found[0].trials)


class NyuronSearch:
    """One search: it draws the configurations that the others are given."""

    def __init__(self, options: argparse.Namespace, workload: Workload) -> None:
        import nyuron

        self.nyuron, self.workload, self.version = nyuron, workload, nyuron.__version__
        self.members_at_once = options.members
        self.epochs = options.epochs or workload.epochs

    def prepare(self, data: Data) -> None:
        self.data = data

    def build(self) -> Searched:
        return Searched([])

    def fit(self, model: Searched) -> None:
        def build(nodes1: int, nodes2: int, dropout1: float, dropout2: float, optimizer: str) -> Any:
            return network(self.nyuron, nodes1, nodes2, dropout1, dropout2, optimizer)

        search = self.nyuron.tune(
            build,
            SPACE,
            self.data[:2],
            method="random",
            sample=SAMPLE,
            trials=self.members_at_once,
            epochs=self.epochs,
            validation_split=VALIDATION,
            callbacks=[self.nyuron.callbacks.EarlyStopping(monitor="val_loss", patience=PATIENCE)],
            seed=SEED,
        )
        drawn = [tuple(trial.hyperparameters[name] for name in SPACE) for trial in search.trials]
        if drawn != list(CONFIGURATIONS[: self.members_at_once]):
            raise SystemExit(
                "the search draws others than CONFIGURATIONS: bring benchmarks/workloads/_search.py up to date"
            )
        model.found[:] = [search]

    def score(self, model: Searched) -> float:
        return statistics.fmean(trial.value for trial in model.found[0].trials)


def main() -> None:
    parser = arguments()
    parser.add_argument("--epochs", type=int, help="at most so many, to try it out")
    run(NyuronSearch, parser.parse_args())


if __name__ == "__main__":
    main()
