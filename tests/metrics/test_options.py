"""Metrics with options against Keras: three batches of different size, weights, under vmap, and in a fit."""

import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import nyuron
from nyuron import core, metrics
from nyuron.core import ArgumentError
from oracle import keras_oracle

pytestmark = pytest.mark.filterwarnings("ignore:Explicitly requested dtype int64:UserWarning")
RNG = np.random.default_rng(1)
N, C = 40, 4
PARTS = (slice(0, 7), slice(7, 30), slice(30, N))
SCORES = RNG.dirichlet(np.ones(C), N).astype("float32")
ONE_HOT = np.eye(C, dtype="float32")[RNG.integers(0, C, N)]
LABELS = RNG.integers(0, 2, (N, C)).astype("float32")
UNIT = RNG.uniform(size=(N, C)).astype("float32")
LOGITS = RNG.normal(size=(N, C)).astype("float32")
REAL = (RNG.normal(size=(N, C)) * [1, 5, 0.1, 2]).astype("float32")
NEAR = (REAL + RNG.normal(size=(N, C)) * 0.5).astype("float32")
CLASSES, SAID = RNG.integers(0, C, N).astype("int32"), RNG.integers(0, C, N).astype("int32")
MAP, MAP_SAID = RNG.integers(0, C, (N, 3, 2)).astype("int32"), RNG.integers(0, C, (N, 3, 2)).astype("int32")
MAP_SCORES = RNG.uniform(size=(N, 3, 2, C)).astype("float32")
WEIGHT = RNG.uniform(size=N).astype("float32")
TIES = np.round(SCORES, 1) * (np.arange(N) % 5 > 0)[:, None].astype("float32")

CASES = [
    *(("F1Score", {"average": a}, ONE_HOT, SCORES) for a in (None, "micro", "macro", "weighted")),
    *(("F1Score", {"average": a, "threshold": 0.5}, LABELS, UNIT) for a in (None, "micro", "macro", "weighted")),
    *(("FBetaScore", {"average": a, "beta": 2.0}, ONE_HOT, SCORES) for a in (None, "micro", "macro", "weighted")),
    ("FBetaScore", {"average": "macro", "beta": 0.5, "threshold": 0.3}, LABELS, UNIT),
    ("F1Score", {"average": "macro"}, ONE_HOT, TIES),
    ("F1Score", {"threshold": 0.5}, LABELS[:, :1], UNIT[:, :1]),
    *(
        ("R2Score", {"class_aggregation": a}, REAL, NEAR)
        for a in (None, "uniform_average", "variance_weighted_average")
    ),
    ("R2Score", {"num_regressors": 3}, REAL, NEAR),
    ("R2Score", {"num_regressors": 2, "class_aggregation": None}, REAL[:, :1], NEAR[:, :1]),
    *(
        ("AUC", {"curve": c, "summation_method": s}, LABELS, UNIT)
        for c in ("ROC", "PR", "PRGAIN")
        for s in ("interpolation", "minoring", "majoring")
    ),
    *(("AUC", {"curve": c, "multi_label": True}, LABELS, UNIT) for c in ("ROC", "PR", "PRGAIN")),
    ("AUC", {"multi_label": True, "num_labels": C, "label_weights": [1.0, 0.0, 2.0, 0.5]}, LABELS, UNIT),
    ("AUC", {"label_weights": [1.0, 0.0, 2.0, 0.5]}, LABELS, UNIT),
    ("AUC", {"from_logits": True}, LABELS, LOGITS),
    ("AUC", {"from_logits": True, "multi_label": True, "curve": "PR", "num_thresholds": 20}, LABELS, LOGITS),
    ("AUC", {"thresholds": [0.8, 0.1, 0.5]}, LABELS, UNIT),
    ("Precision", {"top_k": 2}, LABELS, UNIT),
    ("Precision", {"class_id": 1, "thresholds": 0.3}, LABELS, UNIT),
    ("Recall", {"top_k": 2, "class_id": 2}, LABELS, UNIT),
    ("PrecisionAtRecall", {"recall": 0.7, "class_id": 1}, LABELS, UNIT),
    ("SpecificityAtSensitivity", {"sensitivity": 0.6, "num_thresholds": 30}, LABELS, UNIT),
    ("MeanIoU", {"num_classes": C}, CLASSES, SAID),
    ("MeanIoU", {"num_classes": C, "ignore_class": 2}, MAP, MAP_SAID),
    ("MeanIoU", {"num_classes": C, "sparse_y_pred": False}, MAP, MAP_SCORES),
    ("MeanIoU", {"num_classes": C + 1}, CLASSES, SAID),
    ("MeanIoU", {"num_classes": C - 1}, CLASSES, SAID),
    ("IoU", {"num_classes": C, "target_class_ids": [0, 3]}, CLASSES, SAID),
    (
        "IoU",
        {"num_classes": C, "target_class_ids": (1,), "sparse_y_true": False, "sparse_y_pred": False},
        ONE_HOT,
        SCORES,
    ),
    ("BinaryIoU", {}, LABELS, UNIT),
    ("BinaryIoU", {"target_class_ids": [1], "threshold": 0.3}, LABELS, UNIT),
    ("OneHotIoU", {"num_classes": C, "target_class_ids": [0, 2]}, ONE_HOT, SCORES),
    ("OneHotMeanIoU", {"num_classes": C}, ONE_HOT, SCORES),
    ("OneHotMeanIoU", {"num_classes": C, "sparse_y_pred": True}, ONE_HOT, SAID),
    ("PearsonCorrelation", {}, REAL, NEAR),
    ("PearsonCorrelation", {"axis": 0}, REAL, NEAR),
    ("ConcordanceCorrelation", {}, REAL, NEAR),
    ("TopKCategoricalAccuracy", {"k": 2}, ONE_HOT, SCORES),
    ("BinaryAccuracy", {"threshold": 0.3}, LABELS, UNIT),
    ("BinaryCrossentropy", {"from_logits": True, "label_smoothing": 0.1}, LABELS, LOGITS),
    ("CategoricalCrossentropy", {"label_smoothing": 0.2}, ONE_HOT, SCORES),
    ("SparseCategoricalCrossentropy", {"from_logits": True}, CLASSES, LOGITS),
    ("CosineSimilarity", {"axis": -1}, REAL, NEAR),
]
IDS = [f"{name}-{'-'.join(f'{k}={v}' for k, v in options.items())}-{i}" for i, (name, options, *_) in enumerate(CASES)]


def of_keras(name, options):
    import keras

    # Keras sums the confusion matrix in whole numbers unless told otherwise.
    more = {"dtype": "float32"} if "IoU" in name else {}
    return getattr(keras.metrics, name)(**options, **more)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("name", "options", "y", "p"), CASES, ids=IDS)
def test_batches(name, options, y, p, weighted):
    weighted = weighted and options.get("axis", -1) == -1
    ours = getattr(metrics, name)(**options)
    with keras_oracle():
        theirs = of_keras(name, options)
    for rows in PARTS:
        weight = WEIGHT[rows] if weighted else None
        ours.update_state(y[rows], p[rows], weight)
        if weight is not None and "IoU" in name:  # Keras wants a weight for each label.
            labels = (
                np.shape(y[rows])[:-1] if "OneHot" in name or not options.get("sparse_y_true", True) else y[rows].shape
            )
            weight = np.broadcast_to(weight.reshape(-1, *(1,) * (len(labels) - 1)), labels)
        with keras_oracle():
            theirs.update_state(y[rows], p[rows], weight)
    with keras_oracle():
        expected = np.asarray(theirs.result())
    assert np.shape(ours.result()) == expected.shape
    np.testing.assert_allclose(ours.result(), expected, rtol=2e-4, atol=2e-5)
    assert ours.name == re.sub(r"_\d+$", "", theirs.name)  # Keras counts its instances.
    again = core.from_config(core.to_config(ours))
    assert type(again) is type(ours) and again.get_config() == ours.get_config()
    ours.reset_state()
    np.testing.assert_allclose(ours(y, p), again(y, p))


@pytest.mark.parametrize(("name", "options", "y", "p"), CASES, ids=IDS)
def test_members(name, options, y, p):
    """Under vmap over predictions and weights the sums of three batches are those of each member alone."""
    metric = metrics.resolve(getattr(metrics, name)(**options), y.shape, p.shape)
    ps, ws = jnp.stack([p, p[::-1]]), jnp.stack([WEIGHT, WEIGHT[::-1]])
    weighted = options.get("axis", -1) == -1

    def whole(p, w):
        state = metric.init()
        for rows in PARTS:
            state = metric.update(state, jnp.asarray(y[rows]), p[rows], w[rows] if weighted else None)
        return metric.result(state)

    together = jax.jit(jax.vmap(whole))(ps, ws)
    for i in range(2):
        np.testing.assert_allclose(together[i], whole(ps[i], ws[i]), rtol=1e-5, atol=1e-6)


def test_sums_do_not_change_their_shape():
    for name, options, y, p in CASES:
        metric = metrics.resolve(getattr(metrics, name)(**options), y.shape, p.shape)
        state = metric.init()
        assert jax.tree.map(jnp.shape, metric.update(state, jnp.asarray(y), jnp.asarray(p))) == jax.tree.map(
            jnp.shape, state
        ), name


@pytest.mark.parametrize("name", ["F1Score", "f1_score", "fbeta_score", "R2Score", "AUC", "r2_score"])
def test_by_name_and_in_a_fit(name):
    model = nyuron.Sequential([nyuron.layers.Dense(C, activation="sigmoid")])
    options = {"multi_label": True} if name == "AUC" else {}
    wanted = metrics.AUC(**options) if name == "AUC" else name
    model.compile("sgd", "mse", metrics=[wanted], weighted_metrics=[wanted])
    history = model.fit(SCORES, LABELS, epochs=2, batch_size=16, sample_weight=WEIGHT, verbose=0, shuffle=False).history
    figures = model.evaluate(SCORES, LABELS, sample_weight=WEIGHT, return_dict=True, verbose=0)
    alone = metrics.get(metrics.AUC(**options) if name == "AUC" else name)
    shown = figures[alone.name]
    np.testing.assert_allclose(alone(LABELS, model.predict(SCORES)), shown, rtol=1e-5, atol=1e-6)
    weighted = metrics.get(metrics.AUC(**options) if name == "AUC" else name)
    expected = weighted(LABELS, model.predict(SCORES), sample_weight=WEIGHT)
    np.testing.assert_allclose(figures[f"{alone.name}_1"], expected, rtol=1e-5, atol=1e-6)
    assert len(history[alone.name]) == 2


def test_several_figures_in_one_metric_are_lists_in_the_history():
    model = nyuron.Sequential([nyuron.layers.Dense(C, activation="softmax")])
    model.compile("sgd", "categorical_crossentropy", metrics=[metrics.F1Score()])
    history = model.fit(SCORES, ONE_HOT, epochs=2, verbose=0, validation_data=(SCORES, ONE_HOT)).history
    assert len(history["f1_score"][1]) == C == len(history["val_f1_score"][0])


@pytest.mark.parametrize(
    ("metric", "message"),
    [
        (metrics.F1Score(average="mean"), "unknown average"),
        (metrics.AUC(curve="roc"), "unknown curve"),
        (metrics.AUC(summation_method="middle"), "unknown summation_method"),
        (metrics.R2Score(class_aggregation="mean"), "unknown class_aggregation"),
        (metrics.IoU(2, [2]), "a target class does not exist"),
    ],
)
def test_options_that_cannot_be_used(metric, message):
    with pytest.raises(ArgumentError, match=message):
        metric(ONE_HOT, SCORES)
    with pytest.raises(ArgumentError, match=message):
        metrics.resolve(metric, ONE_HOT.shape, SCORES.shape)


def test_against_scikit_learn():
    sk = pytest.importorskip("sklearn.metrics")
    exact = metrics.AUC(num_thresholds=4000, multi_label=True)(LABELS, UNIT)
    assert float(exact) == pytest.approx(sk.roc_auc_score(LABELS, UNIT), abs=2e-3)
    for ours, average in (("uniform_average", "uniform_average"), ("variance_weighted_average", "variance_weighted")):
        found = metrics.R2Score(ours)(REAL, NEAR, sample_weight=WEIGHT)
        expected = sk.r2_score(REAL, NEAR, sample_weight=WEIGHT, multioutput=average)
        assert float(found) == pytest.approx(expected, abs=1e-5)
    beta = metrics.FBetaScore("weighted", beta=0.5, threshold=0.5)(LABELS, UNIT)
    assert float(beta) == pytest.approx(sk.fbeta_score(LABELS, UNIT > 0.5, beta=0.5, average="weighted"), abs=1e-5)
    iou = metrics.IoU(C, [1, 2])(CLASSES, SAID)
    expected = sk.jaccard_score(CLASSES, SAID, labels=[1, 2], average="macro")
    assert float(iou) == pytest.approx(expected, abs=1e-6)


def test_large_targets_lose_no_digits():
    from sklearn.metrics import r2_score

    y, p = REAL + 1e4, NEAR + 1e4
    found = metrics.R2Score(None)
    for rows in PARTS:
        found.update_state(y[rows, 1:2], p[rows, 1:2])
    assert float(found.result()[0]) == pytest.approx(r2_score(y[:, 1], p[:, 1]), abs=1e-3)


def test_constant_columns_count_nothing():
    assert float(metrics.R2Score()(np.ones((5, 1)), np.zeros((5, 1)))) == 0.0
    assert float(metrics.PearsonCorrelation()(np.ones((2, 3)), np.eye(3)[:2])) == 0.0
