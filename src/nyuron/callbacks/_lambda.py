"""A callback made of functions."""

from __future__ import annotations

from collections.abc import Callable

from nyuron.callbacks._callback import Callback
from nyuron.core import ArgumentError, nearest


class LambdaCallback(Callback):
    """A callback made of functions, one per hook that is to do something; they get the hook's arguments.

    Raises: ArgumentError for a name that is no hook.
    Source: keras.callbacks.LambdaCallback.
    Example:
        >>> seen = []
        >>> LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(epoch)).on_epoch_end(0, {})
        >>> seen
        [0]
    """

    def __init__(
        self,
        on_epoch_begin: Callable[..., object] | None = None,
        on_epoch_end: Callable[..., object] | None = None,
        on_train_begin: Callable[..., object] | None = None,
        on_train_end: Callable[..., object] | None = None,
        on_train_batch_begin: Callable[..., object] | None = None,
        on_train_batch_end: Callable[..., object] | None = None,
        **hooks: Callable[..., object] | None,
    ) -> None:
        super().__init__()
        named = {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
            "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end,
        }
        known = [name for name in dir(Callback) if name.startswith("on_")]
        for name, function in {**named, **hooks}.items():
            if name not in known:
                raise ArgumentError(
                    f"there is no hook {name!r}",
                    who="LambdaCallback",
                    expected=known,
                    got=name,
                    fix=f"did you mean {guess}=…?"
                    if (guess := nearest(name, known))
                    else "name the hook by its moment: on_epoch_end=…",
                )
            if function is not None:
                setattr(self, name, function)
