"""A search from the command line: data, space, trials, the chosen model, a page."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path
from typing import Any

from nyuron.callbacks import EarlyStopping, History
from nyuron.cli._bodies import BODIES
from nyuron.cli._errors import plain_warnings
from nyuron.cli._interrupts import terminated_as_interrupted, uninterrupted
from nyuron.cli._measure import measure
from nyuron.cli._model_file import placeholders, read_spec
from nyuron.cli._network import fitted_layers
from nyuron.cli._record import Job, write_run
from nyuron.cli._search_table import SearchTable
from nyuron.cli._show_search import show_search, show_search_outcome
from nyuron.cli._train import in_own_units, job_for, network, network_name, understand
from nyuron.cli._train_translation import SOURCE
from nyuron.cli._tune_options import TuneOptions
from nyuron.cli._tune_space import find_space, optimizer_for, options_for
from nyuron.core import ArgumentError, DataError, nearest
from nyuron.report import write_report, write_search_report
from nyuron.saving import RunFolder, new_run_folder
from nyuron.tuners import Search, TrialRecord, tune

VALIDATION = 0.2
"""Share of the training rows by which trials are compared, when no other is asked for."""
TRIALS = 40
_PATHS, _TUPLES = ("out", "space"), ("drop", "hidden")


def run_search(source: str | None, options: TuneOptions, resume: Path | None = None) -> int:
    """Search, choose, measure the chosen model once, write it and the report; returns the exit code.

    0 well; 1 when no trial is complete; 130 when Ctrl-C, or a request to terminate, ended the search: everything is
    kept, the test part is not looked at, and --resume goes on.
    """
    if resume is not None:
        source, options = _asked_before(resume, source, options)
    if source is None:
        raise DataError(
            "SOURCE is missing", who="nyuron tune", expected="a data set or a file", fix="nyuron tune digits"
        )
    if source == SOURCE:
        raise DataError(
            "translations cannot be searched", who=source, expected="other data", fix=f"nyuron train {source}"
        )
    with plain_warnings(), terminated_as_interrupted():
        setting = Setting(source, options)
        if not options.quiet:
            show_search(setting.job, setting.space, options)
        folder = resume or new_run_folder(options.out, f"{setting.job.data.name}-search")
        try:
            if resume is None:
                RunFolder(folder).write("tune", {"source": source, "options": _as_json(options)})
            search = setting.search(folder)
        except BaseException:
            if resume is None and not (folder / "trials.json").is_file():
                shutil.rmtree(folder, ignore_errors=True)
            raise
        with uninterrupted():
            metrics = None
            if search.ranked() and search.stopped != "interrupted" and search.chosen is None:
                metrics = setting.choose(search, RunFolder(folder))
            page = write_search_report(folder)
        show_search_outcome(search, setting.job.data, metrics, folder, page)
    return 130 if search.stopped == "interrupted" else 0 if search.ranked() else 1


class Setting:
    """What is searched, and on what.

    Raises: NyuronError for everything that cannot work.
    """

    def __init__(self, source: str, options: TuneOptions) -> None:
        if options.validation == 0:
            raise ArgumentError(
                "trials are compared on the validation part", who="--validation", got="0", fix="--validation 0.2"
            )
        self.options = dataclasses.replace(options, validation=options.validation or VALIDATION)
        data = understand(source, self.options)
        name = network_name(data, self.options)
        if name not in BODIES and not Path(name).is_file():
            read_spec(Path(name))  # says that there is no such network, and which may be meant
        self.space = find_space(self.options, name)
        first = self.space.defaults()
        self._placeholders = set() if name in BODIES else placeholders(Path(name))
        # What the training part decides is the same in every trial.
        self._fitted = fitted_layers(data, None if name in BODIES else read_spec(Path(name), first))
        self.job = job_for(source, options_for(self.options, first), data, first, self._fitted)
        _check_objective(options.objective, self.job.plan.metrics)

    def make(self, **values: Any) -> Any:
        """The compiled network of a trial."""
        model, plan = network(self.job.data, options_for(self.options, values), values, self._fitted)
        optimizer = optimizer_for(plan.optimizer, values, self._placeholders)
        model.compile(optimizer=optimizer, loss=plan.loss, metrics=list(plan.metrics))
        return model

    def search(self, folder: Path) -> Search:
        """Run the trials, or go on with those that the folder has not got."""
        plan, parts, asked = self.job.plan, self.job.parts, self.options
        stopper = EarlyStopping(asked.objective, patience=plan.patience, restore_best_weights=True)
        is_plain = asked.method in ("tpe", "random", "grid")
        trials = asked.trials
        if trials is None and (asked.method == "tpe" or (asked.method == "random" and asked.sample is None)):
            trials = TRIALS if self.space.size is None else min(TRIALS, self.space.size)
        table = SearchTable(trials)

        def on_told(record: TrialRecord, search: Search) -> None:
            if not asked.quiet:
                table.on_told(record, search)

        def run() -> Search:
            return tune(
                self.make,
                self.space,
                (parts.x, parts.y),
                method=asked.method,
                trials=trials,
                sample=asked.sample,
                objective=asked.objective,
                epochs=plan.epochs,
                batch_size=plan.batch_size,
                callbacks=[stopper] if plan.patience and is_plain else None,
                validation_data=parts.held,
                executions_per_trial=asked.executions,
                seed=asked.seed,
                timeout=asked.timeout,
                folder=folder,
                storage=asked.storage,
                on_told=on_told,
                name=self.job.data.name,
            )

        if asked.quiet:
            return run()
        with table:
            return run()

    def choose(self, search: Search, folder: RunFolder) -> dict[str, Any]:
        """Measure the best trial's model on the test part, once, and leave it as a run in the search's folder."""
        best, job = search.best, self.job
        values = dict(best.hyperparameters)
        own = options_for(self.options, values)
        _, plan = network(job.data, own, values, self._fitted)
        plan = dataclasses.replace(plan, optimizer=optimizer_for(plan.optimizer, values, self._placeholders))
        job = Job(job.source, own, job.data, search.best_model(), plan, job.parts)
        final = in_own_units(job)
        found = measure(final, job.data, plan)
        found.metrics.update(epochs=_epochs(best), best_epoch=best.best_epoch, seconds=best.seconds, stopped=None)
        write_run(folder, job, found._replace(model=final, history=_history(best)))
        figures = {name: v for name, v in found.metrics.items() if isinstance(v, int | float)}
        search.chosen = {**_as_trained(job), **figures}
        search.write()
        # A folder has one report.html, and here it is the search's.
        write_report(folder).replace(folder.path / "model.html")
        return found.metrics


def _as_trained(job: Job) -> dict[str, float]:
    """The test part's loss in the units of the validation loss, where quantities are standardised for the training."""
    scaler, data = job.parts.scaler, job.data
    if scaler is None or data.series is not None:
        return {}
    y = scaler.transform(data.y_test.reshape(len(data.y_test), -1))
    return {"loss_as_trained": float(job.model.evaluate(data.x_test, y, verbose=0, return_dict=True)["loss"])}


def _check_objective(objective: str, metrics: tuple[str, ...]) -> None:
    logged = ["val_loss", *(f"val_{name}" for name in metrics), "loss", *metrics]
    if objective not in logged:
        guess = nearest(objective, logged)
        raise ArgumentError(
            f"the objective {objective!r} is not logged",
            who="--objective",
            expected=", ".join(logged),
            got=objective,
            fix=f"did you mean {guess!r}?" if guess else "--objective val_loss",
        )


def _history(trial: TrialRecord) -> History:
    """The course of a trial's first execution as a fit's."""
    made = History()
    made.history = {name: list(values) for name, values in (trial.curves[0] if trial.curves else {}).items()}
    made.epoch = list(range(_epochs(trial)))
    return made


def _epochs(trial: TrialRecord) -> int:
    return max(map(len, trial.curves[0].values()), default=0) if trial.curves else 0


def _as_json(options: TuneOptions) -> dict[str, Any]:
    entries = dataclasses.asdict(options)
    space = options.space
    # The file may be elsewhere, or another, when the search goes on.
    entries["space"] = None if space is None else str(space.resolve())
    entries["out"] = str(options.out)
    return entries


def _asked_before(folder: Path, source: str | None, options: TuneOptions) -> tuple[str, TuneOptions]:
    """What the search in a folder was asked for; its time and how it prints may be changed.

    Raises: DataError if it is no search of the command line, or has been finished.
    """
    found = RunFolder(folder).read("tune")
    if not found:
        raise DataError(
            "the folder holds no search that can go on",
            who=str(folder),
            expected="a folder that `nyuron tune` made",
            got=", ".join(sorted(p.name for p in folder.glob("*"))) or "nothing",
            fix="leave --resume out to begin a search",
        )
    if source is not None and source != found["source"]:
        raise DataError(
            "the search in this folder is of other data",
            who=str(folder),
            expected=found["source"],
            got=source,
            fix=f"nyuron tune --resume {folder}",
        )
    if (folder / "metrics.json").is_file():
        raise DataError(
            "the search is finished, and its test part has been used",
            who=str(folder),
            expected="a search that was broken off",
            got="one that has chosen",
            fix="the result is in report.html; begin another search for more trials",
        )
    known = {field.name for field in dataclasses.fields(TuneOptions)}
    entries = {name: value for name, value in found["options"].items() if name in known}
    entries |= {name: tuple(entries[name]) for name in _TUPLES if name in entries}
    entries |= {name: Path(entries[name]) for name in _PATHS if entries.get(name) is not None}
    return found["source"], TuneOptions(**{**entries, "timeout": options.timeout, "quiet": options.quiet})
