"""What is timed: data, batch size and epochs of each piece of work, without any framework."""

from benchmarks.workloads._search import (
    CONFIGURATIONS,
    PATIENCE,
    SAMPLE,
    SEED,
    SPACE,
    VALIDATION,
    Configuration,
)
from benchmarks.workloads._workload import (
    AMES_SEARCH,
    MNIST,
    MNIST_CNN,
    MNIST_GRU,
    MNIST_LSTM,
    MNIST_TRANSFORMER,
    NONLINEAR,
    POPULATION,
    RESTARTS,
    THOUSAND,
    WORKLOADS,
    Data,
    Workload,
)

__all__ = [
    "AMES_SEARCH",
    "CONFIGURATIONS",
    "MNIST",
    "MNIST_CNN",
    "MNIST_GRU",
    "MNIST_LSTM",
    "MNIST_TRANSFORMER",
    "NONLINEAR",
    "PATIENCE",
    "POPULATION",
    "RESTARTS",
    "SAMPLE",
    "SEED",
    "SPACE",
    "THOUSAND",
    "VALIDATION",
    "WORKLOADS",
    "Configuration",
    "Data",
    "Workload",
]
