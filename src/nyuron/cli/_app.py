"""The commands and their options. What a command needs is imported when it runs, so that help is instant."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import App, CycloptsError, Parameter
from cyclopts.validators import Number

from nyuron._version import __version__
from nyuron.cli._options import EVERYWHERE, OPTIONS, TRAINING, TrainOptions
from nyuron.cli._tune_options import SEARCH, TuneOptions

_DEFAULTS, _SEARCH_DEFAULTS = TrainOptions(), TuneOptions()

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
    restarts: Annotated[
        int,
        Parameter(
            group=TRAINING,
            metavar="N",
            validator=Number(gt=0),
            help="Train it from so many seeds at once, and keep the best by validation. Default: 1.",
        ),
    ] = 1,
) -> int:
    """Train a network on SOURCE, measure it on rows it has never seen, and write a run folder with a report."""
    from nyuron.cli._train import run_training

    return run_training(source, options, restarts)


@app.command
def tune(
    source: Annotated[
        str | None,
        Parameter(help="As for train: a data set, a CSV, Parquet or .npz file, or a folder of texts by class."),
    ] = None,
    /,
    *,
    options: Annotated[TuneOptions, Parameter(name="*")] = _SEARCH_DEFAULTS,
    resume: Annotated[
        Path | None, Parameter(group=SEARCH, metavar="FOLDER", help="Go on with a search that was broken off.")
    ] = None,
) -> int:
    """Search for the best network for SOURCE, measure the chosen one once, and write a folder with a report."""
    from nyuron.cli._tune import run_search

    return run_search(source, options, resume)


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


@app.command
def run(
    script: Annotated[str, Parameter(help="A Python file.")],
    /,
    *flags: Annotated[
        str,
        Parameter(allow_leading_hyphen=True, help="The script's own: --units 128. After -- also those named as below."),
    ],
    space: Annotated[
        Path | None, Parameter(metavar="FILE", help="Run it for all combinations of a YAML file: units: [64, 128].")
    ] = None,
    sample: Annotated[float | None, Parameter(metavar="SHARE", help="Only that share of the combinations.")] = None,
    sample_seed: Annotated[int, Parameter(metavar="N", help="Which of them. Default: 0.")] = 0,
    base: Base = Path("runs"),
    quiet: Annotated[bool, Parameter(negative="", help="Keep what the script prints, and do not show it.")] = False,
) -> int:
    """Run a script that trains, and record its flags, fits, evaluations, output and source.

    With --space, runs that have ended are not run again when the same command is given once more.
    """
    from nyuron.cli._script import run_many, run_once

    if space is not None:
        return run_many(script, flags, space, sample, sample_seed, base, quiet)
    return run_once(script, flags, base, quiet)


runs = App(name="runs", help="List, show, compare, archive and copy runs.")
app.command(runs)
Run = Annotated[str, Parameter(help="A run's folder or name, or latest.")]
Where = Annotated[
    str | None,
    Parameter(metavar="CONDITION", help="Only runs of which it holds: 'best_val_loss < 0.3 and flag_units == 64'."),
]
Yes = Annotated[bool, Parameter(negative="", help="Do not ask.")]


@runs.default
def runs_list(
    *,
    where: Where = None,
    order: Annotated[
        str | None,
        Parameter(
            metavar="COLUMN", help="Best first, by a column: best_val_loss, eval_accuracy, flag_units, seconds …"
        ),
    ] = None,
    latest: Annotated[int | None, Parameter(alias="-n", metavar="N", help="Only the N latest runs.")] = None,
    out: Annotated[Path | None, Parameter(metavar="FILE", help="Write all columns to a CSV file.")] = None,
    base: Base = Path("runs"),
) -> int:
    """List, show, compare, archive and copy runs; alone, it lists them, the latest last."""
    from nyuron.cli._runs import show_list

    return show_list(base, where, order, latest, out)


runs.command(runs_list, name="list", help="List the runs, the latest last.")


@runs.command(name="latest")
def runs_latest(*, base: Base = Path("runs")) -> int:
    """Print the folder of the latest run."""
    from nyuron.cli._runs import show_latest

    return show_latest(base)


@runs.command(name="show")
def runs_show(run: Run = "latest", /, *, base: Base = Path("runs")) -> int:
    """Show one run: what was asked, what came out."""
    from nyuron.cli._runs import show_one

    return show_one(run, base)


@runs.command(name="compare")
def runs_compare(
    first: Run, second: Annotated[str, Parameter(help="Another.")], /, *, base: Base = Path("runs")
) -> int:
    """Show where two runs differ: flags, data, figures, source."""
    from nyuron.cli._runs import show_difference

    return show_difference(first, second, base)


@runs.command(name="view")
def runs_view(
    run: Run = "latest",
    /,
    *,
    open_: Annotated[bool, Parameter(name="--open", help="Open it in the browser. Default: yes.")] = True,
    base: Base = Path("runs"),
) -> int:
    """Make a run's page, and open it in the browser."""
    from nyuron.cli._runs_keep import view

    return view(run, base, open_)


@runs.command(name="clean")
def runs_clean(
    *names: Annotated[str, Parameter(help="Runs' folders or names.")],
    where: Where = None,
    all_: Annotated[bool, Parameter(name="--all", negative="", help="All runs that have ended.")] = False,
    yes: Yes = False,
    base: Base = Path("runs"),
) -> int:
    """Move runs to the folder archive."""
    from nyuron.cli._runs_keep import clean

    return clean(names, where, all_, base, yes)


@runs.command(name="purge")
def runs_purge(*, yes: Yes = False, base: Base = Path("runs")) -> int:
    """Delete the runs in the folder archive for good."""
    from nyuron.cli._runs_keep import purge

    return purge(base, yes)


@runs.command(name="copy")
def runs_copy(
    run: Run,
    to: Annotated[Path, Parameter(help="A new folder, or one to copy into.")],
    /,
    *,
    files: Annotated[
        bool, Parameter(negative="", help="Only the model and what else the script wrote, without the record.")
    ] = False,
    base: Base = Path("runs"),
) -> int:
    """Copy a run."""
    from nyuron.cli._runs_keep import copy

    return copy(run, to, files, base)


@runs.command(name="export")
def runs_export(
    reader: Annotated[str, Parameter(help="tensorboard or mlflow.")],
    /,
    *names: Annotated[str, Parameter(help="Runs' folders or names. Default: all.")],
    to: Annotated[
        str | None, Parameter(metavar="WHERE", help="A folder for TensorBoard (logs); a tracking URI for MLflow.")
    ] = None,
    base: Base = Path("runs"),
) -> int:
    """Write runs for TensorBoard, or send them to MLflow."""
    from nyuron.cli._runs_keep import export

    return export(names, reader, to, base)


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
