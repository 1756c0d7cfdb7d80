"""The lectures' search over 648 networks for the house prices: a sample of 0.7, which is 454 runs.

    python examples/lectures/house_prices_search.py                             all of it
    python examples/lectures/house_prices_search.py --trials 20 --epochs 50     a quick try
    python examples/lectures/house_prices_search.py --folder runs/houses        the same again goes on where it was broken off

Draws the learning curves of all runs, and writes report.html into the folder. Without the file of NYURON_DATA,
scikit-learn's diabetes stands in.
"""

import argparse
import time
from pathlib import Path

import _houses
import matplotlib.pyplot as plt
import numpy as np
from _figure import save

import nyuron as keras
from nyuron.report import write_search_report

SPACE = {
    "nodes1": [64, 128, 256],
    "nodes2": [64, 128, 256],
    "dropout1": [0.2, 0.3, 0.4],
    "dropout2": [0.2, 0.3, 0.4],
    "optimizer": ["rmsprop", "adam"],
    "batch_size": [16, 32, 64, 128],
}


def build(nodes1, nodes2, dropout1, dropout2, optimizer):
    """The network of one run; `batch_size` is the fit's."""
    model = keras.models.Sequential(
        [
            keras.layers.Dense(nodes1, activation="relu"),
            keras.layers.Dropout(dropout1),
            keras.layers.Dense(nodes2, activation="relu"),
            keras.layers.Dropout(dropout2),
            keras.layers.Dense(1),
        ]
    )
    model.compile(optimizer=optimizer, loss="mse", metrics=["mae"])
    return model


def told(record, search):
    """A line every tenth run."""
    if len(search.trials) % 10 == 0:
        print(f"{len(search.trials)} of {search.wanted} runs, the best val_loss {search.best.value:.4f}", flush=True)


def draw(search, folder):
    """Every run's learning curve with the best, and what each value of a hyperparameter reached."""
    _, (left, right) = plt.subplots(1, 2, figsize=(12, 4.4))
    done = search.ranked()
    for trial in done[::-1]:
        best = trial is done[0]
        curve = trial.curves[0]["val_loss"]
        left.plot(range(1, len(curve) + 1), curve, color="C3" if best else "0.7", lw=1.5 if best else 0.4)
    values = [t.value for t in done]
    left.set(xlabel="epoch", ylabel="validation mse", ylim=(0.8 * values[0], 2.5 * np.median(values)))
    left.set_title(f"{len(done)} runs; red: the best, {values[0]:.4f}", fontsize=10)
    labels, boxes = [], []
    for name, choices in SPACE.items():
        for choice in choices:
            reached = [t.value for t in done if t.hyperparameters[name] == choice]
            if reached:
                labels.append(f"{name} = {choice}")
                boxes.append(reached)
    right.boxplot(boxes, orientation="horizontal", tick_labels=labels, widths=0.6, showfliers=False)
    right.invert_yaxis()
    right.tick_params(axis="y", labelsize=7)
    right.set(xlabel="validation mse of the best epoch")
    save("house_prices_search")
    print(write_search_report(folder))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, help="so many runs at most; default 454")
    parser.add_argument("--epochs", type=int, default=500, help="of a run at most")
    parser.add_argument("--folder", type=Path, default=Path("runs/house_prices_search"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("figures"), help="folder of the figure")
    chosen = parser.parse_args()
    houses = _houses.load()
    began = time.perf_counter()
    search = keras.tune(
        build,
        SPACE,
        (houses.x_train, houses.y_train),
        method="random",
        sample=0.7,
        trials=chosen.trials,
        epochs=chosen.epochs,
        validation_split=0.2,
        callbacks=[keras.callbacks.EarlyStopping(monitor="val_loss", patience=25)],
        test_data=(houses.x_test, houses.y_test),
        folder=chosen.folder,
        seed=chosen.seed,
        on_told=told,
        name="house_prices",
    )
    print(f"{time.perf_counter() - began:.0f} s, {sum(t.epochs for t in search.trials)} epochs in all")
    search.results_summary(5)
    found = search.optimism()
    if found is not None:
        print(found)
    said = houses.in_units(search.best_model().predict(houses.x_test, verbose=0)[:, 0])
    print(f"test: wrong by {np.abs(said - houses.in_units(houses.y_test)).mean():,.0f} {houses.unit} on average")
    draw(search, chosen.folder)


if __name__ == "__main__":
    main()
