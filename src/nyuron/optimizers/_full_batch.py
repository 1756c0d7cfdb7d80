"""Methods that see all the data in each step: quasi-Newton, conjugate gradients, least squares, Newton."""

from __future__ import annotations

from typing import Any, Protocol

import jax
import jax.numpy as jnp
from jax.flatten_util import ravel_pytree

from nyuron.core import Array, Configurable, Params, Scalar, State, label, module, static
from nyuron.kernels import plain_kernels


class Objective(Protocol):
    """The loss of all the data as a function of the parameters."""

    def value(self, params: Params) -> Array: ...

    def residuals(self, params: Params) -> Array: ...


@module
class FullBatch(Configurable):
    """A method whose step looks at the whole data: one epoch is one iteration::

        init(params) -> state                      with "converged" and "gradient_norm"
        step(objective, state, params) -> (params, state)

    It stops when the gradient's norm falls under `gradient_tolerance`. For small networks on data that fit in memory.
    """

    gradient_tolerance: Scalar = 1e-5
    name: str | None = label(default=None, kw_only=True)

    def init(self, params: Params) -> State:
        """The state before the first iteration."""
        dtype = jax.tree.leaves(params)[0].dtype
        return {
            "iterations": jnp.zeros((), jnp.int32),
            "converged": jnp.zeros((), bool),
            "gradient_norm": jnp.full((), jnp.inf, dtype),
            "memory": self.memory(params),
        }

    def memory(self, params: Params) -> Any:
        """What the method remembers between iterations."""
        return ()

    def iterate(self, objective: Objective, memory: Any, params: Params) -> tuple[Params, Any, Array]:
        """Parameters and memory after an iteration, and the norm of the gradient before it."""
        raise NotImplementedError

    def step(self, objective: Objective, state: State, params: Params) -> tuple[Params, State]:
        """One iteration; parameters whose gradient is small enough stay."""
        new, memory, norm = self.iterate(objective, state["memory"], params)
        is_done = norm < self.gradient_tolerance
        new = jax.tree.map(lambda a, b: jnp.where(is_done, b, a), new, params)
        return new, {
            "iterations": state["iterations"] + 1,
            "converged": is_done,
            "gradient_norm": norm.astype(state["gradient_norm"].dtype),
            "memory": memory,
        }


def _norm(tree: Params) -> Array:
    return jnp.sqrt(sum((jnp.sum(jnp.square(a)) for a in jax.tree.leaves(tree)), jnp.zeros(())))


def _begun(solver: Any, params: Params) -> list[Array]:
    """The first state of an optax solver as plain arrays, which can be kept and saved."""
    return jax.tree.leaves(solver.init(params))


def _restored(solver: Any, leaves: list[Array], params: Params) -> Any:
    return jax.tree.unflatten(jax.tree.structure(jax.eval_shape(solver.init, params)), leaves)


@module
class LBFGS(FullBatch):
    """Quasi-Newton: the inverse Hessian from the last `memory_size` steps, and a zoom line search.

    Source: optax.lbfgs; Nocedal & Wright 2006, algorithm 7.5.
    """

    memory_size: int = static(20)

    def _solver(self) -> Any:
        import optax

        return optax.lbfgs(memory_size=self.memory_size)

    def memory(self, params: Params) -> Any:
        return _begun(self._solver(), params)

    def iterate(self, objective: Objective, memory: Any, params: Params) -> tuple[Params, Any, Array]:
        import optax

        solver = self._solver()
        state = _restored(solver, memory, params)
        # optax mixes integers of two widths.
        with jax.numpy_dtype_promotion("standard"):
            value, grads = optax.value_and_grad_from_state(objective.value)(params, state=state)
            updates, state = solver.update(grads, state, params, value=value, grad=grads, value_fn=objective.value)
        return optax.apply_updates(params, updates), jax.tree.leaves(state), _norm(grads)


@module
class NonlinearCG(FullBatch):
    """Nonlinear conjugate gradients: ``d ← −g + β d`` with Polak–Ribière's β ≥ 0, and a zoom line search.

    Source: Nocedal & Wright 2006, equation 5.45; the line search is optax's.
    """

    def _search(self) -> Any:
        import optax

        return optax.scale_by_zoom_linesearch(max_linesearch_steps=20, curv_rtol=0.1)

    def memory(self, params: Params) -> Any:
        zeros = jax.tree.map(jnp.zeros_like, params)
        return {"direction": zeros, "gradient": zeros, "search": _begun(self._search(), params)}

    def iterate(self, objective: Objective, memory: Any, params: Params) -> tuple[Params, Any, Array]:
        import optax

        value, grads = jax.value_and_grad(objective.value)(params)
        g, back = ravel_pytree(grads)
        before, last = ravel_pytree(memory["gradient"])[0], ravel_pytree(memory["direction"])[0]
        beta = jnp.maximum(g @ (g - before) / jnp.maximum(before @ before, 1e-30), 0.0)
        d = -g + beta * last
        d = jnp.where(d @ g < 0, d, -g)
        search = self._search()
        state = _restored(search, memory["search"], params)
        updates, state = search.update(back(d), state, params, value=value, grad=grads, value_fn=objective.value)
        memory = {"direction": back(d), "gradient": grads, "search": jax.tree.leaves(state)}
        return optax.apply_updates(params, updates), memory, jnp.sqrt(g @ g)


@module
class _Damped(FullBatch):
    """Steps whose damping falls after a success and rises after a failure, which is taken back."""

    initial_damping: Scalar = 1e-2

    def memory(self, params: Params) -> Any:
        dtype = jax.tree.leaves(params)[0].dtype
        return {"damping": jnp.asarray(self.initial_damping, dtype)}

    def proposal(self, objective: Objective, damping: Array, params: Params) -> tuple[Array, Array]:
        """The gradient and the step, as flat vectors."""
        raise NotImplementedError

    def iterate(self, objective: Objective, memory: Any, params: Params) -> tuple[Params, Any, Array]:
        flat, back = ravel_pytree(params)
        damping = memory["damping"]
        g, step = self.proposal(objective, damping, params)
        before, after = objective.value(params), objective.value(back(flat + step))
        is_better = after < before
        new = jnp.where(is_better, flat + step, flat)
        damping = jnp.clip(jnp.where(is_better, damping / 3.0, damping * 4.0), 1e-10, 1e10)
        return back(new), {"damping": damping}, jnp.sqrt(g @ g)


@module
class LevenbergMarquardt(_Damped):
    """``(JᵀJ + μ s I) δ = −Jᵀr`` with s = mean(diag JᵀJ), for losses that are sums of squares; μ falls with success.

    Levenberg's damping, in units of the curvature. Marquardt's own, μ diag(JᵀJ), lets the weights of saturated units run
    away: from 24 starts on a curve that a small network of sigmoids fits, half ended in a flat region.

    Raises: KindError in fit for a loss that has no residuals.
    Source: Levenberg 1944; Hagan & Menhaj 1994; Nocedal & Wright 2006, section 10.3.
    """

    def proposal(self, objective: Objective, damping: Array, params: Params) -> tuple[Array, Array]:
        flat, back = ravel_pytree(params)

        def residuals(w: Array) -> Array:
            return objective.residuals(back(w))

        r = residuals(flat)
        jacobian = jax.jacfwd(residuals) if flat.size <= r.size else jax.jacrev(residuals)
        with plain_kernels():
            j = jacobian(flat)
        normal = j.T @ j
        scale = jnp.maximum(jnp.mean(jnp.diag(normal)), 1e-8)
        step = jnp.linalg.solve(normal + damping * scale * jnp.eye(flat.size, dtype=flat.dtype), -(j.T @ r))
        return 2.0 * (j.T @ r), step


@module
class Newton(_Damped):
    """``δ = −V (|Λ| + μ)⁻¹ Vᵀ g`` with the Hessian's eigenvalues Λ: downhill also where the loss is not convex.

    Source: Nocedal & Wright 2006, section 3.4; Dauphin et al. 2014 (absolute eigenvalues).
    """

    def proposal(self, objective: Objective, damping: Array, params: Params) -> tuple[Array, Array]:
        flat, back = ravel_pytree(params)

        def value(w: Array) -> Array:
            return objective.value(back(w))

        with plain_kernels():
            g, hessian = jax.grad(value)(flat), jax.hessian(value)(flat)
        values, vectors = jnp.linalg.eigh(hessian)
        return g, -vectors @ ((vectors.T @ g) / (jnp.abs(values) + damping))
