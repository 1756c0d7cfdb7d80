"""A figure on each validation row by itself, from which the spread of its mean is known."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from nyuron.core import kept_program, replace
from nyuron.layers import Call, join_frozen
from nyuron.populations import Job
from nyuron.train import Batch, PackedRun, Task, Trained, numbers_as_arrays, packing_of

MOST_ROWS = 2048
"""More rows are averaged in blocks: the spread of a mean is the same."""


def row_figures(job: Job, trained: Trained, place: int) -> np.ndarray | None:
    """The figure at `place` among the logs on each validation row, or on blocks of rows.

    None where it is no mean over rows, as the area under a curve is not, and for models of several outputs.

    Shapes: -> (rows,), at most 2 048.
    """
    data, rows = job.ground.validation, job.member.validation_rows
    if data is None or len(job.member.task.heads) != 1:
        return None
    rows = np.arange(data[0][0].shape[0]) if rows is None else np.asarray(rows)
    size = min(1 << (len(rows) - 1).bit_length(), 1024)
    # Without the optimizer, which would make it another program.
    task = numbers_as_arrays(replace(job.member.task, optimizer=None))
    params = join_frozen(trained.params, job.member.frozen)
    parts = []
    for start in range(0, len(rows), size):
        chosen = np.resize(rows[start : start + size], size)
        batch = jax.tree.map(lambda a: np.asarray(a)[chosen], data)  # noqa: B023
        packing = packing_of(task, batch, size)
        if packing is None:
            parts.append(np.asarray(_figures(task, params, trained.layers, batch, place, False)))
        else:
            parts.append(np.asarray(_figures(packing.task, packing.weights(params), (), batch, place, True)))
    found = np.concatenate(parts)[: len(rows)].astype(np.float64)
    if place and not np.isclose(found.mean(), _whole(job, trained, place), rtol=1e-3, atol=1e-5):
        return None
    if len(found) <= MOST_ROWS:
        return found
    blocks = np.random.default_rng(0).permutation(len(found)) % MOST_ROWS
    return np.bincount(blocks, found) / np.bincount(blocks)


def _whole(job: Job, trained: Trained, place: int) -> float:
    """The figure as it was logged at the epoch whose weights were kept."""
    values = np.asarray(trained.logs[len(job.names) + place], np.float64)
    rule = job.member.rule
    if rule is None or not rule.restores_best or rule.monitor != len(job.names) + place:
        return float(values[-1])
    sign = float(np.asarray(rule.sign))
    return float(sign * np.nanmax(sign * values))


@kept_program(static_argnums=(4, 5))
def _figures(task: Task, params: Any, layers: Any, batch: Batch, place: int, is_packed: bool) -> Any:
    xs, ys, ws = batch
    head = task.heads[0]
    output: Any
    mask: Any = None
    if is_packed:
        output = PackedRun(task, batch).outputs(params, jnp.arange(xs[0].shape[0], dtype=jnp.int32))
    else:
        done = task.graph.forward(params, layers, *xs, call=Call())
        output, mask = done.output, done.mask
    if isinstance(output, tuple):
        output, mask = output[0], mask[0]  # type: ignore[index]

    def one(y: Any, said: Any, weight: Any, own: Any) -> Any:
        y, said = y[None], said[None]
        weight, own = None if weight is None else weight[None], None if own is None else own[None]
        if place == 0:
            return jnp.asarray(head.loss(y, said, sample_weight=weight, mask=own))
        metric = (*head.metrics, *head.weighted_metrics)[place - 1]
        kept = None if own is None else own.astype(jnp.float32)
        return jnp.asarray(metric.result(metric.update(metric.init(), y, head.predict(said), kept)))

    return jax.vmap(one)(ys[0], output, ws[0], mask)
