"""The Keras face: Sequential, Model, and what they can do. The only room in which things change."""

from nyuron.models._model import Model
from nyuron.models._sequential import Sequential

__all__ = ["Model", "Sequential"]
