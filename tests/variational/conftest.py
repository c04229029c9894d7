"""Estimators and data that several tests share."""

import numpy as np
import pytest


@pytest.fixture
def blobs():
    """Three well separated classes in two dimensions, (60, 2) and labels as text."""
    rng = np.random.default_rng(3)
    centres = np.array([[0.0, 2.0], [2.0, -1.0], [-2.0, -1.0]])
    labels = np.repeat([0, 1, 2], 20)
    return centres[labels] + 0.4 * rng.normal(size=(60, 2)), np.array(["a", "b", "c"])[labels]
