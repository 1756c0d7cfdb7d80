"""Data sets that come with scikit-learn: no download."""

from __future__ import annotations

import numpy as np

from nyuron.data import CLASSIFICATION, REGRESSION, Dataset, split

ABOUT = {
    "digits": ("8×8 images of handwritten digits, 0..16", "Alpaydin & Kaynak 1998; CC BY 4.0"),
    "iris": ("lengths and widths of the petals and sepals of three species", "Fisher 1936; CC BY 4.0"),
    "breast_cancer": ("cell nuclei of breast masses, malignant or benign", "Wolberg et al. 1993; CC BY 4.0"),
    "wine": ("chemical analyses of wines from three growers", "Aeberhard & Forina 1991; CC BY 4.0"),
    "diabetes": ("progression of diabetes after a year", "Efron et al. 2004"),
}


def load_embedded(name: str, test: float = 0.2, seed: int = 0) -> Dataset:
    """The data set of that name, split by the seed; classes keep their shares."""
    import sklearn.datasets

    bunch = getattr(sklearn.datasets, f"load_{name}")()
    is_image, is_numbers = name == "digits", name == "diabetes"
    x = np.asarray(bunch.images if is_image else bunch.data, np.float32)
    y = np.asarray(bunch.target, np.float32 if is_numbers else np.int32)
    parts = split(x, y, test=test, validation=0, seed=seed, stratify=None if is_numbers else y)
    description, licence = ABOUT[name]
    return Dataset(
        name,
        parts.train.x,
        parts.train.y,
        parts.test.x,
        parts.test.y,
        REGRESSION if is_numbers else CLASSIFICATION,
        feature_names=() if is_image else tuple(str(n) for n in bunch.feature_names),
        class_names=() if is_numbers else tuple(str(n) for n in bunch.target_names),
        description=description,
        licence=licence,
        value_range=(0.0, 16.0) if is_image else None,
    )
