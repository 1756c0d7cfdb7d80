"""The lectures' search: every trial equals the same network trained alone with the same seed, to the last bit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nyuron
from nyuron.datasets import ames_housing

LECTURES = {
    "nodes1": [64, 128, 256],
    "nodes2": [64, 128, 256],
    "dropout1": [0.2, 0.3, 0.4],
    "dropout2": [0.2, 0.3, 0.4],
    "optimizer": ["rmsprop", "adam"],
    "batch_size": [16, 32, 64, 128],
}
SMALL = LECTURES | {"nodes1": [8], "nodes2": [6, 8], "batch_size": [16]}


def build(nodes1: int, nodes2: int, dropout1: float, dropout2: float, optimizer: str) -> Any:
    layers = nyuron.layers
    model = nyuron.Sequential(
        [
            layers.Dense(nodes1, "relu"),
            layers.Dropout(dropout1),
            layers.Dense(nodes2, "relu"),
            layers.Dropout(dropout2),
            layers.Dense(1),
        ]
    )
    model.compile(optimizer, "mse", metrics=["mae"])
    return model


def equal_alone(
    space: dict[str, list[Any]], x: np.ndarray, y: np.ndarray, trials: int, epochs: int, patience: int
) -> Any:
    """Search, then train each trial alone; the search."""
    stop = {"monitor": "val_loss", "patience": patience}
    search = nyuron.tune(
        build,
        space,
        (x, y),
        method="random",
        sample=0.7,
        trials=trials,
        epochs=epochs,
        callbacks=[nyuron.callbacks.EarlyStopping(**stop)],
        validation_split=0.2,
        keep=trials,
        seed=11,
    )
    assert [t.state for t in search.trials] == ["complete"] * trials
    assert len({tuple(t.hyperparameters.values()) for t in search.trials}) == trials
    for trial in search.trials:
        values = dict(trial.hyperparameters)
        size = values.pop("batch_size")
        nyuron.utils.set_random_seed(trial.seeds[0])
        alone = build(**values)
        rule = nyuron.callbacks.EarlyStopping(**stop, restore_best_weights=True)
        kept = alone.fit(x, y, batch_size=size, epochs=epochs, validation_split=0.2, callbacks=[rule], verbose=0)
        (curves,) = trial.curves
        assert trial.epochs == len(kept.epoch)
        for name, values in curves.items():
            assert values == [float(f"{v:.7g}") for v in kept.history[name]], (trial.number, name)
        for ours, theirs in zip(search.model(trial.number).get_weights(), alone.get_weights(), strict=True):
            np.testing.assert_array_equal(ours, theirs)
    return search


def test_ten_trials_equal_the_same_trained_alone() -> None:
    random = np.random.default_rng(7)
    x = random.standard_normal((120, 12), dtype=np.float32)
    y = np.tanh(x[:, 0]) + x[:, 1] * x[:, 2] + 0.1 * random.standard_normal(120, dtype=np.float32)
    search = equal_alone(SMALL, x, y, trials=10, epochs=15, patience=1)
    assert len({t.epochs for t in search.trials}) > 1


def test_the_sample_is_454_of_648() -> None:
    setup = nyuron.tuners.SearchSetup(
        nyuron.tuners.as_space(LECTURES), method="random", sampling="grid", sample=0.7, seed=1
    )
    ledger = nyuron.tuners.Ledger(setup)
    seen = set()
    while (asked := ledger.ask()) is not None:
        assert isinstance(asked, nyuron.tuners.Asked)
        seen.add(tuple(asked.values.items()))
        ledger.tell(asked.number, nyuron.tuners.TrialRecord(asked.number, "complete", asked.values, 1.0))
    assert len(seen) == ledger.wanted == 454


@pytest.mark.slow
def test_ten_trials_of_the_lectures_equal_the_same_trained_alone(shared_data: Path) -> None:
    if not (shared_data / "ames_housing.csv").is_file():
        pytest.skip("there is no ames_housing.csv")
    (x, y), _ = ames_housing.load_data()
    equal_alone(LECTURES, x[:600], y[:600], trials=10, epochs=4, patience=1)
