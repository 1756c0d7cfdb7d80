"""The path of each optimizer over a bowl, a valley and a surface with many minima; and a constrained problem by SciPy."""

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from _figure import save
from scipy.optimize import minimize

from nyuron import optimizers

SURFACES = {
    "round bowl": lambda p: p[0] ** 2 + p[1] ** 2,
    "stretched valley": lambda p: 0.05 * p[0] ** 2 + 2 * p[1] ** 2,
    "many minima": lambda p: 0.1 * (p[0] ** 2 + p[1] ** 2) - jnp.cos(2 * p[0]) - jnp.cos(2 * p[1]),
}
METHODS = {
    "gradient descent": optimizers.SGD(0.1),
    "too large a step": optimizers.SGD(0.49),
    "momentum": optimizers.SGD(0.03, momentum=0.9),
    "Nesterov": optimizers.SGD(0.03, momentum=0.9, nesterov=True),
    "AdaGrad": optimizers.Adagrad(0.8),
    "RMSprop": optimizers.RMSprop(0.1),
    "Adam": optimizers.Adam(0.2),
    "L-BFGS": optimizers.LBFGS(),
}


def path(method, surface, steps=60):
    """The points that the method visits, until the gradient is small."""
    p = jnp.array([-2.6, 1.4])
    state, points = method.init(p), [p]

    class Objective:
        value = staticmethod(surface)

    for _ in range(steps):
        g = jax.grad(surface)(p)
        if jnp.linalg.norm(g) < 1e-3:
            break
        full = isinstance(method, optimizers.FullBatch)
        p, state = method.step(Objective, state, p) if full else method.update(g, state, p)
        points.append(p)
    return np.array(points)


a = np.linspace(-3.2, 3.2, 160)
grid = np.stack(np.meshgrid(a, a))
figure, axes = plt.subplots(1, 4, figsize=(18, 4.6))
for axis, (title, surface) in zip(axes, SURFACES.items(), strict=False):
    axis.contour(a, a, surface(grid), levels=24, colors="0.8", linewidths=0.7)
    for name, method in METHODS.items():
        points = path(method, surface)
        axis.plot(*points.T, ".-", ms=3, lw=1, label=f"{name} ({len(points) - 1})")
    axis.set(title=title, xlim=(-3.2, 3.2), ylim=(-3.2, 3.2))
    axis.legend(fontsize=6, loc="lower right", title="steps", title_fontsize=6)


def cost(p):
    return (p[0] - 2) ** 2 + (p[1] - 1) ** 2


limits = [
    {"type": "ineq", "fun": lambda p: 1 - p[0] ** 2 - p[1] ** 2},
    {"type": "eq", "fun": lambda p: p[0] - 2 * p[1]},
]
visited = [np.array([-1.0, 0.5])]
found = minimize(
    cost, visited[0], constraints=limits, method="trust-constr", callback=lambda p, *_: visited.append(p.copy())
)
axes[3].contour(a, a, cost(grid), levels=24, colors="0.8", linewidths=0.7)
axes[3].add_patch(plt.Circle((0, 0), 1, fill=False, color="C0"))
axes[3].plot(a, a / 2, color="C2", lw=1)
axes[3].plot(*np.array(visited).T, ".-", color="C3")
axes[3].set(title="min f(x), g(x) ≤ 0, h(x) = 0: interior point", xlim=(-2, 2), ylim=(-2, 2))
print("constrained minimum:", found.x.round(3))
save("optimizer_paths")
