"""House prices as the lectures wrote it: two dense layers with dropout, mse and mae, early stopping.

Without the file of NYURON_DATA, scikit-learn's diabetes stands in.
"""

import argparse

import _houses
import matplotlib.pyplot as plt
import numpy as np
from _figure import save
from matplotlib.ticker import NullFormatter

import nyuron as keras

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--epochs", type=int, default=500, help="at most so many")
epochs = parser.parse_known_args()[0].epochs

houses = _houses.load()
print("training:", houses.x_train.shape, "test:", houses.x_test.shape)

keras.set_random_seed(1)
model = keras.models.Sequential(
    [
        keras.layers.Dense(128, activation="relu"),
        keras.layers.Dropout(0.3),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dropout(0.2),
        keras.layers.Dense(1),
    ]
)
model.compile(optimizer="rmsprop", loss="mse", metrics=["mae"])
stop = keras.callbacks.EarlyStopping(monitor="val_loss", patience=25, restore_best_weights=True)
history = model.fit(houses.x_train, houses.y_train, epochs=epochs, validation_split=0.2, callbacks=[stop], verbose=0)
loss, mae = model.evaluate(houses.x_test, houses.y_test, verbose=0)
said, truth = houses.in_units(model.predict(houses.x_test, verbose=0)[:, 0]), houses.in_units(houses.y_test)
linear = np.linalg.lstsq(np.c_[houses.x_train, np.ones(len(houses.x_train))], houses.y_train, rcond=1e-4)[0]
simple = houses.in_units(np.c_[houses.x_test, np.ones(len(houses.x_test))] @ linear)
print(f"{len(history.epoch)} epochs, the best was {int(np.argmin(history.history['val_loss'])) + 1}")
print(f"test: mse {loss:.4f}, mae {mae:.4f}")
print(f"wrong by {np.abs(said - truth).mean():,.0f} {houses.unit} on average; ", end="")
print(f"a linear model by {np.abs(simple - truth).mean():,.0f}, "
      f"the median alone by {np.abs(np.median(houses.in_units(houses.y_train)) - truth).mean():,.0f}")  # fmt: skip

figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.2))
seen = np.array(history.epoch) + 1
left.plot(seen, history.history["mae"], label="training (with dropout)")
left.plot(seen, history.history["val_mae"], label="validation")
left.axvline(np.argmin(history.history["val_loss"]) + 1, color="0.6", ls=":", label="the weights that are kept")
left.set(xlabel="epoch", ylabel="mean absolute error", ylim=(0, 1.5 * max(history.history["val_mae"][1:] or [1])))
left.legend(frameon=False)
ends = [min(truth.min(), said.min()), max(truth.max(), said.max())]
right.plot(ends, ends, color="0.6", lw=1)
right.scatter(truth, said, s=8, alpha=0.6)
right.set(xlabel=f"true, {houses.unit}", ylabel=f"said by the network, {houses.unit}", title="test part")
if houses.unit == "dollars":
    ticks = [50_000, 100_000, 200_000, 400_000]
    right.set(xscale="log", yscale="log")
    for axis in (right.xaxis, right.yaxis):
        axis.set_ticks(ticks, [f"{tick:,}" for tick in ticks])
        axis.set_minor_formatter(NullFormatter())
save("house_prices")
