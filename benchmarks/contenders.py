"""Who does which work, in which environment, by which script; and what we aim for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from benchmarks.environments import NYURON
from benchmarks.peers.methods import METHODS
from benchmarks.workloads import (
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
    Workload,
)

OURS = "nyuron"
ONE = "nyuron, a single run"
"""One network by `fit`, against which a population's members are held."""
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


def _searchers(configurations: int, epochs: int | None) -> list[Contender]:
    some = ("--members", str(configurations), *(() if epochs is None else ("--epochs", str(epochs))))
    two = ("--processes", "2")
    made = [Contender(OURS, NYURON, "nyuron_search", some)]
    for backend in ("tensorflow", "jax"):
        name, variables = f"keras-{backend}", {"KERAS_BACKEND": backend}
        made.append(Contender(name, name, "keras_search", some, variables))
        made.append(Contender(f"{name}, two processes", name, "keras_search", (*some, *two), variables))
    made.append(Contender("pytorch", "pytorch", "pytorch_search", some))
    made.append(Contender("pytorch, two processes", "pytorch", "pytorch_search", (*some, *two, "--threads", "1")))
    return made


def contenders(
    workload: str, members: int, configurations: int = AMES_SEARCH.members, epochs: int | None = None
) -> list[Contender]:
    """Everyone who takes part, Nyuron first.

    `members` is how many networks of the population a peer trains, `configurations` how many of the search everybody
    trains, for `epochs` at most.
    """
    if workload == AMES_SEARCH.name:
        return _searchers(configurations, epochs)
    if workload in (RESTARTS.name, THOUSAND.name):
        all_of_them = ("--members", str(WORKLOADS[workload].members))
        return [
            Contender(OURS, NYURON, "nyuron_members", all_of_them),
            Contender(ONE, NYURON, "keras_face", ("--module", "nyuron", "--members", "1")),
        ]
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
    is_seconds: bool = False
    """Whether `limit` is in seconds, and no peer's."""


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
    Goal("ames_search", "configuration", 1 / 20, "keras-tensorflow"),
    Goal("ames_search", "configuration", 1 / 8, "keras-jax"),
    Goal("ames_search", "configuration", 1 / 5, "pytorch"),
    Goal("restarts", "member_epoch", 1.0, ONE),
    Goal("restarts", "second_member_epoch", 1.0, ONE),
    Goal("thousand", "fit", 20.0, is_seconds=True),
)
