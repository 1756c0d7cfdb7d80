"""A multi-layer perceptron solves XOR: several starts at once, since some end in a local minimum."""

import matplotlib.pyplot as plt
import numpy as np
from _figure import save

import nyuron as keras

(x, t), _ = keras.datasets.boolean.load_data("xor")
a = np.linspace(-0.4, 1.4, 120).astype("float32")
grid = np.stack(np.meshgrid(a, a), -1).reshape(-1, 2)
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
best = None
for seed in range(6):
    keras.set_random_seed(seed)
    model = keras.Sequential(
        [keras.layers.Dense(3, activation="tanh", input_shape=(2,)), keras.layers.Dense(1, activation="sigmoid")]
    )
    model.compile(keras.optimizers.SGD(1.0), loss="mse")
    losses = model.fit(x, t, epochs=800, batch_size=4, verbose=0).history["loss"]
    left.semilogy(losses, label=f"start {seed}")
    if best is None or losses[-1] < best[0]:
        best = losses[-1], model
left.set(xlabel="epoch", ylabel="mean squared error", title="six starts")
left.legend(fontsize=8)
right.contourf(a, a, best[1].predict(grid).reshape(120, 120), levels=20, cmap="coolwarm", vmin=0, vmax=1)
right.scatter(*x.T, c=t, cmap="coolwarm", s=140, edgecolor="k")
right.set_title("the best start's output")
print("best loss:", best[0], "outputs:", best[1].predict(x).ravel().round(2))
save("mlp_xor")
