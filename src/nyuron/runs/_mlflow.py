"""Runs for MLflow's tracking server."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from nyuron.core import MissingPackageError
from nyuron.runs._find import paths_of
from nyuron.runs._info import COMPLETED, INTERRUPTED, RUNNING, RunInfo, is_number, read_run
from nyuron.runs._tensorboard import moment

_STATUS = {COMPLETED: "FINISHED", INTERRUPTED: "KILLED", RUNNING: "RUNNING"}
MOST_AT_ONCE = 1000
LONGEST = 5000
"""Letters of a parameter that MLflow takes, 500 with old servers."""


def to_mlflow(
    runs: Any,
    tracking_uri: str | None = None,
    *,
    experiment: str = "nyuron",
    files: bool = True,
    base: str | os.PathLike[str] = "runs",
) -> list[str]:
    """Copy runs to an MLflow tracking server, or store; returns their run ids there.

    Flags become parameters; each figure a metric with a value an epoch; the evaluation the metrics ``eval_loss`` …;
    what the script recorded, the script, versions and errors tags. With `files` everything in the run's folder becomes an
    artifact. `tracking_uri` is a server's ``http://…``, ``sqlite:///mlflow.db``, …; by default MLflow's own.

    Needs the package mlflow (``pip install 'nyuron[mlflow]'``).

    Raises: MissingPackageError without it.
    """
    try:
        from mlflow import MlflowClient  # pyright: ignore[reportMissingImports]
    except ImportError as missing:
        raise MissingPackageError(
            "the export needs the package mlflow", who="to_mlflow", fix="pip install 'nyuron[mlflow]'"
        ) from missing
    client = MlflowClient(tracking_uri)
    found = client.get_experiment_by_name(experiment)
    number = found.experiment_id if found is not None else client.create_experiment(experiment)
    return [_export(client, number, read_run(path), files) for path in paths_of(runs, base)]


def _export(client: Any, experiment: str, run: RunInfo, files: bool) -> str:
    from mlflow.entities import Metric, Param, RunTag  # pyright: ignore[reportMissingImports]

    def milliseconds(seconds: float | None) -> int:
        return int((seconds or 0.0) * 1000)

    started = milliseconds(run.start.timestamp() if run.start else None)
    ended = milliseconds(run.end.timestamp()) if run.end else started + milliseconds(run.seconds)
    metrics = [
        Metric(name, float(value), milliseconds(moment(run, epoch, len(values))), epoch)
        for name, values in run.history.items()
        for epoch, value in enumerate(values)
        if is_number(value)
    ]
    metrics += [Metric(f"eval_{n}", float(v), ended, 0) for n, v in run.evaluation.items() if is_number(v)]
    params = [Param(_name(name), str(value)[:LONGEST]) for name, value in run.flags.items()]
    about = {
        "mlflow.source.name": Path(run.script).name,
        "mlflow.source.type": "LOCAL",
        "nyuron.run": run.name,
        "nyuron.status": run.status,
        "nyuron.stopped": run.stopped,
        "nyuron.error": run.error,
        **{f"record.{name}": value for name, value in run.recorded.items()},
        **{f"model.{name}": value for name, value in run.model.items()},
        **{f"version.{name}": value for name, value in run.environment.get("packages", {}).items()},
    }
    tags = [RunTag(_name(name), str(value)[:LONGEST]) for name, value in about.items() if value is not None]
    made = client.create_run(experiment, start_time=started, run_name=run.name).info.run_id
    for start in range(0, len(metrics), MOST_AT_ONCE):
        client.log_batch(made, metrics=metrics[start : start + MOST_AT_ONCE])
    for start in range(0, len(params), 100):
        client.log_batch(made, params=params[start : start + 100])
    client.log_batch(made, tags=tags)
    if files:
        client.log_artifacts(made, str(run.path))
    client.set_terminated(made, _STATUS.get(run.status, "FAILED"), end_time=ended)
    return made


def _name(name: str) -> str:
    """Letters that MLflow takes in a name."""
    return "".join(c if c.isalnum() or c in "_-. /" else "_" for c in name)
