"""The configurations of the lectures' search in PyTorch: tensors in memory, shuffled by index, figures kept as tensors.

python -m benchmarks.peers.pytorch_search ames_search --members 24
"""

from __future__ import annotations

import argparse

from benchmarks.peers._configurations import Trained, turns
from benchmarks.peers._measure import arguments, run
from benchmarks.workloads import PATIENCE, VALIDATION, Data, Workload


class PyTorchSearch:
    """The loop that everybody writes, with early stopping, over the configurations."""

    members_at_once = 1

    def __init__(self, options: argparse.Namespace, workload: Workload) -> None:
        import torch

        self.torch, self.workload, self.version = torch, workload, torch.__version__
        self.turns = turns(options.members, options.processes)
        self.epochs = options.epochs or workload.epochs
        if options.threads:
            torch.set_num_threads(options.threads)
        torch.set_flush_denormal(True)
        torch.manual_seed(options.seed)

    def prepare(self, data: Data) -> None:
        x, y = self.torch.from_numpy(data.x), self.torch.from_numpy(data.y)
        cut = int(len(x) * (1 - VALIDATION))
        self.x, self.y, self.held = x[:cut], y[:cut], (x[cut:], y[cut:])

    def build(self) -> Trained:
        nn, c = self.torch.nn, next(self.turns)
        first, second = nn.Linear(self.x.shape[1], c.nodes1), nn.Linear(c.nodes1, c.nodes2)
        last = nn.Linear(c.nodes2, 1)
        for layer in (first, second, last):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)
        hidden = [first, nn.ReLU(), nn.Dropout(c.dropout1), second, nn.ReLU(), nn.Dropout(c.dropout2)]
        return Trained(nn.Sequential(*hidden, last), c, [])

    def fit(self, model: Trained) -> None:
        torch, net, size = self.torch, model.network, model.configuration.batch_size
        mse, x_held, y_held = torch.nn.functional.mse_loss, *self.held
        if model.configuration.optimizer == "adam":
            optimizer = torch.optim.Adam(net.parameters(), eps=1e-7, fused=True)
        else:
            optimizer = torch.optim.RMSprop(net.parameters(), lr=1e-3, alpha=0.9, eps=1e-7, foreach=True)
        best, waited = float("inf"), 0
        model.found.clear()
        for _ in range(self.epochs):
            net.train()
            order = torch.randperm(len(self.x))
            total, absolute = torch.zeros(()), torch.zeros(())
            for x, y in zip(self.x[order].split(size), self.y[order].split(size), strict=True):
                optimizer.zero_grad(set_to_none=True)
                said = net(x)
                loss = mse(said, y)
                loss.backward()
                optimizer.step()
                total += loss.detach() * len(x)
                absolute += (said.detach() - y).abs().sum()
            net.eval()
            with torch.inference_mode():
                error = net(x_held) - y_held
                found = (error**2).mean().item()
            model.found.append(found)
            waited = 0 if found < best else waited + 1
            best = min(best, found)
            if waited >= PATIENCE:
                break

    def score(self, model: Trained) -> float:
        return min(model.found)


def main() -> None:
    parser = arguments()
    parser.add_argument("--epochs", type=int, help="at most so many, to try it out")
    parser.add_argument("--threads", type=int, help="threads of one operation; PyTorch's own choice otherwise")
    run(PyTorchSearch, parser.parse_args())


if __name__ == "__main__":
    main()
