"""Pictures of measurement schemes and correlations show the numbers they were given, and those are right."""

import numpy as np
import pytest

import qlearn as ql
from qlearn.plot import CorrelationDisplay, SchemeDisplay, ShotErrorDisplay

HAMILTONIAN = ql.PauliSum({"ZZ": 1.0, "XX": 0.5, "YI": 0.2, "II": 3.0})


def test_errors_are_those_of_theory():
    """200 repeats: every error within five standard errors of the exact one."""
    state = ql.sim.State.random(2, random_state=1)
    schemes = {"groups": ql.shadows.Grouped(), "few settings": ql.shadows.OverlappedGrouping()}
    display = ShotErrorDisplay.from_schemes(schemes, HAMILTONIAN, state, [50, 800], n_repeats=200).plot()
    np.testing.assert_allclose(display.errors, display.theory, rtol=5 / np.sqrt(400))
    design = ql.shadows.Grouped().design(HAMILTONIAN, 800)
    assert display.theory[0, 1] == pytest.approx(np.sqrt(ql.shadows.scheme_variance(design, HAMILTONIAN, state)))
    lines = [line for line in display.ax_.lines if line.get_linestyle() == "--"]
    np.testing.assert_allclose([line.get_ydata() for line in lines], display.theory)
    assert [text.get_text() for text in display.ax_.get_legend().get_texts()] == ["groups", "few settings"]


def test_terms_never_measured_count_as_zero():
    """One shot measures one group: the rest is a bias, in the experiment and in theory."""
    state = ql.sim.State.ghz(2)
    display = ShotErrorDisplay.from_schemes({"one": ql.shadows.Grouped()}, HAMILTONIAN, state, [1], n_repeats=3)
    assert display.errors[0, 0] == pytest.approx(0.5)
    assert display.theory[0, 0] == pytest.approx(0.5)


def test_correlations_are_a_matrix():
    settings = ["ZZZ", "XXX", "YYY"]
    data = ql.shadows.MeasurementScheme(settings, [400] * 3).measure(ql.sim.State.product("0+1"), random_state=0)
    found = ql.shadows.correlators(data)
    display = CorrelationDisplay.from_correlators(found, "ZZ").plot()
    assert display.matrix[0, 2] == -1
    shown = display.ax_.images[0].get_array()
    np.testing.assert_allclose(shown, display.matrix)
    connected = CorrelationDisplay.from_correlators(found, "ZZ", connected=True)
    assert connected.matrix[0, 2] == 0
    mixed = CorrelationDisplay.from_correlators(found, "XZ").plot()
    # No setting has X on one qubit and Z on another.
    assert np.isnan(mixed.matrix).all()
    assert mixed.ax_.images[0].get_array().mask.all()


def test_schemes_are_histograms():
    designs = {
        "groups": ql.shadows.Grouped().design(HAMILTONIAN, 100),
        "one": ql.shadows.MeasurementScheme(["ZZ"], [100]),
    }
    display = SchemeDisplay.from_schemes(designs, HAMILTONIAN).plot()
    counts = [patch.get_data().values for patch in display.ax_.patches if hasattr(patch, "get_data")]
    assert [row.sum() for row in counts] == [3, 1]
    bars = [patch.get_height() for patch in display.ax_.patches if not hasattr(patch, "get_data")]
    assert bars == [0, 2]
    weighted = SchemeDisplay.from_schemes(designs, HAMILTONIAN, weighted=True).plot()
    bars = [patch.get_height() for patch in weighted.ax_.patches if not hasattr(patch, "get_data")]
    assert bars == [0, 0.7]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ShotErrorDisplay(["a"], [10, 20], [[1.0]], 5), r"`errors` must have shape \(1, 2\)"),
        (lambda: ShotErrorDisplay(["a"], [10], [[1.0]], 0), "`n_repeats` must be at least 1"),
        (lambda: CorrelationDisplay(np.zeros((2, 3))), r"shape \(n_qubits, n_qubits\), got \(2, 3\)"),
        (lambda: CorrelationDisplay.from_correlators(None, "AB"), "two of X, Y, Z, such as"),
        (lambda: SchemeDisplay(["a", "b"], [[1]]), "must hold 2 arrays, one .* name, got 1"),
        (lambda: SchemeDisplay(["a", "b"], [[1], [1, 2]]), "`matches` must have shape"),
    ],
)
def test_unfit_numbers_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
