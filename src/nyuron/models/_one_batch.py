"""train_on_batch: one step of training on one batch."""

from __future__ import annotations

import warnings
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from nyuron.core import next_seed, seed_data
from nyuron.layers import join_frozen, split_frozen
from nyuron.models._fit import named_logs
from nyuron.models._prepare import need_compiled, prepare, reusable, task_for
from nyuron.train import (
    Batch,
    NonFiniteLossWarning,
    Task,
    numbers_as_arrays,
    on_device,
    results,
    start_state,
    train_step,
)


@jax.jit
def _one_step(task: Task, frozen: Any, run: Any, batch: Batch) -> tuple[Any, Any]:
    new = train_step(task, frozen, run, batch, run.step)
    return new, results(task, new.sums)


def train_on_batch(model: Any, x: Any, y: Any, sample_weight: Any, class_weight: Any, return_dict: bool) -> Any:
    """See Model.train_on_batch."""
    who = f"{model.name}.train_on_batch"
    need_compiled(model, who)
    batch = on_device(prepare(model, x, y, sample_weight, class_weight, who))
    task, names = task_for(model, batch[1])
    task = numbers_as_arrays(task)
    params, frozen = split_frozen(task.graph, model.slot.params)
    key = model._programs.setdefault("batch_key", seed_data(next_seed()))
    state = start_state(task, params, model.slot.state, None, 0, optimizer=reusable(model, task, params))
    state = state._replace(key=key, epoch=jnp.asarray(state.optimizer["iterations"], jnp.int32))
    new, values = _one_step(task, frozen, state, batch)
    if not np.isfinite(float(values[0])):
        warnings.warn(
            f"{who}: the loss is not finite; the weights are left as they were", NonFiniteLossWarning, stacklevel=3
        )
    else:
        model.put_weights(join_frozen(new.params, frozen), new.layers)
        model.optimizer_state = new.optimizer
    logs = named_logs(names, jax.device_get(values), False)
    return logs if return_dict else list(logs.values()) if len(logs) > 1 else logs["loss"]
