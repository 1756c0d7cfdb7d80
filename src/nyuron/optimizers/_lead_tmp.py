from nyuron.core import module, static, Configurable
import jax, jax.numpy as jnp
@module
class Optimizer(Configurable):
    pass
@module
class FullBatch(Optimizer):
    pass
@module
class SGD(Optimizer):
    learning_rate: float = 0.01
    def init(self, params): return {"iterations": jnp.zeros((), jnp.int32)}
    def update(self, g, s, p):
        return jax.tree.map(lambda w, d: w - self.learning_rate * d, p, g), {"iterations": s["iterations"] + 1}
@module
class Adam(Optimizer):
    learning_rate: float = 0.001
    b1: float = 0.9
    b2: float = 0.999
    eps: float = 1e-7
    def init(self, params):
        z = jax.tree.map(jnp.zeros_like, params)
        return {"iterations": jnp.zeros((), jnp.int32), "m": z, "v": z}
    def update(self, g, s, p):
        t = (s["iterations"] + 1).astype(jnp.float32)
        lr = self.learning_rate * jnp.sqrt(1 - self.b2 ** t) / (1 - self.b1 ** t)
        m = jax.tree.map(lambda m, d: m + (d - m) * (1 - self.b1), s["m"], g)
        v = jax.tree.map(lambda m, d: m + (d * d - m) * (1 - self.b2), s["v"], g)
        p = jax.tree.map(lambda w, m, v: w - lr * m / (jnp.sqrt(v) + self.eps), p, m, v)
        return p, {"iterations": s["iterations"] + 1, "m": m, "v": v}
def get(x):
    if isinstance(x, Optimizer): return x
    return {"sgd": SGD, "adam": Adam, "rmsprop": Adam}[x]()
