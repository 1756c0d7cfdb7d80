"""Curve fitting as the lectures wrote it: 1-6-4-1 sigmoids, SGD with learning rate 5, 100 epochs."""

import os
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from _figure import save

import nyuron as keras

file = Path(os.environ.get("NYURON_DATA", "."), "nonlinear.csv")
if file.is_file():
    X, y = np.loadtxt(file, delimiter=",", skiprows=1, unpack=True)
else:
    data = keras.datasets.load("nonlinear")
    X, y = data.x_train[:, 0], data.y_train

keras.set_random_seed(1)
model = keras.models.Sequential(
    [
        keras.layers.Dense(6, activation="sigmoid"),
        keras.layers.Dense(4, activation="sigmoid"),
        keras.layers.Dense(1, activation="sigmoid"),
    ]
)
optimizer = keras.optimizers.SGD(learning_rate=5.0)
model.compile(optimizer=optimizer, loss="mse")
history = model.fit(X, y, epochs=100, verbose=0)
print("loss:", history.history["loss"][-1])

domain = np.linspace(0, 1, 100).reshape(-1, 1)
plt.figure(figsize=(6, 4))
plt.scatter(X, y, s=4, alpha=0.5)
plt.plot(domain, model.predict(domain), color="C3", lw=2)
save("curve_fitting")
