"""Rosenblatt's perceptron on the Boolean operations, and its failure on XOR.

y = step(w·x + b); the rule corrects only by the error: w ← w + η (t − y) x.
"""

import matplotlib.pyplot as plt
import numpy as np
from _figure import save

from nyuron import datasets
from nyuron.activations import step


def learn(x, t, rate=0.1, epochs=50):
    """Weights, bias, and how many of the four points were wrong in each epoch."""
    w, b, mistakes = np.zeros(2), 0.0, []
    for _ in range(epochs):
        wrong = 0
        for xi, ti in zip(x, t, strict=True):
            error = ti - float(step(np.float32(w @ xi + b)))
            w, b, wrong = w + rate * error * xi, b + rate * error, wrong + (error != 0)
        mistakes.append(wrong)
    return w, b, mistakes


figure, axes = plt.subplots(2, 4, figsize=(12, 5.5), height_ratios=[2, 1])
for (top, bottom), name in zip(axes.T, ("and", "or", "nand", "xor"), strict=True):
    (x, t), _ = datasets.boolean.load_data(name)
    w, b, mistakes = learn(x, t)
    a = np.linspace(-0.4, 1.4, 200)
    plane = np.stack(np.meshgrid(a, a), -1) @ w + b
    top.contourf(a, a, plane >= 0, levels=[-0.5, 0.5, 1.5], colors=["#f3f5f8", "#d5e3fb"])
    top.scatter(*x.T, c=t, cmap="coolwarm", s=120, edgecolor="k")
    top.set_title(f"{name.upper()}: {'solved' if mistakes[-1] == 0 else 'never solved'}")
    bottom.plot(mistakes)
    bottom.set(xlabel="epoch", ylabel="mistakes", ylim=(-0.2, 4.2))
    print(name, "mistakes in the last epoch:", mistakes[-1])
save("perceptron")
