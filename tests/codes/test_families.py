"""Families of codes: published parameters, weights, and the published check matrices' sizes."""

import numpy as np
import pytest

from qlearn.codes import (
    bivariate_bicycle_code,
    colour_code,
    repetition_code,
    surface_code,
    toric_code,
    xzzx_code,
)

X9_Y_Y2, ONE_X2_X7 = ((9, 0), (0, 1), (0, 2)), ((0, 0), (2, 0), (7, 0))


@pytest.mark.parametrize(
    ("code", "parameters"),
    [
        (surface_code(2), "[[4,1,2]]"),
        (surface_code(5), "[[25,1,5]]"),
        (surface_code(11), "[[121,1,11]]"),
        (surface_code(4, rotated=False), "[[25,1,4]]"),
        (toric_code(4), "[[32,2,4]]"),
        (xzzx_code(5), "[[25,1,5]]"),
        (colour_code(3), "[[7,1,3]]"),
        (colour_code(5), "[[19,1,5]]"),
        (colour_code(7), "[[37,1,7]]"),
        (bivariate_bicycle_code(6, 6), "[[72,12,6]]"),
        # Bravyi et al., Nature 627, 778 (2024), table 1; the distance is one we can only bound.
        (bivariate_bicycle_code(15, 3, X9_Y_Y2, ONE_X2_X7), "[[90,8,<=10]]"),
        (repetition_code(4), "[[4,1,1]]"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_parameters_are_the_published_ones(code, parameters):
    assert code.parameters == parameters


def test_checks_have_the_known_weights():
    assert sorted(surface_code(3).checks.sum(axis=1)) == [2] * 4 + [4] * 4
    assert set(toric_code(3).checks.sum(axis=1)) == {4}
    assert sorted(colour_code(5).x_checks.sum(axis=1)) == [4] * 6 + [6] * 3
    assert set(bivariate_bicycle_code(12, 6).checks.sum(axis=1)) == {6}
    assert set(xzzx_code(5).labels()[7].replace("I", "")) == {"X", "Z"}


def test_faces_that_touch_differ_in_colour():
    code = colour_code(7)
    faces, colours = code.x_checks.astype(int), code.check_coordinates[: len(code.x_checks), 2]
    touching = (faces @ faces.T >= 2) & ~np.eye(len(faces), dtype=bool)
    assert touching.any()
    assert (colours[:, None] != colours)[touching].all()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: surface_code(1), "`distance` must be at least 2"),
        (lambda: colour_code(4), "`distance` of a colour code must be odd, got 4"),
        (lambda: toric_code(2.0), "`distance` must be an integer"),
        (lambda: bivariate_bicycle_code(0, 6), "`l` must be at least 1"),
        (lambda: bivariate_bicycle_code(1, 6), "`b` must have distinct terms modulo x.1 and y.6"),
        (lambda: bivariate_bicycle_code(6, 6, a=()), "`a` must have distinct terms"),
    ],
)
def test_bad_requests_are_named(make, message):
    with pytest.raises((ValueError, TypeError), match=message):
        make()
