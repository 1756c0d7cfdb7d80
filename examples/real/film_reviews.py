"""Whether a Korean film review is good or bad, read syllable by syllable.

30 000 reviews (NSMC). A bidirectional LSTM reads the syllables; the mean of what it says at each place decides. Set
NYURON_DATA to the folder that holds nsmc/.
"""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from _figure import options, save

import nyuron as keras
from nyuron import layers

LENGTH = 64


def network(words: int) -> keras.Sequential:
    return keras.Sequential(
        [
            layers.Input((LENGTH,), dtype="int32"),
            layers.Embedding(words, 64, mask_zero=True),
            layers.Dropout(0.3),
            layers.Bidirectional(layers.LSTM(64, return_sequences=True)),
            layers.GlobalAveragePooling1D(),
            layers.Dropout(0.4),
            layers.Dense(1, activation="sigmoid"),
        ]
    )


def main() -> None:
    chosen = options(__doc__, epochs=4)
    (texts, y), (test_texts, y_test) = keras.datasets.nsmc.load_data()
    split = layers.TextVectorization(
        max_tokens=2500, standardize=None, split="character", output_sequence_length=LENGTH
    )
    split.adapt(texts)
    x, x_test = np.asarray(split(texts)), np.asarray(split(test_texts))
    keras.set_random_seed(0)
    model = network(split.vocabulary_size())
    model.compile(keras.optimizers.Adam(2e-3), loss="binary_crossentropy", metrics=["accuracy"])
    history = model.fit(x, y, epochs=chosen.epochs, batch_size=128, validation_split=0.1)
    said = model.predict(x_test, verbose=0)[:, 0]
    print(f"{np.mean((said > 0.5) == y_test):.1%} of {len(y_test)} reviews understood")
    for i in np.argsort(-np.abs(said - y_test))[:3]:
        print(
            f"  thought {'good' if said[i] > 0.5 else 'bad'} with {max(said[i], 1 - said[i]):.0%}, is not: {test_texts[i]}"
        )
    draw(history.history, said, y_test)
    save(chosen.out / "film_reviews.png")


def draw(history: dict[str, list[float]], said: np.ndarray, truth: np.ndarray) -> None:
    """The course of the training, and what was said of good and bad reviews."""
    _, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6))
    for name in ("accuracy", "val_accuracy"):
        left.plot(range(1, len(history[name]) + 1), history[name], "o-", label=name)
    left.set(xlabel="epoch", ylabel="accuracy")
    left.legend()
    for kind, name in ((0, "bad"), (1, "good")):
        right.hist(said[truth == kind], bins=30, range=(0, 1), alpha=0.6, label=f"{name} reviews")
    right.set(xlabel="said: probability of a good review", ylabel="reviews")
    right.legend()


if __name__ == "__main__":
    main()
