"""The pieces of work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from benchmarks.workloads._data import Data, ames, ames_sized, data_folder, mnist, nonlinear


@dataclass(frozen=True)
class Workload:
    """A network's training, told without a framework.

    `score` names the figure that shows that a peer did the work; `needs` is a file or folder in NYURON_DATA;
    `members` is how many networks a population has (peers that train them one after another measure a few of them).
    """

    name: str
    title: str
    load: Callable[[], Data]
    score: str
    epochs: int
    batch_size: int = 32
    members: int = 1
    needs: str | None = None
    is_search: bool = False
    """Whether the members are a search's configurations, each with its own epochs and batch size."""

    def missing(self) -> str | None:
        """The path that the data should have, if it is not there."""
        path = None if self.needs is None else data_folder() / self.needs
        return None if path is None or path.exists() else str(path)


NONLINEAR = Workload(
    name="nonlinear",
    title="nonlinear.csv: 1-6-4-1 sigmoid, SGD(5), batch 32, 100 epochs",
    load=nonlinear,
    score="mse",
    epochs=100,
    needs="nonlinear.csv",
)
MNIST = Workload(
    name="mnist",
    title="MNIST: 784-256-10, Adam, batch 32, 5 epochs",
    load=mnist,
    score="test accuracy",
    epochs=5,
    needs="mnist",
)
MNIST_CNN = Workload(
    name="mnist_cnn",
    title="MNIST: convolutions of 32 and 64 filters 3×3, each relu and pooled, Adam, batch 128, 1 epoch",
    load=mnist,
    score="test accuracy",
    epochs=1,
    batch_size=128,
    needs="mnist",
)
MNIST_TRANSFORMER = replace(
    MNIST_CNN,
    name="mnist_transformer",
    title="MNIST rows: two Transformer blocks (width 64, 4 heads, FFN 128), Adam, batch 128, 1 epoch",
)
MNIST_LSTM = replace(MNIST_CNN, name="mnist_lstm", title="MNIST rows: LSTM(128), Adam, batch 128, 1 epoch")
MNIST_GRU = replace(MNIST_CNN, name="mnist_gru", title="MNIST rows: GRU(128), Adam, batch 128, 1 epoch")
POPULATION = Workload(
    name="population",
    title="64 networks 300-128-128-1, dropout 0.2, Adam, batch 32, 20 epochs",
    load=ames_sized,
    score="training mse",
    epochs=20,
    members=64,
)
AMES_SEARCH = Workload(
    name="ames_search",
    title="Ames house prices: 24 configurations of the lectures' search, up to 500 epochs, patience 25",
    load=ames,
    score="best validation mse, mean",
    epochs=500,
    members=24,
    needs="ames_housing.csv",
    is_search=True,
)
RESTARTS = replace(
    MNIST,
    name="restarts",
    title="MNIST: 64 restarts of 784-256-10, Adam, batch 32, 2 epochs",
    score="training loss",
    epochs=2,
    members=64,
)
THOUSAND = replace(
    NONLINEAR,
    name="thousand",
    title="nonlinear.csv: 1 000 networks 1-6-4-1 sigmoid, SGD(5), batch 32, 100 epochs",
    score="training mse",
    members=1000,
)
WORKLOADS = {
    workload.name: workload
    for workload in (
        NONLINEAR,
        MNIST,
        MNIST_CNN,
        MNIST_TRANSFORMER,
        MNIST_LSTM,
        MNIST_GRU,
        POPULATION,
        AMES_SEARCH,
        RESTARTS,
        THOUSAND,
    )
}
