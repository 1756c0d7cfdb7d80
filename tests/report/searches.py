"""Folders of searches as `tune` leaves them, made without training."""

import json
import math

import numpy as np

SPACE = [
    {"name": "learning_rate", "kind": "float", "low": 1e-4, "high": 1e-1, "step": None, "log": True, "choices": [], "conditions": []},
    {"name": "units", "kind": "int", "low": 16, "high": 256, "step": 16, "log": False, "choices": [], "conditions": []},
    {"name": "optimizer", "kind": "choice", "low": None, "high": None, "step": None, "log": False, "choices": ["adam", "sgd", "rmsprop"], "conditions": []},
    {"name": "momentum", "kind": "float", "low": 0.0, "high": 0.99, "step": None, "log": False, "choices": [], "conditions": [["optimizer", ["sgd"]]]},
    {"name": "dropout", "kind": "float", "low": 0.0, "high": 0.6, "step": None, "log": False, "choices": [], "conditions": []},
    {"name": "batch_size", "kind": "choice", "low": None, "high": None, "step": None, "log": False, "choices": [16, 32, 64, 128], "conditions": []},
    {"name": "normalized", "kind": "boolean", "low": None, "high": None, "step": None, "log": False, "choices": [False, True], "conditions": []},
    {"name": "task", "kind": "fixed", "low": None, "high": None, "step": None, "log": False, "choices": ["ames"], "conditions": []},
]  # fmt: skip


def draw(rng, space):
    """A combination of a space."""
    found = {}
    for one in space:
        if any(found.get(parent) not in allowed for parent, allowed in one["conditions"]):
            continue
        if one["choices"]:
            found[one["name"]] = one["choices"][rng.integers(len(one["choices"]))]
        elif one["log"]:
            found[one["name"]] = float(np.exp(rng.uniform(math.log(one["low"]), math.log(one["high"]))))
        elif one["kind"] == "int":
            step = one["step"] or 1
            found[one["name"]] = int(one["low"] + step * rng.integers((one["high"] - one["low"]) // step + 1))
        else:
            found[one["name"]] = float(rng.uniform(one["low"], one["high"]))
    return found


def end_of(values):
    """Where the validation loss of a combination ends: the learning rate matters most."""
    rate = math.log10(values.get("learning_rate", 3e-3))
    kind = {"adam": 0.0, "rmsprop": 0.03, "sgd": 0.25 * (1 - values.get("momentum", 0.0))}[
        values.get("optimizer", "adam")
    ]
    return (
        0.12
        + 0.14 * (rate + 2.5) ** 2
        + kind
        + 0.4 * (values.get("dropout", 0.2) - 0.2) ** 2
        - 0.0002 * values.get("units", 64)
    )


def make_trial(number, values, rng, executions=1, epochs=40, maximize=False):
    """A complete trial."""
    curves, ends = [], []
    for _ in range(executions):
        n = int(rng.integers(epochs // 2, epochs + 1))
        t = np.arange(1, n + 1)
        end = max(end_of(values), 0.02) * math.exp(0.06 * rng.normal())
        held = end + (1.3 - end) * np.exp(-t / (n / 6)) + 0.004 * t / n + 0.01 * rng.normal(size=n)
        train = 0.9 * held
        if maximize:
            held, train = 1 / (1 + held), 1 / (1 + train)
        curves.append({"loss": train.tolist(), "val_loss": held.tolist()})
        ends.append(held.max() if maximize else held.min())
    first = np.asarray(curves[0]["val_loss"])
    best = int(first.argmax() if maximize else first.argmin())
    value = float(np.mean(ends))
    return {
        "number": number, "state": "complete", "hyperparameters": values, "value": value,
        "seeds": [1000 + number * executions + e for e in range(executions)],
        "figures": {"loss": 0.9 * value, "val_loss": value}, "best_epoch": best + 1,
        "epochs": sum(len(c["loss"]) for c in curves), "seconds": 0.7, "error": None, "curves": curves,
    }  # fmt: skip


def spoil(trial, state, error=None):
    """The trial as one that was pruned after some epochs, or failed."""
    if state == "pruned":
        curves = [{name: values[:5] for name, values in curve.items()} for curve in trial["curves"]]
        return {**trial, "state": state, "value": curves[0]["val_loss"][-1], "curves": curves, "epochs": 5}
    gone = {"value": None, "figures": {}, "best_epoch": None, "epochs": 0, "curves": []}
    return {**trial, **gone, "state": state, "error": error}


def make_search(
    folder, trials=60, space=SPACE, executions=1, failed=0.05, pruned=0.15, epochs=40, maximize=False, seed=0, **about
):
    """Write a search's two documents to a folder; gives the trials."""
    rng = np.random.default_rng(seed)
    made = []
    for number in range(trials):
        trial = make_trial(number, draw(rng, space), rng, executions, epochs, maximize)
        chance = rng.random()
        if chance < failed:
            trial = spoil(
                trial,
                "failed",
                "ShapeError: the kernel is larger than the input\n  expected: <= 8\n  got: 12 & more <b>",
            )
        elif chance < failed + pruned:
            trial = spoil(trial, "pruned")
        made.append(trial)
    write_search(folder, made, space, executions, maximize, seed, **about)
    return made


def write_search(folder, made, space=SPACE, executions=1, maximize=False, seed=0, **about):
    """Write trials as a search."""
    folder.mkdir(parents=True, exist_ok=True)
    known = [t for t in made if t["state"] == "complete" and t["value"] is not None and math.isfinite(t["value"])]
    best = min(known, key=lambda t: -t["value"] if maximize else t["value"])["number"] if known else None
    document = {
        "format": 1, "name": "ames", "method": "tpe", "objective": "val_loss",
        "direction": "maximize" if maximize else "minimize", "seed": seed, "trials": len(made), "sample": None,
        "executions_per_trial": executions, "space": space, "begun": "2026-11-21T11:02:03+00:00", "seconds": 95.2,
        "stopped": None, "best": best, "chosen": {"loss": 0.1532, "mae": 12345.6, "rmse": 20111.0, "r2": 0.913} if known else None,
        "optimism": {"expected": 0.0123, "low": 0.0041, "high": 0.0212, "trials": len(known)} if len(known) > 1 else None,
        "plan": ["64 members at once: one program of 3 shapes.", "Widths differ little, so that they are padded to 256."] if made else [],
        **about,
    }  # fmt: skip
    (folder / "search.json").write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    (folder / "trials.json").write_text(json.dumps(made, ensure_ascii=False), encoding="utf-8")
