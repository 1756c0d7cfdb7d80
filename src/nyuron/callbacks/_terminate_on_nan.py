"""Stopping at a loss that is no number."""

from __future__ import annotations

from typing import Any

from nyuron.callbacks._callback import Callback, say
from nyuron.core import StateError


class TerminateOnNaN(Callback):
    """Stop at a loss that is not finite. A fit always does, and costs nothing; this says it in Keras's words.

    With `raise_error` the fit ends with an exception.

    Differs from Keras: the model keeps the weights of the last finite loss.
    Raises: StateError in fit, if `raise_error`.
    Source: keras.callbacks.TerminateOnNaN.
    Example:
        >>> TerminateOnNaN(raise_error=True).raise_error
        True
    """

    def __init__(self, raise_error: bool = False) -> None:
        super().__init__()
        self.raise_error = raise_error

    def on_non_finite(self, batch: int, logs: Any = None) -> None:
        """The run has come upon such a loss in this batch."""
        if self.raise_error:
            raise StateError(
                f"NaN or Inf loss encountered at batch {batch}; training has ended",
                who="TerminateOnNaN",
                expected="a finite loss",
                got=(logs or {}).get("loss"),
                fix="a smaller learning rate, clipnorm=1.0, or standardised inputs",
            )
        say(f"Batch {batch}: Invalid loss, terminating training")
        self.model.stop_training = True
