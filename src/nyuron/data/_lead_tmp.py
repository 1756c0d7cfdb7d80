import numpy as np
def as_arrays(x):
    a = np.asarray(x)
    return a.astype(np.float32) if a.dtype == np.float64 else a.astype(np.int32) if a.dtype == np.int64 else a
def is_batched_source(x): return hasattr(x, "__next__")
def batches_of(s):
    for b in s: yield (*b, None)[:3] if len(b) == 2 else b
def prefetch(it, depth=1): return iter(it)
