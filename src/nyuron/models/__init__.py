"""The Keras face: Sequential, Model, and what they can do. The only room in which things change."""

from nyuron.models._config import clone_model
from nyuron.models._costs import Cost, costs_of
from nyuron.models._files import load_model
from nyuron.models._model import Model
from nyuron.models._sequential import Sequential

__all__ = ["Cost", "Model", "Sequential", "clone_model", "costs_of", "load_model"]
