"""A convolutional network on MNIST, and what its first layer looks for.

Two convolutions with pooling, dropout, a softmax: about 99 of 100 unseen digits are right after six epochs. Set NYURON_DATA to the
folder that holds mnist/, or let the program fetch it.
"""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from _figure import options, save

import nyuron as keras
from nyuron import layers

BATCH = 64


def network() -> keras.Sequential:
    return keras.Sequential(
        [
            layers.Input((28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.25),
            layers.Dense(10, activation="softmax"),
        ]
    )


def draw(model: keras.Sequential, x: np.ndarray, y: np.ndarray, said: np.ndarray) -> None:
    """Kernels of the first layer, the maps that they give of one digit, and digits that were misread."""
    first = model.layers[0]
    maps = np.asarray(first(x[:1]))[0]
    kernels = np.asarray(first.kernel)[:, :, 0]
    wrong = np.flatnonzero(said != y)
    _, axes = plt.subplots(3, 10, figsize=(12, 4))
    for axis in axes.ravel():
        axis.set_axis_off()
    for i, (top, middle, bottom) in enumerate(axes.T):
        top.imshow(kernels[:, :, i], cmap="RdBu", vmin=-0.6, vmax=0.6)
        middle.imshow(maps[:, :, i], cmap="magma")
        if i < len(wrong):
            bottom.imshow(x[wrong[i], :, :, 0], cmap="gray_r")
            bottom.set_title(f"{y[wrong[i]]} read as {said[wrong[i]]}", fontsize=9)
    for axis, text in zip(axes[:, 0], ("kernels", "what they give", ""), strict=True):
        axis.set_title(text or axis.get_title(), loc="left" if text else "center", fontsize=9)


def main() -> None:
    chosen = options(__doc__, epochs=6)
    (x, y), (x_test, y_test) = keras.datasets.mnist.load_data()
    x, x_test = (part[..., None].astype(np.float32) / 255 for part in (x, x_test))
    keras.set_random_seed(0)
    model = network()
    steps = chosen.epochs * -(-len(x) // BATCH)
    falling = keras.optimizers.schedules.CosineDecay(2e-3, steps)
    model.compile(keras.optimizers.Adam(falling), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, y, epochs=chosen.epochs, batch_size=BATCH)
    said = model.predict(x_test, verbose=0).argmax(1)
    print(f"{np.mean(said == y_test):.2%} of {len(y_test)} unseen digits right")
    draw(model, x_test, y_test, said)
    save(chosen.out / "mnist_cnn.png")


if __name__ == "__main__":
    main()
