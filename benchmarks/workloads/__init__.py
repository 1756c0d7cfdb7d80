"""What is timed: data, batch size and epochs of each piece of work, without any framework."""

from benchmarks.workloads._workload import (
    MNIST,
    MNIST_CNN,
    MNIST_GRU,
    MNIST_LSTM,
    MNIST_TRANSFORMER,
    NONLINEAR,
    POPULATION,
    WORKLOADS,
    Data,
    Workload,
)

__all__ = [
    "MNIST",
    "MNIST_CNN",
    "MNIST_GRU",
    "MNIST_LSTM",
    "MNIST_TRANSFORMER",
    "NONLINEAR",
    "POPULATION",
    "WORKLOADS",
    "Data",
    "Workload",
]
