"""Transfer learning: what a network learned of the digits 0–4, used for 5–9 with few examples.

A convolutional network is trained on 0–4. Its features then serve the new digits in two ways: frozen below a new head,
and fine-tuned after that with a small learning rate. A network trained from scratch is the comparison. The learning curve
goes over the number of examples.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt
import numpy as np

import nyuron
from nyuron.layers import Conv2D, Dense, Flatten, MaxPooling2D

EXAMPLES = (1, 3, 10, 30, 100)
"""Of each new digit."""
DRAWS = 3
STEPS = 120
WAYS = ("from scratch", "frozen features", "fine-tuned")


def network() -> tuple[nyuron.Sequential, nyuron.Sequential]:
    """(features, features with a head of five classes)."""
    features = nyuron.Sequential(
        [
            nyuron.Input((28, 28, 1)),
            Conv2D(16, 3, activation="relu"),
            MaxPooling2D(),
            Conv2D(32, 3, activation="relu"),
            MaxPooling2D(),
            Flatten(),
            Dense(64, activation="relu"),
        ],
        name="features",
    )
    return features, nyuron.Sequential([features, Dense(5, activation="softmax", name="head")])


def digits(lowest: int) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Images and classes 0–4 of five digits, for training and for testing."""
    parts = []
    for x, y in nyuron.datasets.mnist.load_data():
        kept = (y >= lowest) & (y < lowest + 5)
        parts.append(((x[kept, ..., None] / 255).astype(np.float32), (y[kept] - lowest).astype(np.int32)))
    return parts[0], parts[1]


def train(model: nyuron.Sequential, data: tuple[np.ndarray, np.ndarray], rate: float, steps: int = STEPS) -> None:
    """About so many steps of at most 50 examples."""
    model.compile(nyuron.optimizers.Adam(rate), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    count = len(data[0])
    size = min(50, count)
    model.fit(*data, batch_size=size, epochs=max(steps * size // count, 1), verbose=0)


def three_ways(
    parts: tuple[nyuron.Sequential, nyuron.Sequential],
    learned: list[np.ndarray],
    first: list[np.ndarray],
    data: tuple[np.ndarray, np.ndarray],
    test: tuple[np.ndarray, np.ndarray],
) -> list[float]:
    """Test accuracies of WAYS, from features that were learned and from weights at the beginning."""
    features, model = parts
    found = []
    features.trainable = True
    model.set_weights(first)
    train(model, data, 1e-3, 2 * STEPS)
    found.append(model.evaluate(*test, verbose=0)[1])
    # The first way of transfer: only the head is trained.
    model.set_weights([*learned, *first[-2:]])
    features.trainable = False
    train(model, data, 3e-3)
    found.append(model.evaluate(*test, verbose=0)[1])
    # The second: then everything is, in small steps.
    features.trainable = True
    train(model, data, 3e-4)
    found.append(model.evaluate(*test, verbose=0)[1])
    return found


def draw(examples: list[int], found: np.ndarray, path: Path) -> None:
    """The learning curves; `found` is by number of examples, draw and way."""
    for way, values in zip(WAYS, np.moveaxis(found, -1, 0), strict=True):
        (line,) = plt.plot(examples, values.mean(1), "o-", label=way)
        plt.fill_between(examples, values.min(1), values.max(1), color=line.get_color(), alpha=0.15, linewidth=0)
    plt.xscale("log")
    plt.xticks(examples, [str(n) for n in examples])
    plt.minorticks_off()
    plt.xlabel("examples of each new digit")
    plt.ylabel("test accuracy on 5-9")
    plt.title(f"What 0-4 taught, used for 5-9 (mean and range of {found.shape[1]} draws)")
    plt.grid(alpha=0.3)
    plt.legend()
    path.parent.mkdir(parents=True, exist_ok=True)
    plt.tight_layout()
    plt.savefig(path, dpi=110)
    print(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("figures"))
    parser.add_argument("--draws", type=int, default=DRAWS, help="of the examples")
    parser.add_argument("--most", type=int, default=max(EXAMPLES), help="examples of each new digit")
    options = parser.parse_args()
    folder, examples = options.out, [count for count in EXAMPLES if count <= options.most]
    nyuron.utils.set_random_seed(0)
    old, test = digits(0)
    features, base = network()
    base.compile("adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    base.fit(*old, batch_size=128, epochs=2, verbose=0)
    print(f"digits 0-4: test accuracy {base.evaluate(*test, verbose=0)[1]:.4f}")

    (x, y), test = digits(5)
    parts = network()
    first = parts[1].get_weights()
    rng = np.random.default_rng(0)
    found = np.zeros((len(examples), options.draws, len(WAYS)))
    for i, count in enumerate(examples):
        for j in range(options.draws):
            chosen = np.concatenate([rng.choice(np.flatnonzero(y == c), count, replace=False) for c in range(5)])
            found[i, j] = three_ways(parts, features.get_weights(), first, (x[chosen], y[chosen]), test)
        means = ", ".join(f"{way} {mean:.3f}" for way, mean in zip(WAYS, found[i].mean(0), strict=True))
        print(f"{count:4} of each: {means}")
    draw(examples, found, folder / "transfer.png")


if __name__ == "__main__":
    main()
