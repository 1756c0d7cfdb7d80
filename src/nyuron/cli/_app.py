"""The commands and their options. What a command needs is imported when it runs, so that help is instant."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import App, CycloptsError, Parameter

from nyuron._version import __version__
from nyuron.cli._options import EVERYWHERE, OPTIONS, TrainOptions

_DEFAULTS = TrainOptions()

app = App(
    name="nyuron",
    help="Train a neural network on your data, and see what came of it.",
    help_format="plaintext",
    help_epilogue="Begin with `nyuron train digits`.",
    version=__version__,
    group_parameters=OPTIONS,
    default_parameter=Parameter(show_default=False),
    exit_on_error=False,
    print_error=False,
    result_action="return_value",
)
app["--help"].group = app["--version"].group = EVERYWHERE

Base = Annotated[Path, Parameter(metavar="DIR", help="The folder that holds the runs. Default: runs.")]


@app.meta.default
def launch(
    *tokens: Annotated[str, Parameter(show=False, allow_leading_hyphen=True)],
    debug: Annotated[
        bool, Parameter(negative="", group=EVERYWHERE, help="Show where in the program an error arose.")
    ] = False,
) -> int:
    """Run a command; --debug is taken by `main`."""
    del debug
    return app(tokens) or 0


@app.command
def train(
    source: Annotated[
        str,
        Parameter(
            help="A data set (digits, iris, mnist …), a CSV, Parquet or .npz file, or a folder of texts by class."
        ),
    ],
    /,
    *,
    options: Annotated[TrainOptions, Parameter(name="*")] = _DEFAULTS,
) -> int:
    """Train a network on SOURCE, measure it on rows it has never seen, and write a run folder with a report."""
    from nyuron.cli._train import run_training

    return run_training(source, options)


@app.command
def predict(
    run: Annotated[str, Parameter(help="A run's folder or name, or latest.")],
    source: Annotated[
        str | None,
        Parameter(help="A file with the columns that the run learned from (of texts: or one a line), or its data set."),
    ] = None,
    /,
    *,
    text: Annotated[
        tuple[str, ...],
        Parameter(metavar="TEXT…", consume_multiple=True, negative="", help="Texts, instead of SOURCE."),
    ] = (),
    out: Annotated[
        Path | None, Parameter(metavar="FILE", help="A .csv or .npz file. Default: CSV on the screen.")
    ] = None,
    base: Base = Path("runs"),
) -> int:
    """Predict every row of SOURCE with a finished run."""
    from nyuron.cli._predict import run_prediction

    return run_prediction(run, source, text, out, base)


runs = App(name="runs", help="List, show and compare runs.")
app.command(runs)


@runs.default
def runs_list(*, base: Base = Path("runs")) -> int:
    """List, show and compare runs; alone, it lists them, the latest last."""
    from nyuron.cli._runs import show_list

    return show_list(base)


@runs.command(name="list")
def runs_list_too(*, base: Base = Path("runs")) -> int:
    """List the runs, the latest last."""
    return runs_list(base=base)


@runs.command(name="show")
def runs_show(
    run: Annotated[str, Parameter(help="A run's folder or name, or latest.")] = "latest",
    /,
    *,
    base: Base = Path("runs"),
) -> int:
    """Show one run: what was asked, what came out."""
    from nyuron.cli._runs import show_one

    return show_one(run, base)


@runs.command(name="compare")
def runs_compare(
    first: Annotated[str, Parameter(help="A run's folder or name, or latest.")],
    second: Annotated[str, Parameter(help="Another.")],
    /,
    *,
    base: Base = Path("runs"),
) -> int:
    """Show where two runs differ: options, data, figures."""
    from nyuron.cli._runs import show_difference

    return show_difference(first, second, base)


@app.command
def doctor() -> int:
    """Check the installation: versions, devices, caches, data folders."""
    from nyuron.cli._doctor import examine

    return examine()


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit code: 0 well, 1 an error, 2 a wrong call, 130 interrupted."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    is_debugging = "--debug" in given
    try:
        return app.meta(given, exit_on_error=False, print_error=False, result_action="return_value") or 0
    except CycloptsError as error:
        from nyuron.cli._errors import show_usage_error

        return show_usage_error(error)
    except (Exception, KeyboardInterrupt) as error:
        from nyuron.cli._errors import show_error

        if is_debugging and not isinstance(error, KeyboardInterrupt):
            raise
        return show_error(error)
