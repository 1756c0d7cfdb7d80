"""The Keras face: Sequential, Model, and what they can do. The only room in which things change."""

from nyuron.models._config import clone_model
from nyuron.models._files import load_model
from nyuron.models._model import Model
from nyuron.models._sequential import Sequential

__all__ = ["Model", "Sequential", "clone_model", "load_model"]
