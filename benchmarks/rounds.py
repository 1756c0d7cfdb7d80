"""Runs everyone in turn, each time in a fresh process: A B C, A B C …"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.contenders import Contender
from benchmarks.environments import interpreter

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Outcome:
    """What one process said, or why it said nothing. Round 0 had empty caches, and its figures stand apart."""

    workload: str
    contender: str
    round: int
    result: dict[str, Any] | None
    problem: str | None = None


def cache_variables(folder: Path, environment: str) -> dict[str, str]:
    """Everybody keeps compiled programs in a folder of this run: empty in round 0, warm after it."""
    own = folder / environment
    return {
        "NYURON_CACHE": str(own),
        "JAX_COMPILATION_CACHE_DIR": str(own / "compiled"),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
        "TORCHINDUCTOR_CACHE_DIR": str(own / "inductor"),
        "TF_CPP_MIN_LOG_LEVEL": "2",
    }


def run_once(
    workload: str, contender: Contender, number: int, environments: Path, caches: Path, patience: float
) -> Outcome:
    """One process, from start to its line of JSON."""
    python = interpreter(contender.environment, environments)
    if python is None:
        return Outcome(workload, contender.name, number, None, f"no environment {contender.environment}")
    work = "nonlinear" if contender.script == "methods" else workload
    command = [
        str(python),
        "-m",
        f"benchmarks.peers.{contender.script}",
        work,
        "--seed",
        str(number),
        *contender.options,
    ]
    command += ["--once"] if number == 0 else []
    variables = {**os.environ, **cache_variables(caches, contender.environment), **contender.variables}
    # Installed packages have their modules compiled; a checkout gets the same.
    variables.pop("PYTHONDONTWRITEBYTECODE", None)
    variables["BENCHMARK_STARTED"] = repr(time.time())
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=variables, capture_output=True, text=True, timeout=patience, check=False
        )
    except subprocess.TimeoutExpired:
        return Outcome(workload, contender.name, number, None, f"took more than {patience:g} s")
    try:
        result = json.loads(done.stdout.strip().splitlines()[-1])
    except (IndexError, ValueError):
        said = done.stderr.strip().splitlines() or [f"exit code {done.returncode}, and no word"]
        return Outcome(workload, contender.name, number, None, said[-1][:200])
    return Outcome(workload, contender.name, number, result)


def run_rounds(
    workload: str,
    taking_part: Sequence[Contender],
    rounds: int,
    environments: Path,
    caches: Path,
    patience: float,
    report: Callable[[Outcome], None],
) -> list[Outcome]:
    """Round 0 fills the caches, then `rounds` rounds count. Who fails once is not asked again."""
    outcomes, failed = [], set()
    for number in range(rounds + 1):
        for contender in taking_part:
            if contender.name in failed:
                continue
            outcome = run_once(workload, contender, number, environments, caches, patience)
            report(outcome)
            outcomes.append(outcome)
            if outcome.result is None:
                failed.add(contender.name)
    return outcomes
