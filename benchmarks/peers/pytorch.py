"""PyTorch as a good user writes it: tensors in memory, shuffled by index, fused optimizers, figures kept as tensors.

python -m benchmarks.peers.pytorch WORKLOAD [--compiled] [--threads N]
"""

from __future__ import annotations

import argparse
from typing import Any

from benchmarks.peers._measure import arguments, run
from benchmarks.workloads import Data, Workload


class PyTorch:
    """A network, its optimizer, and the loop that everybody writes."""

    members_at_once = 1

    def __init__(self, options: argparse.Namespace, workload: Workload) -> None:
        import torch

        self.torch, self.workload, self.is_compiled = torch, workload, options.compiled
        self.version = torch.__version__
        self.counts_hits = workload.name.startswith("mnist")
        self.last_loss = 0.0
        if options.threads:
            torch.set_num_threads(options.threads)
        torch.set_flush_denormal(True)  # Adam's moments of pixels that are nearly always 0; a third of MNIST's time
        torch.manual_seed(options.seed)

    def prepare(self, data: Data) -> None:
        as_tensor = self.torch.from_numpy
        y, y_test = (a.astype("int64") if self.counts_hits else a for a in (data.y, data.y_test))
        self.x, self.y = as_tensor(data.x), as_tensor(y)
        self.x_test, self.y_test = as_tensor(data.x_test), as_tensor(y_test)

    def build(self) -> Any:
        torch, nn = self.torch, self.torch.nn
        if self.workload.name == "nonlinear":
            layers = [nn.Linear(1, 6), nn.Sigmoid(), nn.Linear(6, 4), nn.Sigmoid(), nn.Linear(4, 1), nn.Sigmoid()]
        elif self.workload.name == "mnist_cnn":
            blocks = [nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2)]
            layers = [nn.Unflatten(1, (1, 28)), *blocks, nn.Flatten(), nn.Linear(1600, 10)]
        elif self.workload.name == "mnist_transformer":
            blocks = [nn.TransformerEncoderLayer(64, 4, 128, dropout=0.0, batch_first=True) for _ in range(2)]
            layers = [nn.Linear(28, 64), *blocks, nn.Flatten(), nn.Linear(28 * 64, 10)]
        elif self.workload.name in ("mnist_lstm", "mnist_gru"):
            kind = nn.LSTM if self.workload.name == "mnist_lstm" else nn.GRU
            layers = [kind(28, 128, batch_first=True), self._last_step(), nn.Linear(128, 10)]
        elif self.workload.name == "mnist":
            layers = [nn.Flatten(), nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10)]
        else:
            first, second = nn.Linear(300, 128), nn.Linear(128, 128)
            layers = [first, nn.ReLU(), nn.Dropout(0.2), second, nn.ReLU(), nn.Dropout(0.2), nn.Linear(128, 1)]
        model = nn.Sequential(*layers)
        for layer in model.modules():
            if isinstance(layer, nn.Linear | nn.Conv2d):
                nn.init.xavier_uniform_(layer.weight)
                nn.init.zeros_(layer.bias)
        if self.workload.name == "mnist_cnn":
            model = model.to(memory_format=torch.channels_last)  # its fastest layout
        if self.workload.name == "nonlinear":
            optimizer = torch.optim.SGD(model.parameters(), lr=5.0, fused=True)
        else:
            optimizer = torch.optim.Adam(model.parameters(), eps=1e-7, fused=True)
        loss_of = nn.CrossEntropyLoss() if self.counts_hits else nn.MSELoss()

        def forward(x: Any, y: Any) -> Any:
            output = model(x)
            return loss_of(output, y), output

        return model, optimizer, torch.compile(forward, dynamic=False) if self.is_compiled else forward

    def _last_step(self) -> Any:
        class LastStep(self.torch.nn.Module):
            """Of a recurrent layer's (outputs, states) the last output."""

            def forward(self, given: Any) -> Any:
                return given[0][:, -1]

        return LastStep()

    def fit(self, model: Any) -> None:
        torch, size = self.torch, self.workload.batch_size
        network, optimizer, forward = model
        network.train()
        for _ in range(self.workload.epochs):
            order = torch.randperm(len(self.x))
            total, hits = torch.zeros(()), torch.zeros((), dtype=torch.int64)
            for x, y in zip(self.x[order].split(size), self.y[order].split(size), strict=True):
                optimizer.zero_grad(set_to_none=True)
                loss, output = forward(x, y)
                loss.backward()
                optimizer.step()
                total += loss.detach() * len(x)
                if self.counts_hits:
                    hits += (output.detach().argmax(1) == y).sum()
            self.last_loss = total.item() / len(self.x)

    def score(self, model: Any) -> float:
        if self.workload.members > 1:
            return self.last_loss
        network = model[0].eval()
        with self.torch.inference_mode():
            output = network(self.x_test)
            if self.counts_hits:
                return (output.argmax(1) == self.y_test).float().mean().item()
            return ((output - self.y_test) ** 2).mean().item()


def main() -> None:
    parser = arguments()
    parser.add_argument("--compiled", action="store_true")
    parser.add_argument("--threads", type=int, help="threads of one operation; PyTorch's own choice otherwise")
    run(PyTorch, parser.parse_args())


if __name__ == "__main__":
    main()
