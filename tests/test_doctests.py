"""Every example in every docstring of the package runs and prints what it says."""

import doctest

import pytest

from tests import house

OPTIONS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def run_examples(module, names, report):
    """Return (failed, attempted) over the docstrings of a module; `names` are known to each."""
    runner = doctest.DocTestRunner(optionflags=OPTIONS, verbose=False)
    for test in doctest.DocTestFinder(exclude_empty=True).find(module, extraglobs=names):
        runner.run(test, out=report.append)
    return runner.failures, runner.tries


@pytest.mark.parametrize("name", house.module_names())
def test_examples_run(name, doctest_namespace):
    report = []
    failed, _ = run_examples(house.load(name), doctest_namespace, report)
    assert failed == 0, "".join(report)


def test_examples_are_found_and_can_fail(doctest_namespace):
    module = type(pytest)("made_up")
    module.__doc__ = "Made up.\n\n>>> ql.Estimate(1.0, 0.1, 10).n_shots\n10\n>>> 1 + 1\n3\n"
    assert run_examples(module, doctest_namespace, []) == (1, 2)
    _, attempted = run_examples(house.load("qlearn.estimates"), doctest_namespace, [])
    assert attempted >= 4
