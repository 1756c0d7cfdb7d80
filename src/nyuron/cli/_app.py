"""The commands and their options."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Group, Parameter

from nyuron._version import __version__

app = App(name="nyuron", help="Train neural networks on real data, and see what came out.", version=__version__)
_GLOBAL = Group("Everywhere")
Debug = Annotated[bool, Parameter(name="--debug", negative="", group=_GLOBAL, help="Show the traceback of an error.")]
Base = Annotated[Path, Parameter(help="The folder of runs.")]


@app.command
def train(
    source: str,
    *,
    target: str | None = None,
    model: str = "mlp",
    epochs: int | None = None,
    batch_size: int | None = None,
    learning_rate: float | None = None,
    optimizer: str | None = None,
    hidden: tuple[int, ...] = (),
    dropout: float = 0.0,
    validation: float | None = None,
    test: float = 0.2,
    patience: int | None = None,
    drop: tuple[str, ...] = (),
    missing: str = "error",
    task: str | None = None,
    seed: int = 0,
    out: Path = Path("runs"),
    quiet: bool = False,
    debug: Debug = False,
) -> int:
    """Train a network on SOURCE, measure it on held-out data, and write a run folder with a report.

    Parameters
    ----------
    source
        A data set (digits, iris, mnist …), or a CSV, Parquet or .npz file.
    target
        The column to predict; the last one if not given.
    model
        mlp, or a YAML file that describes a network.
    epochs
        Passes over the training data.
    batch_size
        Rows in a step.
    learning_rate
        The optimizer's step size.
    optimizer
        adam, sgd, rmsprop, lbfgs …
    hidden
        Widths of the hidden layers, as in --hidden 64 --hidden 32.
    dropout
        Share of units that are silent in a training step.
    validation
        Share of the training rows that watches for over-fitting.
    test
        Share of the rows that is held out, where the data have no test part of their own.
    patience
        Stop after so many epochs without improvement; 0 never stops.
    drop
        Columns to leave out.
    missing
        What to do with rows that have gaps: error, or drop.
    task
        classification or regression, where the guess is wrong.
    seed
        Fixes the split, the initial weights, the order and dropout.
    out
        The folder in which the run's folder is made.
    quiet
        Print nothing but the result.
    """
    from nyuron.cli._train import TrainOptions, run_training

    options = TrainOptions(
        source,
        target,
        model,
        epochs,
        batch_size,
        learning_rate,
        optimizer,
        hidden,
        dropout,
        validation,
        test,
        patience,
        drop,
        missing,
        task,
        seed,
        out,
        quiet,
    )
    return run_training(options)


@app.command
def predict(run: str, source: str, *, out: Path | None = None, base: Base = Path("runs"), debug: Debug = False) -> int:
    """Predict every row of SOURCE (a CSV, Parquet or .npz file) with a finished run.

    Parameters
    ----------
    run
        A run folder, its name, or latest.
    source
        The file with the rows.
    out
        A CSV file for the predictions; printed if not given.
    """
    from nyuron.cli._predict import run_prediction

    return run_prediction(run, source, out, base)


runs = App(name="runs", help="List, show and compare runs.")
app.command(runs)


@runs.default
def runs_list(*, base: Base = Path("runs"), debug: Debug = False) -> int:
    """List the runs, the latest last."""
    from nyuron.cli._runs import show_list

    return show_list(base)


@runs.command(name="list")
def runs_list_too(*, base: Base = Path("runs"), debug: Debug = False) -> int:
    """List the runs, the latest last."""
    return runs_list(base=base)


@runs.command(name="show")
def runs_show(run: str = "latest", *, base: Base = Path("runs"), debug: Debug = False) -> int:
    """Show one run: what was asked, what came out."""
    from nyuron.cli._runs import show_one

    return show_one(run, base)


@runs.command(name="compare")
def runs_compare(first: str, second: str, *, base: Base = Path("runs"), debug: Debug = False) -> int:
    """Show where two runs differ."""
    from nyuron.cli._runs import show_difference

    return show_difference(first, second, base)


@app.command
def doctor(*, debug: Debug = False) -> int:
    """Show versions, devices, caches and data folders."""
    from nyuron.cli._doctor import examine

    return examine()


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line; returns the exit code: 0 well, 1 an error, 2 a wrong call, 130 interrupted."""
    given = sys.argv[1:] if arguments is None else arguments
    try:
        return app(given, exit_on_error=True, result_action="return_value")
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    except Exception as error:
        from nyuron.core import NyuronError

        if "--debug" in given or not isinstance(error, NyuronError):
            raise
        print(f"error: {error}", file=sys.stderr)
        return 1
