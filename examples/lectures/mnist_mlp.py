"""MNIST as the lectures wrote it; without the data, scikit-learn's small digits stand in."""

import os
from pathlib import Path

import matplotlib.pyplot as plt
from _figure import save

import nyuron as keras

if Path(os.environ.get("NYURON_DATA", "."), "mnist").is_dir():
    (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
    x_train, x_test = x_train / 255, x_test / 255
else:
    digits = keras.datasets.load("digits")
    x_train, y_train = digits.x_train / 16, digits.y_train
    x_test, y_test = digits.x_test / 16, digits.y_test

keras.set_random_seed(0)
model = keras.models.Sequential(
    [
        keras.layers.Flatten(input_shape=x_train.shape[1:]),
        keras.layers.Dense(256, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.summary()
model.fit(x_train, y_train, epochs=5)
loss, accuracy = model.evaluate(x_test, y_test)
print("test accuracy:", accuracy)

said = model.predict(x_test)
figure, axes = plt.subplots(2, 8, figsize=(12, 3.4))
for axis, image, p, truth in zip(axes.ravel(), x_test, said, y_test, strict=False):
    axis.imshow(image, cmap="gray_r")
    axis.set_title(f"{p.argmax()} ({p.max():.0%})", color="C3" if p.argmax() != truth else "k", fontsize=9)
    axis.set_axis_off()
save("mnist_mlp")
