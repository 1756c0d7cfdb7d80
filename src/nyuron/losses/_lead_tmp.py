from nyuron.losses._loss import Loss
from nyuron.core import module, static, replace
import jax.numpy as jnp, jax
@module
class MeanSquaredError(Loss):
    def per_example(self, y, p):
        y = y.astype(p.dtype)
        if y.ndim < p.ndim: y = y[..., None]
        return jnp.mean((y - p) ** 2, -1)
    def residuals(self, y, p):
        y = y.astype(p.dtype)
        if y.ndim < p.ndim: y = y[..., None]
        return y - p
    def __call__(self, y, p, sample_weight=None, mask=None):
        v = self.per_example(y, p)
        if sample_weight is not None: v = v * sample_weight
        return jnp.mean(v)
@module
class SparseCategoricalCrossentropy(MeanSquaredError):
    from_logits: bool = static(False)
    ignore_class: int | None = static(None)
    logits_activation = "softmax"
    def with_logits(self): return replace(self, from_logits=True)
    def per_example(self, y, p):
        lp = jax.nn.log_softmax(p) if self.from_logits else jnp.log(p)
        return -jnp.take_along_axis(lp, y.reshape(-1, 1).astype(jnp.int32), 1)[:, 0]
@module
class BinaryCrossentropy(MeanSquaredError):
    from_logits: bool = static(False)
    logits_activation = "sigmoid"
    def with_logits(self): return replace(self, from_logits=True)
    def per_example(self, y, p):
        y = y.astype(p.dtype)
        if y.ndim < p.ndim: y = y[..., None]
        return jnp.mean(jnp.maximum(p, 0) - p * y + jnp.log1p(jnp.exp(-jnp.abs(p))), -1)
def get(x, y_shape=None, pred_shape=None):
    if isinstance(x, Loss): return x
    return {"mse": MeanSquaredError, "sparse_categorical_crossentropy": SparseCategoricalCrossentropy, "binary_crossentropy": BinaryCrossentropy}[x]()
