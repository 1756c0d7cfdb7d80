"""What happens inside a network, for any input: outputs, gradients and deltas of every layer, by name."""

from nyuron.explain._trace import Trace, trace

__all__ = ["Trace", "trace"]
