"""Runs on disk without training, and a script small enough to train in a test."""

import json

TRAIN = """
import numpy as np
import nyuron as keras
from nyuron.runs import flags, record, run_dir

FLAGS = flags(units=4, optimizer="adam", epochs=2)
keras.set_random_seed(0)
x = np.linspace(-1, 1, 16, dtype=np.float32)[:, None]
model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(FLAGS.units), keras.layers.Dense(1)])
model.compile(optimizer=FLAGS.optimizer, loss="mse", metrics=["mae"])
model.fit(x, x**2, batch_size=8, epochs=FLAGS.epochs, validation_data=(x, x), verbose=0)
print("evaluated:", model.evaluate(x, x, batch_size=8, verbose=0))
record(rows=len(x))
(run_dir() / "weights.txt").write_text(str(model.count_params()))
"""


def fake_run(base, name, status="completed", start="2026-11-21T10:00:00+00:00", **changes):
    """A script's run as it lies on disk."""
    folder = base / name
    folder.mkdir(parents=True)
    document = {
        "format": 1,
        "kind": "script",
        "status": status,
        "script": "/s/train.py",
        "given": {},
        "flags": changes.pop("flags", {}),
        "start": start,
        "end": start,
        "seconds": 2.0,
        "epochs": 2,
        "error": None,
        "sources": {},
        "process": {"host": "elsewhere", "pid": 1},
    }
    figures, evaluation = changes.pop("figures", {}), changes.pop("evaluation", {})
    (folder / "run.json").write_text(json.dumps({**document, **changes}))
    if figures:
        (folder / "history.json").write_text(json.dumps({"figures": figures, "stopped": None}))
    if evaluation:
        (folder / "evaluation.json").write_text(json.dumps({"figures": evaluation}))
    return folder


def fake_trained(base, name="2026-11-21_09-00-00_digits"):
    """A run of `nyuron train` as it lies on disk."""
    folder = base / name
    folder.mkdir(parents=True)
    config = {
        "name": "digits",
        "source": "digits",
        "options": {"hidden": [16], "target": None, "seed": 0, "out": "runs"},
        "training": {"epochs": 5, "optimizer_text": "Adam()", "loss": "mse"},
        "network": [{"class": "Dense", "parameters": 10}],
    }
    metrics = {"loss": 0.2, "accuracy": 0.9, "baseline_accuracy": 0.1, "epochs": 2, "seconds": 1.5, "stopped": None}
    history = {"epoch": [0, 1], "figures": {"loss": [0.5, 0.3], "accuracy": [0.95, 0.9]}, "stopped": None}
    parts = {"config": config, "metrics": metrics, "history": history}
    for part, value in {**parts, "environment": {"time": "2026-11-21T09:00:03+00:00"}}.items():
        (folder / f"{part}.json").write_text(json.dumps(value))
    return folder
