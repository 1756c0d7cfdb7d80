"""Forward signals and the deltas that travel back, for one example, beside finite differences.

E = ½ (y − t)²;  δ = (y − t) · y (1 − y) at the output;  δₕ = φ′(net) · Σ w δ below;  ∂E/∂w = δ · signal.
"""

import itertools

import matplotlib.pyplot as plt
import numpy as np
from _figure import save

rng = np.random.default_rng(3)
sizes = [2, 3, 2, 1]
weights = [rng.normal(size=(m, n)) for m, n in itertools.pairwise(sizes)]
biases = [rng.normal(size=n) * 0.1 for n in sizes[1:]]
example, target = np.array([0.8, -0.5]), 1.0


def sigmoid(v):
    return 1 / (1 + np.exp(-v))


def forward(weights):
    """The signal of every layer, from the input on."""
    signals = [example]
    for w, b in zip(weights, biases, strict=True):
        signals.append(sigmoid(signals[-1] @ w + b))
    return signals


def error(weights):
    return 0.5 * float(((forward(weights)[-1] - target) ** 2).sum())


signals = forward(weights)
deltas = [(signals[-1] - target) * signals[-1] * (1 - signals[-1])]
for w, s in zip(weights[:0:-1], signals[-2:0:-1], strict=True):
    deltas.insert(0, (w @ deltas[0]) * s * (1 - s))
gradients = [np.outer(s, d) for s, d in zip(signals, deltas, strict=False)]

worst = 0.0
for layer, w in enumerate(weights):
    for place in np.ndindex(w.shape):
        changed = [v.copy() for v in weights]
        changed[layer][place] += 1e-6
        up = error(changed)
        changed[layer][place] -= 2e-6
        worst = max(worst, abs((up - error(changed)) / 2e-6 - gradients[layer][place]))
print(f"largest difference from finite differences: {worst:.1e}")

figure, axis = plt.subplots(figsize=(9, 4.6))
at = [[(i, j - (n - 1) / 2) for j in range(n)] for i, n in enumerate(sizes)]
for layer, w in enumerate(weights):
    for i, j in np.ndindex(w.shape):
        (x0, y0), (x1, y1) = at[layer][i], at[layer + 1][j]
        axis.plot([x0, x1], [y0, y1], color="#2f6fde" if w[i, j] > 0 else "#e07b39", lw=0.6 + abs(w[i, j]), alpha=0.6)
for layer, places in enumerate(at):
    for j, (x, y) in enumerate(places):
        axis.scatter(x, y, s=1500, c=[signals[layer][j]], cmap="Blues", vmin=-1, vmax=1.2, edgecolor="k", zorder=3)
        axis.text(x, y, f"{signals[layer][j]:.2f}", ha="center", va="center", zorder=4)
        if layer:
            axis.text(x, y - 0.36, f"δ = {deltas[layer - 1][j]:+.4f}", ha="center", color="#b3261e", fontsize=9)
axis.set_title("signals in the units, deltas below them (blue weights are positive)")
axis.set_axis_off()
axis.margins(0.1, 0.2)
save("backpropagation")
