"""The exercise: a tanh network on a two-column CSV, learning rate 0.1, 100 epochs, the curve at 100 points."""

import os
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from _figure import save

import nyuron as keras

file = Path(os.environ.get("NYURON_DATA", "."), "nonlinear.csv")
data = keras.data.load_file(file) if file.is_file() else keras.datasets.load("nonlinear")

keras.set_random_seed(0)
model = keras.Sequential(
    [
        keras.layers.Dense(8, activation="tanh", input_shape=(1,)),
        keras.layers.Dense(8, activation="tanh"),
        keras.layers.Dense(1),
    ]
)
model.compile(optimizer=keras.optimizers.SGD(learning_rate=0.1), loss="mse", metrics=["mae"])
history = model.fit(data.x_train, data.y_train, epochs=100, verbose=0, validation_split=0.2)
print("test:", model.evaluate(data.x_test, data.y_test, verbose=0))

figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4))
domain = np.linspace(0, 1, 100).reshape(-1, 1)
left.scatter(data.x_train, data.y_train, s=4, alpha=0.5)
left.plot(domain, model.predict(domain), color="C3", lw=2)
right.semilogy(history.history["loss"], label="training")
right.semilogy(history.history["val_loss"], label="validation")
right.set(xlabel="epoch", ylabel="mean squared error")
right.legend()
save("tanh_regression")
