"""Who does which work, in which environment, by which script; and what we aim for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from benchmarks.environments import NYURON
from benchmarks.peers.methods import METHODS
from benchmarks.workloads import (
    MNIST,
    MNIST_CNN,
    MNIST_GRU,
    MNIST_LSTM,
    MNIST_TRANSFORMER,
    NONLINEAR,
    POPULATION,
    Workload,
)

OURS = "nyuron"
STACKED = "pytorch, weights stacked by hand"
METHODS_TABLE = "methods"
"""The table of full-batch methods against Adam: Nyuron alone, on the data of `nonlinear`."""


@dataclass(frozen=True)
class Contender:
    """A way of doing the work: a module of `benchmarks.peers`, run in its own environment."""

    name: str
    environment: str
    script: str
    options: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)


def _keras(name: str, backend: str, steps: int | None = None, *more: str) -> Contender:
    options = () if steps is None else ("--steps-per-execution", str(steps))
    return Contender(name, f"keras-{backend}", "keras_face", (*options, *more), {"KERAS_BACKEND": backend})


def _pytorch(name: str, *options: str) -> Contender:
    return Contender(name, "pytorch", "pytorch", options)


def _both_pytorches(*options: str) -> list[Contender]:
    return [_pytorch("pytorch", *options), _pytorch("pytorch, compiled", "--compiled", *options)]


def _face(workload: Workload, steps: int, *more: str) -> list[Contender]:
    """Keras on both backends, with and without several steps in one execution."""
    return [
        made
        for backend in ("tensorflow", "jax")
        for made in (
            _keras(f"keras-{backend}", backend, None, *more),
            _keras(f"keras-{backend}, {steps} steps per execution", backend, steps, *more),
        )
    ]


def contenders(workload: str, members: int) -> list[Contender]:
    """Everyone who takes part, Nyuron first; `members` is how many networks of the population a peer trains."""
    if workload == NONLINEAR.name:
        ours = Contender(OURS, NYURON, "keras_face", ("--module", "nyuron"))
        return [ours, *_face(NONLINEAR, 32), *_both_pytorches("--threads", "1")]
    if workload == MNIST.name:
        ours = Contender(OURS, NYURON, "keras_face", ("--module", "nyuron"))
        return [ours, *_face(MNIST, 125), *_both_pytorches(), Contender("scikit-learn", "scikit-learn", "scikit_learn")]
    if workload == MNIST_CNN.name:
        ours = Contender(OURS, NYURON, "keras_face", ("--module", "nyuron"))
        return [ours, *_face(MNIST_CNN, 67), *_both_pytorches()]
    if workload in (MNIST_LSTM.name, MNIST_GRU.name):
        ours = Contender(OURS, NYURON, "keras_face", ("--module", "nyuron"))
        return [ours, *_face(MNIST_LSTM, 67), *_both_pytorches()]
    if workload == MNIST_TRANSFORMER.name:
        ours = Contender(OURS, NYURON, "keras_face", ("--module", "nyuron"))
        return [ours, *_face(MNIST_TRANSFORMER, 67), *_both_pytorches()]
    if workload == POPULATION.name:
        some, two = ("--members", str(members)), ("--processes", "2")
        ours = Contender(OURS, NYURON, "nyuron_members", ("--members", str(POPULATION.members)))
        return [
            ours,
            *_face(POPULATION, 58, *some),
            _keras("keras-jax, two processes", "jax", 58, *some, *two),
            *_both_pytorches(*some),
            _pytorch("pytorch, two processes", *some, *two),
            Contender(STACKED, "pytorch", "pytorch_stacked", ("--members", "16")),
        ]
    return [Contender(name, NYURON, "methods", ("--method", name)) for name in METHODS]


@dataclass(frozen=True)
class Goal:
    """Our `figure` is at most `limit` times that of the fastest peer whose name begins with `peer`, `besides` apart."""

    workload: str
    figure: str
    limit: float
    peer: str = ""
    besides: str | None = None


GOALS = (
    Goal("nonlinear", "fit", 1 / 3),
    Goal("nonlinear", "cold", 1.0),
    Goal("mnist", "fit", 0.45),
    Goal("mnist", "fit", 1 / 7, "keras-tensorflow"),
    Goal("mnist", "cold", 1.0),
    Goal("mnist_cnn", "fit", 1.0, "pytorch"),
    Goal("mnist_transformer", "fit", 1.0, "keras-tensorflow"),
    Goal("mnist_transformer", "fit", 1.0, "keras-jax"),
    Goal("mnist_lstm", "fit", 1.0, "keras-tensorflow"),
    Goal("mnist_lstm", "fit", 1.0, "keras-jax"),
    Goal("mnist_gru", "fit", 1.0, "keras-tensorflow"),
    Goal("mnist_gru", "fit", 1.0, "keras-jax"),
    Goal("population", "member_epoch", 1 / 4, "pytorch", besides=STACKED),
)
