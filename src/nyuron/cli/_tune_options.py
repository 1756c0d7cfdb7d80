"""What a search may be asked for, beside what a training may. Imports nothing heavy: help is made from it."""

# Annotations are values here: cyclopts reads those of a class that inherits from one of another file.
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Group, Parameter
from cyclopts.validators import Number

from nyuron.cli._options import TrainOptions

SEARCH = Group.create_ordered("Search")
_POSITIVE = Number(gt=0)


@dataclass(frozen=True)
class TuneOptions(TrainOptions):
    """Options of `nyuron tune`: those of `nyuron train`, the same for every trial, and those of the search."""

    space: Annotated[
        Path | None,
        Parameter(
            group=SEARCH,
            metavar="FILE.yaml",
            help="What to search, a line each: units: [64, 128] or learning_rate: {low: 1e-4, high: 1e-1, log: true}. "
            "Names: hidden, units, layers, dropout, learning_rate, optimizer, batch_size, epochs, the optimizer's own "
            "(momentum …), and of a network in a FILE.yaml its placeholders ($units). Default: one that fits the network.",
        ),
    ] = None
    method: Annotated[
        Literal["tpe", "random", "grid", "hyperband", "pbt"],
        Parameter(group=SEARCH, help="How combinations are chosen. Default: tpe."),
    ] = "tpe"
    trials: Annotated[
        int | None,
        Parameter(
            group=SEARCH,
            metavar="N",
            validator=_POSITIVE,
            help="Combinations to try. Default: 40; all of a grid or sample.",
        ),
    ] = None
    objective: Annotated[
        str, Parameter(group=SEARCH, metavar="FIGURE", help="What counts: val_loss, val_accuracy … Default: val_loss.")
    ] = "val_loss"
    sample: Annotated[
        float | None,
        Parameter(
            group=SEARCH,
            metavar="SHARE",
            validator=(Number(gt=0), Number(lte=1)),
            help="With random: that share of all combinations, none twice.",
        ),
    ] = None
    executions: Annotated[
        int,
        Parameter(
            group=SEARCH,
            metavar="N",
            validator=_POSITIVE,
            help="Seeds that each combination is tried with. Default: 1.",
        ),
    ] = 1
    timeout: Annotated[
        float | None,
        Parameter(group=SEARCH, metavar="SECONDS", validator=_POSITIVE, help="Begin no trial after so many seconds."),
    ] = None
    storage: Annotated[
        str | None,
        Parameter(
            group=SEARCH,
            metavar="URL",
            help="Where Optuna keeps the study: sqlite:///file.db … Default: in the folder.",
        ),
    ] = None
