"""Many networks in Nyuron: one population.

python -m benchmarks.peers.nyuron_members population --members 64
"""

from __future__ import annotations

import argparse
from typing import Any

from benchmarks.peers._measure import arguments, run
from benchmarks.peers.keras_face import NETWORKS
from benchmarks.workloads import Data, Workload


class NyuronMembers:
    """All members in one call."""

    def __init__(self, options: argparse.Namespace, workload: Workload) -> None:
        import nyuron

        self.nyuron, self.workload, self.seed = nyuron, workload, options.seed
        self.members_at_once = options.members
        self.more = {} if options.side_by_side is None else {"side_by_side": options.side_by_side}
        self.version = nyuron.__version__

    def prepare(self, data: Data) -> None:
        self.data = data

    def build(self) -> Any:
        network = NETWORKS[self.workload.name]
        return self.nyuron.Population(lambda: network(self.nyuron), self.members_at_once, seed=self.seed)

    def fit(self, model: Any) -> None:
        x, y = self.data[:2]
        size, epochs = self.workload.batch_size, self.workload.epochs
        model.fit(x, y, batch_size=size, epochs=epochs, verbose=0, **self.more)

    def score(self, model: Any) -> float:
        return sum(history.history["loss"][-1] for history in model.histories) / len(model)


def main() -> None:
    parser = arguments()
    parser.add_argument("--side-by-side", type=int, help="members that one device trains together")
    run(NyuronMembers, parser.parse_args())


if __name__ == "__main__":
    main()
