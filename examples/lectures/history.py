"""The progress lines and the history: loss, accuracy, and both on validation data, epoch by epoch.

Full batches, single examples and mini-batches: ceil(N / B) updates an epoch.
"""

import math

import matplotlib.pyplot as plt
from _figure import save

import nyuron as keras

digits = keras.datasets.load("digits")
figure, axes = plt.subplots(1, 3, figsize=(13, 3.8), sharey=True)
for axis, size in zip(axes, (len(digits.x_train), 32, 1), strict=True):
    keras.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.layers.Flatten(input_shape=(8, 8)),
            keras.layers.Dense(32, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(keras.optimizers.SGD(0.01), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(
        digits.x_train / 16, digits.y_train, batch_size=size, epochs=10, validation_split=0.2, verbose=2
    )
    for name, values in history.history.items():
        if "accuracy" in name:
            axis.plot(values, label=name)
    updates = math.ceil(0.8 * len(digits.x_train) / size)
    axis.set(title=f"batches of {size}: {updates} updates an epoch", xlabel="epoch", ylim=(0, 1))
axes[0].legend()
save("history")
