"""Pictures stand in order, under what they were taken for."""

import numpy as np
import pytest

from qlearn.plot import ImagesDisplay
from qlearn.plot._axes import COLOURS


def test_pictures_and_captions(rng):
    images = rng.random((5, 3, 4))
    display = ImagesDisplay(images, predictions=[0, 1, 2, 3, 4], labels=[0, 1, 2, 9, 4], n_columns=3).plot()
    shown = display.ax_.images
    for image, artist in zip(images, shown, strict=True):
        np.testing.assert_array_equal(artist.get_array(), image)
    lefts, tops = [artist.get_extent()[0] for artist in shown], [artist.get_extent()[3] for artist in shown]
    assert lefts[:3] == sorted(lefts[:3]) and lefts[3] == lefts[0]
    assert tops[0] == tops[2] < tops[3] == tops[4]
    assert [text.get_text() for text in display.ax_.texts] == ["0", "1", "2", "3 (9)", "4"]
    assert [text.get_color() == COLOURS[1] for text in display.ax_.texts] == [False, False, False, True, False]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.zeros((2, 3)), [1, 2]), "images"),
        ((np.zeros((0, 3, 3)), []), "empty"),
        ((np.zeros((2, 3, 3)), [1]), "`predictions` has 1 entries for 2 images"),
        ((np.zeros((2, 3, 3)), [1, 2], [1]), "`labels` has 1 entries for 2 images"),
    ],
)
def test_lengths_must_fit(arguments, message):
    with pytest.raises(ValueError, match=message):
        ImagesDisplay(*arguments)
