"""Runs in TensorBoard and MLflow, read by their own readers."""

import sys

import numpy as np
import pytest

from nyuron.core import ArgumentError, MissingPackageError
from nyuron.runs import to_mlflow, to_tensorboard
from runs.fakes import fake_run, fake_trained


@pytest.fixture
def base(tmp_path):
    fake_run(
        tmp_path / "runs",
        "curve",
        flags={"units": 64, "rate": 0.2, "optimizer": "adam", "big": True, "hidden": [3, 4], "none": None},
        figures={"loss": [0.5, 0.25], "val_loss": [None, 0.3]},
        evaluation={"loss": 0.31, "accuracy": 0.9},
        recorded={"rows": 10},
    )
    fake_run(tmp_path / "runs", "broken", status="failed", error={"type": "E", "message": "m"})
    fake_trained(tmp_path / "runs")
    return tmp_path / "runs"


def test_tensorboard_reads_curves_and_hyperparameters(base, tmp_path):
    reader = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    pytest.importorskip("tensorboardX")
    made = to_tensorboard(["curve", "broken", "digits"], tmp_path / "logs", base)
    assert [folder.name for folder in made] == ["curve", "broken", "2026-11-21_09-00-00_digits"]

    def scalars(folder):
        found = reader.EventAccumulator(str(folder))
        found.Reload()
        return {tag: [(e.step, e.value) for e in found.Scalars(tag)] for tag in found.Tags()["scalars"]}, found

    assert scalars(made[0] / "train")[0] == {"epoch_loss": [(0, 0.5), (1, 0.25)]}
    checked, events = scalars(made[0] / "validation")
    assert [step for step, _ in checked["epoch_val_loss" if "epoch_val_loss" in checked else "epoch_loss"]] == [1]
    assert events.Scalars("epoch_loss")[0].wall_time == pytest.approx(1795255200 + 2.0, abs=1)
    figures, events = scalars(made[0])
    assert figures["eval_accuracy"][0][1] == pytest.approx(0.9) and figures["best_loss"][0][1] == 0.25
    from tensorboard.plugins.hparams import plugin_data_pb2

    content = events.summary_metadata["_hparams_/session_start_info"].plugin_data.content
    data = plugin_data_pb2.HParamsPluginData.FromString(content).session_start_info.hparams
    assert data["units"].number_value == 64 and data["optimizer"].string_value == "adam" and data["big"].bool_value
    with pytest.raises(ArgumentError, match="written before"):
        to_tensorboard("curve", tmp_path / "logs", base)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_mlflow_reads_everything(base, tmp_path, monkeypatch):
    mlflow = pytest.importorskip("mlflow")
    monkeypatch.chdir(tmp_path)  # the artifacts go to the current folder
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    made = to_mlflow(
        ["curve", "broken", "digits"], uri, experiment=f"x{np.random.default_rng().integers(1e9)}", base=base
    )
    client = mlflow.MlflowClient(uri)
    run = client.get_run(made[0])
    assert run.data.params == {
        "units": "64",
        "rate": "0.2",
        "optimizer": "adam",
        "big": "True",
        "hidden": "[3, 4]",
        "none": "None",
    }
    assert [(m.step, m.value) for m in client.get_metric_history(made[0], "loss")] == [(0, 0.5), (1, 0.25)]
    assert [(m.step, m.value) for m in client.get_metric_history(made[0], "val_loss")] == [(1, 0.3)]
    assert run.data.metrics["eval_accuracy"] == 0.9 and run.data.tags["record.rows"] == "10"
    assert run.info.status == "FINISHED" and run.info.run_name == "curve" and run.info.start_time == 1795255200000
    assert {f.path for f in client.list_artifacts(made[0])} == {"run.json", "history.json", "evaluation.json"}
    broken = client.get_run(made[1])
    assert broken.info.status == "FAILED" and broken.data.tags["nyuron.error"] == "E: m"
    assert client.get_run(made[2]).data.metrics["accuracy"] == 0.9
    again = to_mlflow("curve", uri, experiment="other", files=False, base=base)
    assert client.list_artifacts(again[0]) == []


@pytest.mark.parametrize(("package", "export"), [("tensorboardX", to_tensorboard), ("mlflow", to_mlflow)])
def test_missing_packages(base, monkeypatch, package, export):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingPackageError, match=r"pip install 'nyuron\["):
        export("curve", base=base)
