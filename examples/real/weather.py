"""Tomorrow's mean temperature from the last 30 days, against what needs no network.

Ten years of a Korean station; the last year is the test. The network, a GRU, predicts the change from today. It is compared
with persistence (tomorrow is like today) and with a linear model of the same 30 days. Set NYURON_DATA to the folder that holds
weather_cp949.csv.
"""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from _figure import options, save
from sklearn.linear_model import Ridge

import nyuron as keras
from nyuron import layers

NETWORKS = 5


def network() -> keras.Sequential:
    return keras.Sequential(
        [
            layers.Input((30, 5)),
            layers.GRU(32),
            layers.Dropout(0.2),
            layers.Dense(16, activation="relu"),
            layers.Dense(1),
        ]
    )


def with_season(x: np.ndarray, first_day: int) -> np.ndarray:
    """The measurements, and the time of the year as a point of the unit circle."""
    days = first_day + np.arange(len(x))[:, None] + np.arange(x.shape[1])
    angle = 2 * np.pi * days / 365.25
    return np.concatenate([x, np.sin(angle)[..., None], np.cos(angle)[..., None]], axis=-1).astype(np.float32)


def main() -> None:
    chosen = options(__doc__, epochs=40)
    (x, y), (x_test, y_test) = keras.datasets.weather.load_data(window=30)
    start = len(x)
    x, x_test = with_season(x, 0), with_season(x_test, start)
    mean, scale = x.mean((0, 1)), x.std((0, 1))
    x, x_test = (x - mean) / scale, (x_test - mean) / scale
    today, today_test = x[:, -1, 0] * scale[0] + mean[0], x_test[:, -1, 0] * scale[0] + mean[0]

    keras.set_random_seed(0)
    said = np.zeros(len(y_test))
    for _ in range(NETWORKS):
        model = network()
        model.compile(keras.optimizers.Adam(2e-3), loss="mse")
        stop = keras.callbacks.EarlyStopping(patience=8, restore_best_weights=True)
        # The last of the training years decides when to stop.
        model.fit(
            x[:-365],
            (y - today)[:-365],
            validation_data=(x[-365:], (y - today)[-365:]),
            epochs=chosen.epochs,
            batch_size=64,
            callbacks=[stop],
            verbose=0,
        )
        said += (today_test + model.predict(x_test, verbose=0)[:, 0]) / NETWORKS

    linear = Ridge(1.0).fit(x.reshape(len(x), -1), y - today)
    forecasts = {
        "persistence": today_test,
        "linear model": today_test + linear.predict(x_test.reshape(len(x_test), -1)),
        f"{NETWORKS} GRUs, mean": said,
    }
    for name, values in forecasts.items():
        error = values - y_test
        print(
            f"{name:15} mean absolute error {np.abs(error).mean():.3f} °C, root mean square {np.sqrt((error**2).mean()):.3f} °C"
        )
    draw(forecasts, y_test)
    save(chosen.out / "weather.png")


def draw(forecasts: dict[str, np.ndarray], truth: np.ndarray) -> None:
    """Two months of the test year, and how large the errors are over all of it."""
    _, (left, right) = plt.subplots(1, 2, figsize=(12, 4), width_ratios=(2, 1))
    left.plot(truth[90:150], "k.", label="measured")
    for name, values in forecasts.items():
        left.plot(values[90:150], lw=1.2, label=name)
        error = np.sort(np.abs(values - truth))
        right.plot(error, np.linspace(0, 1, len(error)), label=name)
    left.set(xlabel="day", ylabel="mean temperature, °C")
    right.set(xlabel="absolute error, °C", ylabel="share of days below", xlim=(0, 8))
    left.legend(frameon=False)
    right.grid(alpha=0.3)


if __name__ == "__main__":
    main()
