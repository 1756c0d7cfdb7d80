from typing import Any
from nyuron.core import module, static
import jax, jax.numpy as jnp
from nyuron.layers._layer import Layer
from nyuron.layers._call import *
from nyuron.layers._resolve import resolve
from nyuron.layers._symbolic import Node, SymbolicTensor
@module
class InputLayer(Layer):
    batch_shape: Any = static(None)
def Input(shape=None, batch_size=None, dtype="float32", name=None):
    l = InputLayer(batch_shape=(batch_size, *shape), dtype=dtype, name=name)
    return SymbolicTensor((None, *shape), dtype, Node(l, ()))
@module
class Flatten(Layer):
    def apply(self, params, state, x, *, call): return x.reshape(x.shape[0], -1), state
@module
class Activation(Layer):
    activation: Any = static("linear")
    def __post_init__(self):
        super().__post_init__(); resolve(self)
    def apply(self, params, state, x, *, call): return self.activation(x), state
@module
class Softmax(Layer):
    axis: int = static(-1)
    def apply(self, params, state, x, *, call): return jax.nn.softmax(x), state
@module
class Dropout(Layer):
    rate: float = 0.5
    def apply(self, params, state, x, *, call):
        if not call.training: return x, state
        bits = jax.random.bits(call.key, x.shape, jnp.uint8)
        keep = bits >= jnp.asarray(self.rate * 256).astype(jnp.uint8)
        return jnp.where(keep, x / (1 - self.rate), 0), state
