"""The callbacks of a fit, driven together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from nyuron.callbacks._callback import OLDER_NAMES, Callback, Logs, overrides
from nyuron.callbacks._early_stopping import EarlyStopping
from nyuron.callbacks._history import History

_EPOCH_HOOKS = ("on_epoch_begin", "on_epoch_end")
_BATCH_HOOKS = ("on_batch_begin", "on_batch_end", "on_train_batch_begin", "on_train_batch_end")
_TEST_HOOKS = (
    "on_test_begin",
    "on_test_end",
    "on_test_batch_begin",
    "on_test_batch_end",
)


class CallbackList(Callback):
    """Callbacks driven together, in order; calling a hook of the list calls it of each.

    `callbacks` is one callback or nested lists of them. `add_history` adds a History if there is none. `inside` is the
    EarlyStopping whose work the compiled run does.

    Source: keras.callbacks.CallbackList.
    Example:
        >>> watched = CallbackList([Callback()], add_history=True)
        >>> watched.on_epoch_end(0, {"loss": 0.5})
        >>> watched.callbacks[-1].history
        {'loss': [0.5]}
    """

    def __init__(
        self,
        callbacks: Any = None,
        add_history: bool = False,
        add_progbar: bool = False,
        model: Any = None,
        inside: EarlyStopping | None = None,
        **params: Any,
    ) -> None:
        super().__init__()
        del add_progbar  # What a fit shows is no callback here.
        self.callbacks: list[Any] = list(flattened(callbacks))
        self.inside_stopper = inside
        if add_history and not any(isinstance(c, History) for c in self.callbacks):
            self.callbacks.append(History())
        self.set_model(model)
        self.set_params(params)

    def set_model(self, model: Any) -> None:
        super().set_model(model)
        for callback in self.callbacks:
            callback.set_model(model)

    def set_params(self, params: dict[str, Any]) -> None:
        super().set_params(params)
        for callback in self.callbacks:
            callback.set_params(params)

    def append(self, callback: Any) -> None:
        """Add a callback at the end."""
        self.callbacks.append(callback)

    @property
    def wants_epochs(self) -> bool:
        """Whether any callback must be asked after every epoch."""
        return any(self.hears(hook) for hook in _EPOCH_HOOKS)

    @property
    def wants_batches(self) -> bool:
        """Whether any callback must be asked after every step of training."""
        return any(self.hears(hook) for hook in _BATCH_HOOKS)

    @property
    def wants_steps(self) -> bool:
        """Whether any callback must be asked after every step of training, or in validations."""
        return self.wants_batches or any(self.hears(hook) for hook in _TEST_HOOKS)

    def hears(self, hook: str) -> bool:
        """Whether any callback does something in this hook."""
        names = (hook, OLDER_NAMES[hook]) if hook in OLDER_NAMES else (hook,)
        return any(overrides(c, names) for c in self.callbacks if not self._is_done_inside(c, hook))

    def _is_done_inside(self, callback: Any, hook: str) -> bool:
        return callback is self.inside_stopper and hook == "on_epoch_end"

    def call(self, hook: str, *arguments: Any) -> None:
        """Call one hook of every callback that has it."""
        for callback in self.callbacks:
            called = getattr(callback, hook, None)
            if called is not None and not self._is_done_inside(callback, hook):
                called(*arguments)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.callbacks)


def flattened(callbacks: Any) -> Iterator[Any]:
    """The callbacks of one, a list, or nested lists of them."""
    if callbacks is None:
        return
    if isinstance(callbacks, Mapping):
        callbacks = list(callbacks.values())
    if isinstance(callbacks, CallbackList):
        callbacks = callbacks.callbacks
    if not isinstance(callbacks, list | tuple | set):
        yield callbacks
        return
    for entry in callbacks:
        yield from flattened(entry)


def _forwarding(hook: str, takes_number: bool) -> Any:
    def numbered(self: CallbackList, number: int, logs: Logs | None = None) -> None:
        self.call(hook, number, {} if logs is None else logs)

    def plain(self: CallbackList, logs: Logs | None = None) -> None:
        self.call(hook, {} if logs is None else logs)

    made = numbered if takes_number else plain
    made.__name__, made.__qualname__ = hook, f"CallbackList.{hook}"
    made.__doc__ = getattr(Callback, hook).__doc__
    return made


for _hook in [name for name in vars(Callback) if name.startswith("on_")]:
    setattr(CallbackList, _hook, _forwarding(_hook, "batch" in _hook or "epoch" in _hook))
