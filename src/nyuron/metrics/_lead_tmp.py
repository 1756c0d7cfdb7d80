from nyuron.metrics._metric import Metric
from nyuron.core import module, replace
import jax.numpy as jnp
@module
class MeanAbsoluteError(Metric):
    def init(self): return (jnp.zeros(()), jnp.zeros(()))
    def values(self, y, p):
        y = y.astype(p.dtype)
        if y.ndim < p.ndim: y = y[..., None]
        return jnp.mean(jnp.abs(y - p), -1)
    def update(self, s, y, p, weight=None):
        v = self.values(y, p).astype(jnp.float32)
        return (s[0] + v.sum(), s[1] + v.size)
    def result(self, s): return s[0] / jnp.maximum(s[1], 1)
@module
class SparseCategoricalAccuracy(MeanAbsoluteError):
    def values(self, y, p): return (jnp.argmax(p, -1) == y.reshape(-1)).astype(jnp.float32)
@module
class BinaryAccuracy(MeanAbsoluteError):
    def values(self, y, p): return ((p > 0.5).reshape(-1) == (y.reshape(-1) > 0.5)).astype(jnp.float32)
def get(x): return x
def resolve(x, ys, ps):
    if isinstance(x, Metric): return x
    if x in ("mae",): return MeanAbsoluteError(name="mae")
    return BinaryAccuracy(name=x) if ps[-1] == 1 else SparseCategoricalAccuracy(name=x)
