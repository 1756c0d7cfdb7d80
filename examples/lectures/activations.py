"""The lectures' activations, each with its derivative by automatic differentiation."""

import jax
import matplotlib.pyplot as plt
import numpy as np
from _figure import save

from nyuron import activations

names = ["step", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "softplus", "linear"]
x = np.linspace(-4, 4, 401, dtype="float32")
figure, axes = plt.subplots(2, 4, figsize=(12, 5.5), sharex=True)
for axis, name in zip(axes.ravel(), names, strict=True):
    function = activations.get(name)
    axis.plot(x, function(x), label="φ", lw=2)
    axis.plot(x, jax.vmap(jax.grad(function))(x), "--", label="φ′")
    axis.axhline(0, color="0.8", lw=0.8, zorder=0)
    axis.set(title=name, ylim=(-1.6, 3.2))
axes[0, 0].legend()
save("activations")
