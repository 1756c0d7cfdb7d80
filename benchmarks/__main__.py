"""Time Nyuron and its peers.

python -m benchmarks                                    everything, five rounds
python -m benchmarks nonlinear mnist --rounds 3         two workloads
python -m benchmarks --only nyuron --only pytorch       those whose name begins so
python -m benchmarks --json out.json --chart out.svg    keep the figures, draw them
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from benchmarks.chart import draw
from benchmarks.contenders import METHODS_TABLE, Contender, contenders
from benchmarks.environments import default_folder
from benchmarks.rounds import Outcome, run_rounds
from benchmarks.show import seconds, show
from benchmarks.summary import summarize
from benchmarks.workloads import NONLINEAR, WORKLOADS


def parse(given: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    everything = [*WORKLOADS, METHODS_TABLE]
    parser.add_argument("workloads", nargs="*", metavar="WORKLOAD", help=f"among {', '.join(everything)}; default all")
    parser.add_argument("--rounds", type=int, default=5, help="rounds that count, after one that fills the caches")
    parser.add_argument("--only", action="append", metavar="NAME", help="take part only those whose name begins so")
    parser.add_argument("--members", type=int, default=4, help="networks of the population that a peer trains")
    parser.add_argument("--configurations", type=int, default=24, help="of the search, that everybody trains")
    parser.add_argument("--search-epochs", type=int, help="a configuration's most epochs; 500 when not given")
    parser.add_argument("--environments", type=Path, default=default_folder(), help="where benchmarks/setup made them")
    parser.add_argument("--patience", type=float, default=900.0, help="seconds after which a process is given up")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--chart", type=Path, metavar="FILE", help=".png, .svg or .pdf")
    options = parser.parse_args(given)
    unknown = [name for name in options.workloads if name not in everything]
    if unknown:
        parser.error(f"unknown workload {unknown[0]!r}; known are {', '.join(everything)}")
    options.workloads = options.workloads or everything
    return options


def main(given: list[str] | None = None) -> int:
    options = parse(given)
    console = Console()
    if "NYURON_DATA" in os.environ:
        os.environ["NYURON_DATA"] = str(Path(os.environ["NYURON_DATA"]).expanduser().resolve())
    if hasattr(os, "getloadavg") and os.getloadavg()[0] > 0.5:
        console.print(
            f"note: this machine is busy (load {os.getloadavg()[0]:.1f}); the figures will be rough", style="yellow"
        )
    outcomes: list[Outcome] = []
    with tempfile.TemporaryDirectory(prefix="nyuron-benchmarks-") as caches:
        for workload in options.workloads:
            missing = WORKLOADS.get(workload, NONLINEAR).missing()
            if missing:
                console.print(
                    f"skipped: {workload} (no {missing}; NYURON_DATA is the folder of the data)", style="yellow"
                )
                continue
            outcomes += run_rounds(
                workload,
                [c for c in _contenders(workload, options) if _takes_part(c.name, options.only)],
                options.rounds,
                options.environments,
                Path(caches),
                options.patience,
                lambda outcome: console.print(_line(outcome), style="dim", highlight=False, soft_wrap=True),
            )
    summary = summarize(outcomes)
    show(summary, console)
    if options.json:
        options.json.write_text(json.dumps(summary, indent=1))
    if options.chart:
        draw(summary, options.chart)
    return 0


def _contenders(workload: str, options: argparse.Namespace) -> list[Contender]:
    return contenders(workload, options.members, options.configurations, options.search_epochs)


def _takes_part(name: str, only: list[str] | None) -> bool:
    return not only or any(name.startswith(beginning) for beginning in only)


def _line(outcome: Outcome) -> str:
    said = outcome.problem or f"cold {seconds(outcome.result['cold'])}, fit {seconds(outcome.result['fit'])}"  # type: ignore[index]
    return f"round {outcome.round}  {outcome.workload:<10}  {outcome.contender:<41}  {said}"


if __name__ == "__main__":
    sys.exit(main())
