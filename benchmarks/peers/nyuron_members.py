"""The population in Nyuron: one compiled run with a member axis.

python -m benchmarks.peers.nyuron_members population --members 64

The public way to train a population is not there yet; `_weights` and `fit` are the place that it will take.
"""

from __future__ import annotations

import argparse
from typing import Any, NamedTuple

from benchmarks.peers._measure import arguments, run
from benchmarks.peers.keras_face import member
from benchmarks.workloads import Data, Workload


class Population(NamedTuple):
    """One task, and each member's own weights."""

    task: Any
    weights: list[Any]


class NyuronMembers:
    """All members in one call."""

    def __init__(self, options: argparse.Namespace, workload: Workload) -> None:
        import nyuron

        self.nyuron, self.workload, self.seed = nyuron, workload, options.seed
        self.members_at_once = options.members
        self.more = {} if options.side_by_side is None else {"side_by_side": options.side_by_side}
        self.version = nyuron.__version__
        self.last_loss = 0.0

    def prepare(self, data: Data) -> None:
        self.data = ((data.x,), (data.y,), (None,))

    def build(self) -> Population:
        from nyuron.models._prepare import task_for

        x, y = self.data[0][0], self.data[1][0]
        model = member(self.nyuron)
        model.build_for((None, *x.shape[1:]))
        task, _ = task_for(model, (y,))
        return Population(task, self._weights(task.graph))

    def _weights(self, graph: Any) -> list[Any]:
        import jax

        from nyuron.layers import split_frozen

        shapes = [entry.shape for entry in graph.inputs]
        keys = jax.random.split(jax.random.key(self.seed), self.members_at_once)
        stacked = jax.device_get(jax.jit(jax.vmap(lambda key: graph.init(key, *shapes)))(keys))
        each = [jax.tree.map(lambda a: a[i], stacked) for i in range(self.members_at_once)]  # noqa: B023
        return [(*split_frozen(graph, params), state) for params, state in each]

    def fit(self, model: Population) -> None:
        from nyuron.train import Settings, train_members

        settings = Settings(batch_size=self.workload.batch_size, epochs=self.workload.epochs, seed=self.seed)
        count = self.members_at_once
        trained = train_members(
            [model.task] * count, model.weights, self.data, settings, numbers=range(count), **self.more
        )
        self.last_loss = float(trained.logs[0][:, -1].mean())

    def score(self, model: Population) -> float:
        return self.last_loss


def main() -> None:
    parser = arguments()
    parser.add_argument("--side-by-side", type=int, help="members that one device trains together")
    run(NyuronMembers, parser.parse_args())


if __name__ == "__main__":
    main()
