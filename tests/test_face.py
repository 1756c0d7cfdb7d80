"""`import nyuron as keras`: every name is there, and only when it is used."""

from __future__ import annotations

import importlib.metadata

import pytest

import nyuron
import nyuron as keras


def test_every_public_name_is_there() -> None:
    assert [name for name in nyuron.__all__ if not hasattr(nyuron, name)] == []


def test_dir_lists_the_public_names() -> None:
    assert set(dir(nyuron)) == set(nyuron.__all__)


def test_lectures_names() -> None:
    assert keras.Sequential is keras.models.Sequential
    assert keras.Model is keras.models.Model
    assert keras.Input is keras.layers.Input
    assert keras.optimizers.Adam and keras.losses.MeanSquaredError and keras.callbacks.EarlyStopping
    assert keras.datasets.mnist.load_data and keras.utils.to_categorical


def test_members_and_folds_are_on_the_face() -> None:
    rooms = nyuron.populations
    assert (nyuron.cross_validate, nyuron.folds, nyuron.fit_many) == (rooms.cross_validate, rooms.folds, rooms.fit_many)


def test_unknown_name() -> None:
    with pytest.raises(AttributeError, match="module 'nyuron' has no attribute 'Sequentail'"):
        nyuron.Sequentail  # noqa: B018


def test_version_is_the_packages() -> None:
    assert nyuron.__version__ == importlib.metadata.version("nyuron")
