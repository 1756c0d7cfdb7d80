"""Numbers written out in Korean, translated into digits: 삼백이십일 → 321.

Two networks that read the syllables and write digit by digit: a GRU that looks back at what it read by attention, and a
Transformer. Both are measured on numbers that they have never seen. The figure shows where the first one looks while it
writes.
"""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from _figure import options, save

import nyuron as keras
from nyuron import layers

READ, WRITTEN = 12, 7
"""Most syllables, and most signs with the end."""
SYLLABLES = "영일이삼사오육칠팔구십백천만"
SIGNS = 13
"""Of what is written: 0 padding, 1–10 the digits, 11 the end, 12 the beginning."""
END, BEGIN = 11, 12
ROMANISED = dict(
    zip(
        SYLLABLES,
        ["yeong", "il", "i", "sam", "sa", "o", "yuk", "chil", "pal", "gu", "sip", "baek", "cheon", "man"],
        strict=True,
    )
)


def encoded(words: np.ndarray) -> np.ndarray:
    """Syllables as numbers from 1, filled up with 0."""
    rows = [[SYLLABLES.index(s) + 1 for s in word] for word in words]
    return keras.utils.pad_sequences(rows, maxlen=READ, padding="post")


def answers(digits: np.ndarray) -> np.ndarray:
    """Digits as 1–10, the end, padding."""
    rows = [[int(d) + 1 for d in number] + [END] for number in digits]
    return keras.utils.pad_sequences(rows, maxlen=WRITTEN, padding="post")


def before(written: np.ndarray) -> np.ndarray:
    """What had been written before each sign."""
    return np.concatenate([np.full((len(written), 1), BEGIN), written[:, :-1]], axis=1).astype(np.int32)


def recurrent() -> tuple[keras.Model, keras.Model]:
    """A GRU with attention; and the same network giving the attention alone."""
    read = layers.Input((READ,), dtype="int32")
    written = layers.Input((WRITTEN,), dtype="int32")
    seen = layers.Embedding(len(SYLLABLES) + 1, 32, mask_zero=True)(read)
    memory = layers.Bidirectional(layers.GRU(64, return_sequences=True))(seen)
    state = layers.GRU(128, return_sequences=True)(layers.Embedding(SIGNS, 32)(written))
    context, scores = layers.Attention(use_scale=True)([state, memory], return_attention_scores=True)
    both = layers.Concatenate()([state, context])
    said = layers.Dense(SIGNS, activation="softmax")(layers.Dense(128, activation="relu")(both))
    return keras.Model([read, written], said), keras.Model([read, written], scores)


def transformer() -> keras.Model:
    read = layers.Input((READ,), dtype="int32")
    written = layers.Input((WRITTEN,), dtype="int32")
    memory = layers.TokenAndPositionEmbedding(len(SYLLABLES) + 1, READ, 64, mask_zero=True)(read)
    memory = layers.TransformerEncoder(128, 4)(memory)
    state = layers.TokenAndPositionEmbedding(SIGNS, WRITTEN, 64)(written)
    for _ in range(2):
        state = layers.TransformerDecoder(128, 4)(state, memory)
    return keras.Model([read, written], layers.Dense(SIGNS, activation="softmax")(state))


def translate(model: keras.Model, read: np.ndarray) -> np.ndarray:
    """What the network writes by itself, sign by sign, always the likeliest."""
    written = np.zeros((len(read), WRITTEN), np.int32)
    for place in range(WRITTEN):
        said = model.predict([read, before(written)], batch_size=512, verbose=0)
        written[:, place] = said[:, place].argmax(-1)
    has_ended = np.cumsum(written == END, axis=1) - (written == END) > 0
    return np.where(has_ended, 0, written)


def text(written: np.ndarray) -> str:
    return "".join(str(sign - 1) for sign in written if 1 <= sign <= 10)


def main() -> None:
    chosen = options(__doc__, epochs=15)
    (words, digits), (test_words, test_digits) = keras.datasets.korean_numbers.load_data()
    read, written = encoded(words), answers(digits)
    keras.set_random_seed(0)
    (gru, looks), attentive = recurrent(), transformer()
    for name, model in (("GRU with attention", gru), ("Transformer", attentive)):
        model.compile(keras.optimizers.Adam(2e-3), loss="sparse_categorical_crossentropy")
        # Padding after the end is not learned.
        weights = (written != 0).astype(np.float32)
        model.fit(
            [read, before(written)], written, sample_weight=weights, epochs=chosen.epochs, batch_size=128, verbose=0
        )
        said = [text(row) for row in translate(model, encoded(test_words))]
        right = np.mean([a == b for a, b in zip(said, test_digits, strict=True)])
        print(f"{name}: {right:.2%} of {len(said)} unseen numbers exactly right")
        for i in [i for i, (a, b) in enumerate(zip(said, test_digits, strict=True)) if a != b][:3]:
            print(f"  {test_words[i]} is {test_digits[i]}, said {said[i]}")
    draw(gru, looks, max(test_words, key=len), "십만이십")
    save(chosen.out / "korean_numbers.png")


def draw(gru: keras.Model, looks: keras.Model, *words: str) -> None:
    """Where the network looks while it writes each sign."""
    _, axes = plt.subplots(1, len(words), figsize=(11, 4))
    for axis, word in zip(axes, words, strict=True):
        read = encoded(np.array([word]))
        written = translate(gru, read)
        signs = [*text(written[0]), "end"]
        scores = looks.predict([read, before(written)], verbose=0)[0, : len(signs), : len(word)]
        axis.imshow(scores, cmap="Greens", vmin=0, vmax=1)
        axis.set_xticks(range(len(word)), [ROMANISED[s] for s in word], rotation=45, ha="right")
        axis.set_yticks(range(len(signs)), signs)
        axis.set(xlabel="read", ylabel="written")
        axis.set_title(text(written[0]))


if __name__ == "__main__":
    main()
