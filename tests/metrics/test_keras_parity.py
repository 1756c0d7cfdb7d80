"""Metrics against real Keras, over two batches of different size."""

import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nyuron import core, metrics
from oracle import keras_oracle

RNG = np.random.default_rng(0)
N = 40
P = RNG.dirichlet(np.ones(6), N).astype("float32")
ONE_HOT = np.eye(6, dtype="float32")[RNG.integers(0, 6, N)]
LABELS = RNG.integers(0, 6, N).astype("int32")
BINARY = RNG.integers(0, 2, (N, 1)).astype("float32")
UNIT = RNG.uniform(size=(N, 1)).astype("float32")
REAL = RNG.normal(size=(N, 1)).astype("float32")
WEIGHT = RNG.uniform(size=N).astype("float32")
AT = {"PrecisionAtRecall": "recall", "RecallAtPrecision": "precision"}
AT |= {"SensitivityAtSpecificity": "specificity", "SpecificityAtSensitivity": "sensitivity"}
OVER_BINARY = {"AUC", "Precision", "Recall", "BinaryAccuracy", "BinaryCrossentropy", "Hinge", "SquaredHinge", *AT}
OVER_BINARY |= {"FalseNegatives", "FalsePositives", "TrueNegatives", "TruePositives"}
SPECIAL = {
    "Metric",
    "Mean",
    "Sum",
    "MeanIoU",
    "F1Score",
    "FBetaScore",
    "IoU",
    "BinaryIoU",
    "OneHotIoU",
    "OneHotMeanIoU",
}
NAMES = [n for n in metrics.__all__ if n[0].isupper() and n not in SPECIAL]


def data_for(name):
    if name in OVER_BINARY:
        return BINARY, UNIT
    if name.startswith("Sparse"):
        return LABELS, P
    if "Categorical" in name or name in ("KLDivergence", "Poisson", "CosineSimilarity", "PearsonCorrelation"):
        return ONE_HOT, P
    if name == "Accuracy":
        return BINARY, (UNIT > 0.5).astype("float32")
    return (BINARY + 1, UNIT) if "Logarithmic" in name else (REAL, REAL + 0.3 * UNIT)


EXTRA = [("AUC", {"curve": "PR"}), ("AUC", {"num_thresholds": 50}), ("Precision", {"thresholds": [0.2, 0.7]})]


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("name", "options"), [*((n, {}) for n in NAMES), *EXTRA])
def test_two_batches(name, options, weighted):
    y, p = data_for(name)
    w = WEIGHT if weighted else None
    options = {**options, **({AT[name]: 0.6} if name in AT else {})}
    ours = getattr(metrics, name)(**options)
    with keras_oracle():
        import keras

        theirs = getattr(keras.metrics, name)(**options)
    for rows in (slice(0, 17), slice(17, N)):
        weight = None if w is None else w[rows]
        ours.update_state(y[rows], p[rows], weight)
        with keras_oracle():
            theirs.update_state(y[rows], p[rows], weight)
    with keras_oracle():
        expected = np.asarray(theirs.result())
    np.testing.assert_allclose(ours.result(), expected, rtol=2e-4, atol=2e-5)
    assert ours.name == re.sub(r"_\d+$", "", theirs.name)  # Keras counts its instances.
    assert core.from_config(core.to_config(ours)).get_config() == ours.get_config()


@pytest.mark.parametrize("average", [None, "micro", "macro", "weighted"])
def test_f1(average):
    from sklearn.metrics import f1_score

    ours = metrics.F1Score(average=average)
    expected = f1_score(ONE_HOT.argmax(1), P.argmax(1), average=average, labels=range(6), zero_division=0)
    np.testing.assert_allclose(ours(ONE_HOT, P), expected, atol=1e-5)


def test_auc_and_r2_against_scikit_learn():
    from sklearn.metrics import r2_score, roc_auc_score

    assert float(metrics.AUC(num_thresholds=2000)(BINARY, UNIT)) == pytest.approx(roc_auc_score(BINARY, UNIT), abs=2e-3)
    y = REAL + 1e4
    assert float(metrics.R2Score()(y, y + 0.2 * UNIT)) == pytest.approx(r2_score(y, y + 0.2 * UNIT), abs=1e-3)


@pytest.mark.parametrize(
    ("y", "p", "kind"),
    [
        ((None,), (None, 1), "BinaryAccuracy"),
        ((None,), (None, 6), "SparseCategoricalAccuracy"),
        ((None, 1), (None, 6), "SparseCategoricalAccuracy"),
        ((None, 6), (None, 6), "CategoricalAccuracy"),
    ],
)
def test_accuracy_follows_from_the_shapes(y, p, kind):
    found = metrics.resolve("accuracy", y, p)
    assert (type(found).__name__, found.name) == (kind, "accuracy")


def test_members_are_vmapped():
    metric = metrics.AUC()
    states = jax.vmap(lambda p: metric.update(metric.init(), BINARY, p))(jnp.stack([UNIT, 1 - UNIT]))
    for i, p in enumerate((UNIT, 1 - UNIT)):
        alone = metric.result(metric.update(metric.init(), jnp.asarray(BINARY), jnp.asarray(p)))
        np.testing.assert_allclose(jax.vmap(metric.result)(states)[i], alone, rtol=1e-6)
