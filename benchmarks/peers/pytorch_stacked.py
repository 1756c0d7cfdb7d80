"""The population in PyTorch with the members' weights stacked by hand, so that each layer is one batched product.

python -m benchmarks.peers.pytorch_stacked population
"""

from __future__ import annotations

import argparse
import itertools
from typing import Any

from benchmarks.peers._measure import arguments, run
from benchmarks.workloads import Data, Workload

SIZES = (300, 128, 128, 1)
KEEP = 0.8


class Stacked:
    """All members at once; each has its own weights, masks and order of the rows."""

    def __init__(self, options: argparse.Namespace, workload: Workload) -> None:
        import torch

        self.torch, self.workload, self.members_at_once = torch, workload, options.side_by_side
        self.version = torch.__version__
        self.last_loss = 0.0
        torch.set_flush_denormal(True)
        torch.manual_seed(options.seed)

    def prepare(self, data: Data) -> None:
        self.x, self.y = self.torch.from_numpy(data.x), self.torch.from_numpy(data.y)

    def build(self) -> Any:
        torch, params = self.torch, []
        for fan_in, fan_out in itertools.pairwise(SIZES):
            limit = (6 / (fan_in + fan_out)) ** 0.5
            params.append(torch.empty(self.members_at_once, fan_in, fan_out).uniform_(-limit, limit).requires_grad_())
            params.append(torch.zeros(self.members_at_once, 1, fan_out).requires_grad_())
        return params, torch.optim.Adam(params, eps=1e-7, fused=True)

    def fit(self, model: Any) -> None:
        torch, relu, dropout = self.torch, self.torch.nn.functional.relu, self.torch.nn.functional.dropout
        (w1, b1, w2, b2, w3, b3), optimizer = model
        for _ in range(self.workload.epochs):
            order = torch.stack([torch.randperm(len(self.x)) for _ in range(self.members_at_once)])
            total = torch.zeros(())
            for rows in order.split(self.workload.batch_size, dim=1):
                x, y = self.x[rows], self.y[rows]
                optimizer.zero_grad(set_to_none=True)
                h = dropout(relu(torch.baddbmm(b1, x, w1)), 1 - KEEP)
                h = dropout(relu(torch.baddbmm(b2, h, w2)), 1 - KEEP)
                loss = ((torch.baddbmm(b3, h, w3) - y) ** 2).mean(dim=(1, 2)).sum()
                loss.backward()
                optimizer.step()
                total += loss.detach() * rows.shape[1]
            self.last_loss = total.item() / len(self.x) / self.members_at_once

    def score(self, model: Any) -> float:
        return self.last_loss


def main() -> None:
    parser = arguments()
    parser.add_argument("--side-by-side", type=int, default=8, help="members in one stack")
    run(Stacked, parser.parse_args())


if __name__ == "__main__":
    main()
