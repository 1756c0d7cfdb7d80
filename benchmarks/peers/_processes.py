"""Members shared out to processes that work at once, one core each."""

from __future__ import annotations

import multiprocessing
import os
import statistics
import time
from typing import Any, Protocol

NUMBER = "BENCHMARK_PROCESS"
"""The variable that tells a process which one it is."""
_ONE_THREAD = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OPENBLAS_NUM_THREADS")


class Share(Protocol):
    """What one process does; sent to it before it has imported anything."""

    def start(self) -> None:
        """Import and prepare."""
        ...

    def train(self) -> dict[str, Any]:
        """Do the work; its version, score and memory."""
        ...


def side_by_side(share: Share, processes: int) -> dict[str, Any]:
    """Seconds from the moment that all processes are ready to the moment that the last one has finished, twice."""
    started = float(os.environ.get("BENCHMARK_STARTED", time.time()))
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
    context = multiprocessing.get_context("spawn")
    barrier, results = context.Barrier(processes + 1), context.Queue()
    workers = [context.Process(target=_work, args=(share, i, barrier, results)) for i in range(processes)]
    for worker in workers:
        worker.start()
    seconds, parts, cold = [], [], 0.0
    for _ in range(2):
        barrier.wait()
        before = time.perf_counter()
        parts = [results.get() for _ in workers]
        seconds.append(time.perf_counter() - before)
        cold = cold or time.time() - started
    for worker in workers:
        worker.join()
    return {
        "version": parts[0]["version"],
        "cold": cold,
        "fit": seconds[0],
        "second_fit": seconds[1],
        "memory": sum(part["memory"] for part in parts),
        "score": statistics.fmean(part["score"] for part in parts),
        **({"epochs_in_all": sum(part["epochs_in_all"] for part in parts)} if "epochs_in_all" in parts[0] else {}),
    }


def _work(share: Share, number: int, barrier: Any, results: Any) -> None:
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[number % len(cores)]})
    os.environ[NUMBER] = str(number)
    share.start()
    for _ in range(2):
        barrier.wait()
        results.put(share.train())
