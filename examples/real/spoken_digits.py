"""Digits spoken by voices that the network has never heard.

Log-mel spectrograms of the Free Spoken Digit Dataset go through two bidirectional GRUs. Four speakers are learned from; the
other two are the test. Set NYURON_DATA to the folder that holds fsdd.zip.
"""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from _figure import options, save

import nyuron as keras
from nyuron import layers


def spectrograms(sounds: np.ndarray) -> np.ndarray:
    """Loudness in dB by time (63) and mel band (40), at most 60 below the loudest, standardised for each sound."""
    mel = layers.MelSpectrogram(num_mel_bins=40, sampling_rate=8000, sequence_stride=128, fft_length=512, max_freq=4000)
    parts = [np.asarray(mel(sounds[i : i + 200])) for i in range(0, len(sounds), 200)]
    x = np.concatenate(parts).transpose(0, 2, 1)
    x = np.maximum(x, x.max((1, 2), keepdims=True) - 60)
    return ((x - x.mean((1, 2), keepdims=True)) / x.std((1, 2), keepdims=True)).astype(np.float32)


def network() -> keras.Sequential:
    return keras.Sequential(
        [
            layers.Input((63, 40)),
            layers.SpatialDropout1D(0.1),
            layers.GaussianNoise(0.3),
            layers.Bidirectional(layers.GRU(64, return_sequences=True)),
            layers.Dropout(0.3),
            layers.Bidirectional(layers.GRU(64)),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )


def draw(x: np.ndarray, y: np.ndarray, said: np.ndarray) -> None:
    """The confusion matrix, and four sounds that were misheard."""
    figure = plt.figure(figsize=(11, 4.4))
    left, right = figure.subfigures(1, 2, width_ratios=(1, 1.3))
    axis = left.subplots()
    counts = np.zeros((10, 10), int)
    np.add.at(counts, (y, said), 1)
    axis.imshow(counts, cmap="Blues")
    for row, column in np.argwhere(counts):
        shade = "w" if counts[row, column] > 50 else "k"
        axis.text(column, row, counts[row, column], ha="center", va="center", fontsize=8, color=shade)
    axis.set(xticks=range(10), yticks=range(10), xlabel="heard", ylabel="spoken")
    wrong = np.flatnonzero(said != y)[:4]
    for axis, i in zip(np.ravel(right.subplots(2, 2)), wrong, strict=False):
        axis.imshow(x[i].T, origin="lower", aspect="auto", cmap="magma")
        axis.set_title(f"{y[i]} heard as {said[i]}", fontsize=10)
        axis.set_axis_off()


def main() -> None:
    chosen = options(__doc__, epochs=25)
    (sounds, y), (test_sounds, y_test) = keras.datasets.fsdd.load_data()
    x, x_test = spectrograms(sounds), spectrograms(test_sounds)
    keras.set_random_seed(0)
    model = network()
    model.compile(keras.optimizers.Adam(1e-3), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, y, epochs=chosen.epochs, batch_size=32)
    said = model.predict(x_test, verbose=0).argmax(1)
    print(f"two unknown speakers: {np.mean(said == y_test):.1%} of {len(y_test)} digits understood")
    draw(x_test, y_test, said)
    save(chosen.out / "spoken_digits.png")


if __name__ == "__main__":
    main()
