"""What every test shares."""

import os
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

import qlearn

# Fixed examples and no deadline: a test must not depend on the hour or on a busy machine.
settings.register_profile("fixed", derandomize=True, deadline=None, database=None)
settings.load_profile("fixed")


@pytest.fixture
def rng():
    """A generator with a fixed seed, fresh for each test."""
    return np.random.default_rng(20260101)


@pytest.fixture(scope="session")
def data_dir():
    """The folder of published data that QLEARN_DATA_DIR names; the test is skipped where there is none."""
    folder = Path(os.environ.get("QLEARN_DATA_DIR", ""))
    if not os.environ.get("QLEARN_DATA_DIR") or not folder.is_dir():
        pytest.skip("set QLEARN_DATA_DIR to the folder of published data")
    return folder


@pytest.fixture(autouse=True)
def closed_figures():
    """Close the figures that a test leaves open."""
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


@pytest.fixture(scope="session", autouse=True)
def doctest_names(doctest_namespace):
    """Let every docstring example say `ql` and `np`."""
    doctest_namespace["ql"] = qlearn
    doctest_namespace["np"] = np
