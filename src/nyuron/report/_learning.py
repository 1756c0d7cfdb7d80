"""How the network learned: the course of loss and metrics."""

from __future__ import annotations

from typing import Any

from nyuron.report._figures import curves
from nyuron.report._html import Html, join, tag
from nyuron.report._numbers import number, share
from nyuron.report._record import Record

SHARES = ("accuracy", "acc", "precision", "recall", "auc", "f1_score")
NAMES = {
    "sparse_categorical_crossentropy": "cross-entropy",
    "categorical_crossentropy": "cross-entropy",
    "binary_crossentropy": "cross-entropy",
    "mse": "mean squared error",
    "mean_squared_error": "mean squared error",
    "mae": "mean absolute error",
    "mean_absolute_error": "mean absolute error",
}
_IN_UNITS = ("mae", "mean_absolute_error", "rmse", "root_mean_squared_error")


def learning_section(run: Record) -> Html:
    """A figure for each thing that was logged, and how it ended."""
    figures, epochs = run.history.get("figures", {}), run.history.get("epoch", [])
    names = [n for n, v in figures.items() if not n.startswith("val_") and v and isinstance(v[0], int | float)]
    if not epochs or not names:
        return tag("p", "No epoch was finished, so there is no course to show.")
    return join(
        tag("div", *(_curve(run, name, figures, epochs) for name in names), class_="columns"),
        _ending(run, figures, epochs),
    )


def _curve(run: Record, name: str, figures: dict[str, Any], epochs: list[int]) -> Html:
    factor, label = _meaning(run, name)
    train = [v * factor for v in figures[name]]
    held = [v * factor for v in figures.get(f"val_{name}", [])]
    kept = run.metrics.get("best_epoch")
    keys = [tag("span", "training", class_="key")]
    if held:
        keys.append(tag("span", "validation", class_="key second"))
        if kept:
            keys.append(tag("span", f"kept: epoch {kept}", class_="key kept"))
    drawn = curves(epochs, train, held or None, label, kept=kept, is_share=name in SHARES)
    return tag("figure", tag("figcaption", label[0].upper() + label[1:], tag("span", *keys, class_="keys")), drawn)


def _meaning(run: Record, name: str) -> tuple[float, str]:
    """What the figure is multiplied with to be in units that people know, and its name."""
    scaling = run.preprocessing.get("target_scaling")
    if name == "loss":
        kind = NAMES.get(run.config["training"]["loss"], run.config["training"]["loss"].replace("_", " "))
        return 1.0, f"loss ({kind}{', standardised' if scaling else ''})"
    label = NAMES.get(name, name.replace("_", " "))
    if scaling and name in _IN_UNITS:
        scale = scaling["config"]["scale"]
        values = scale["array"] if isinstance(scale, dict) else scale
        flat = values if isinstance(values, list) else [values]
        if len(flat) == 1:
            return float(flat[0]), f"{label} of {run.data['target']}"
    return 1.0, label


def _ending(run: Record, figures: dict[str, Any], epochs: list[int]) -> Html:
    m, said = run.metrics, []
    if m.get("stopped") == "early stopping":
        patience = run.config["training"]["patience"]
        said.append(f"Training stopped by itself when the validation loss had not improved for {patience} epochs.")
    elif m.get("stopped") == "converged":
        said.append("Training stopped by itself: the gradient fell under its threshold.")
    kept = m.get("best_epoch")
    if kept and kept - 1 in epochs:
        said.append(f"The weights of epoch {kept} are kept.")
    name = next((n for n in figures if n in SHARES), None)
    at = epochs.index(kept - 1) if kept and kept - 1 in epochs else len(epochs) - 1
    if name and f"val_{name}" in figures:
        said.append(
            f"There, {name} is {share(figures[name][at])} on the training part and {share(figures[f'val_{name}'][at])} on the validation part."
        )
    elif "val_loss" in figures:
        said.append(
            f"There, the loss is {number(figures['loss'][at])} on the training part and {number(figures['val_loss'][at])} on the validation part."
        )
    return tag("p", " ".join(said), style="margin:20px 0 0") if said else Html("")
