"""Named data sets: Keras's `load_data` modules, embedded ones, and generated ones."""

from nyuron.datasets import (
    boston_housing,
    california_housing,
    cifar10,
    cifar100,
    fashion_mnist,
    imdb,
    mnist,
    reuters,
)
from nyuron.datasets import boston_housing as boston
from nyuron.datasets._catalogue import load, names
from nyuron.datasets._generated import boolean

__all__ = [
    "boolean",
    "boston",
    "boston_housing",
    "california_housing",
    "cifar10",
    "cifar100",
    "fashion_mnist",
    "imdb",
    "load",
    "mnist",
    "names",
    "reuters",
]
