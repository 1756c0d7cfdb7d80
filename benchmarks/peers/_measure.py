"""What is measured of a peer, the same for each: this file is all that the peers' scripts share."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any, Protocol

from benchmarks.peers._processes import side_by_side
from benchmarks.workloads import WORKLOADS, Data, Workload


class Peer(Protocol):
    """A way of doing a workload; made with the framework's import, then given the data.

    `extra(model)`, where a peer has it, adds entries to the result.
    """

    version: str
    workload: Workload
    members_at_once: int
    """How many networks of a population one `build` makes and one `fit` trains."""

    def prepare(self, data: Data) -> None:
        """Take the arrays over in the framework's own form."""
        ...

    def build(self) -> Any:
        """A fresh network, ready to train."""
        ...

    def fit(self, model: Any) -> None:
        """Train for the workload's epochs; when this returns, the work is done."""
        ...

    def score(self, model: Any) -> float:
        """The workload's figure."""
        ...


def arguments() -> argparse.ArgumentParser:
    """What every peer's script takes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("workload", choices=WORKLOADS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--members", type=int, default=1, help="networks trained one after another")
    parser.add_argument("--processes", type=int, default=1, help="processes that share the members")
    parser.add_argument("--once", action="store_true", help="the first training only: to fill the caches")
    return parser


def peak_memory() -> float:
    """The most memory that this process has held, in MB."""
    try:
        with open("/proc/self/status") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) / 1024
    except (OSError, StopIteration):
        try:
            import resource
        except ImportError:
            return float("nan")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak / (1024**2 if sys.platform == "darwin" else 1024)


def run(make: Callable[[argparse.Namespace, Workload], Peer], options: argparse.Namespace) -> None:
    """Measure the peer that `make` makes, and print what was found."""
    workload = WORKLOADS[options.workload]
    if options.processes > 1:
        result = side_by_side(_Members(make, options, workload), options.processes)
    else:
        result = _measure(make, options, workload)
    count = options.members * workload.epochs
    if workload.members > 1:
        result["member_epoch"] = result["fit"] / count
        if "second_fit" in result:
            result["second_member_epoch"] = result["second_fit"] / count
    if workload.is_search:
        _per_configuration(result, options.members)
    print(json.dumps(result))


def _per_configuration(result: dict[str, Any], configurations: int) -> None:
    """Early stopping ends each peer's networks after epochs of their own: seconds by configuration and by trained epoch."""
    del result["member_epoch"]
    result.pop("second_member_epoch", None)
    last = result.get("second_fit", result["fit"])
    result["configuration"] = result["fit"] / configurations
    result["second_configuration"] = last / configurations
    result["trained_epoch"] = last / result["epochs_in_all"]
    result["epochs"] = result["epochs_in_all"] / configurations


def _measure(
    make: Callable[[argparse.Namespace, Workload], Peer], options: argparse.Namespace, workload: Workload
) -> dict[str, Any]:
    started = float(os.environ.get("BENCHMARK_STARTED", time.time()))
    peer = make(options, workload)
    imported = time.time()
    peer.prepare(workload.load())
    prepared = time.time()
    models, fit = _train(peer, options.members)
    cold = time.time() - started
    score = statistics.fmean(peer.score(model) for model in models)
    scored = time.time() - started
    memory = peak_memory()
    more = peer.extra(models[0]) if hasattr(peer, "extra") else {}
    found = {
        "version": peer.version,
        "import": imported - started,
        "load": prepared - imported,
        "cold": cold,
        "cold_scored": scored,
        "fit": fit,
        "memory": memory,
        "score": score,
        **more,
        **(_epochs(models) if workload.is_search else {}),
    }
    return found if options.once else found | _again(peer, options.members)


def _again(peer: Peer, members: int) -> dict[str, Any]:
    """What a second training in the same process takes, and an epoch of training that goes on."""
    models, second_fit = _train(peer, members)
    if peer.workload.is_search:
        return {"second_fit": second_fit, **_epochs(models)}
    before = time.perf_counter()
    peer.fit(models[-1])
    epoch = (time.perf_counter() - before) / peer.workload.epochs / peer.members_at_once
    return {"second_fit": second_fit, "epoch": epoch}


def _epochs(models: list[Any]) -> dict[str, int]:
    """What a search's models trained; each knows it as `epochs_trained`."""
    return {"epochs_in_all": sum(model.epochs_trained for model in models)}


def _train(peer: Peer, members: int) -> tuple[list[Any], float]:
    """Networks trained one after another, and the seconds of training.

    One network's seconds are those of `fit` alone; several networks' include making each, as that is part of the job.
    """
    if members == peer.members_at_once == 1 and not peer.workload.is_search:
        model = peer.build()
        before = time.perf_counter()
        peer.fit(model)
        return [model], time.perf_counter() - before
    models = []
    before = time.perf_counter()
    for _ in range(-(-members // peer.members_at_once)):
        models.append(peer.build())
        peer.fit(models[-1])
    return models, time.perf_counter() - before


class _Members:
    """One process's share of the members."""

    def __init__(self, make: Any, options: argparse.Namespace, workload: Workload) -> None:
        self.make, self.options, self.workload = make, options, workload

    def start(self) -> None:
        self.peer = self.make(self.options, self.workload)
        self.peer.prepare(self.workload.load())

    def train(self) -> dict[str, Any]:
        models, _ = _train(self.peer, max(1, self.options.members // self.options.processes))
        score = statistics.fmean(self.peer.score(model) for model in models)
        epochs = _epochs(models) if self.workload.is_search else {}
        return {"version": self.peer.version, "score": score, "memory": peak_memory(), **epochs}
