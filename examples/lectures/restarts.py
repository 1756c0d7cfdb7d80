"""Several starts: 32 small networks from different first weights find different solutions; the best, and all together.

A network of four tanh units learns a noisy curve. All 32 are trained as one population.
"""

import matplotlib.pyplot as plt
import numpy as np
from _figure import save

import nyuron as keras

STARTS = 32


def build():
    """One start: 1-4-1."""
    model = keras.models.Sequential(
        [keras.layers.Input((1,)), keras.layers.Dense(4, activation="tanh"), keras.layers.Dense(1)]
    )
    model.compile(optimizer=keras.optimizers.SGD(learning_rate=0.2), loss="mse")
    return model


data = keras.datasets.load("nonlinear", noise=0.3)
population = keras.Population(build, members=STARTS, seed=0)
histories = population.fit(data.x_train, data.y_train, epochs=300, verbose=0)
losses = np.array([history.history["loss"] for history in histories])
final = population.evaluate(data.x_test, data.y_test)["loss"]
best = population.best("loss")

domain = np.linspace(0, 1, 200, dtype=np.float32).reshape(-1, 1)
together = population.ask(domain)
ensemble = population.ask(data.x_test).mean[:, 0]
print(f"test mse of {STARTS} starts: {final.min():.4f} to {final.max():.4f}, median {np.median(final):.4f}")
print(f"of the best in training: {final[best]:.4f}")
print(f"of all together: {np.mean((ensemble - data.y_test) ** 2):.4f}")

figure, (left, middle, right) = plt.subplots(1, 3, figsize=(13, 4))
left.semilogy(losses.T, color="0.6", lw=0.6)
left.semilogy(losses[best], color="C3", lw=1.5, label="the best in training")
left.set(xlabel="epoch", ylabel="training mse")
left.legend(frameon=False)
middle.plot(np.sort(final), np.arange(1, STARTS + 1), "o", ms=4)
middle.axvline(final[best], color="C3", lw=1)
middle.set(xlabel="test mse", ylabel="starts that are so good or better")
right.scatter(data.x_train, data.y_train, s=3, color="0.8")
right.plot(domain, together.each[:, :, 0].T, color="C0", lw=0.4, alpha=0.6)
right.plot(domain, together.mean, color="C0", lw=2, label="all together")
right.plot(domain, together.each[best], color="C3", lw=1.2, label="the best")
right.legend(frameon=False)
save("restarts")
