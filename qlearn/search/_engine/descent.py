"""Energies of a list of skeletons, and their quasi-Newton descent: the two kernels where a search spends its time."""

import math

import numpy as np

from .blocks import apply_matrix, backward, forward
from .dtypes import entry, inner, width

_ARMIJO = 1e-4
_FIRST_STEP, _STEP = 0.5, 1.0  # radians, the length of a step at most


@inner
def _split(work, size):
    """Return ket, bra and prefixes, parts of one buffer."""
    return work[:size], work[size : 2 * size], work[2 * size : 4 * size]


@entry
def energies(n, indptr, indices, data, edges, counts, angles, work, found):
    """Write the energy of each skeleton of a list."""
    ket, bra, prefixes = _split(work, 1 << n)
    for b in range(counts.shape[0]):
        forward(ket, prefixes, n, edges[b], counts[b], angles[b])
        found[b] = apply_matrix(indptr, indices, data, ket, bra)


@entry
def gradients(n, indptr, indices, data, edges, counts, angles, work, found, slopes):
    """Write the energy and gradient of each skeleton of a list."""
    ket, bra, prefixes = _split(work, 1 << n)
    for b in range(counts.shape[0]):
        forward(ket, prefixes, n, edges[b], counts[b], angles[b])
        found[b] = apply_matrix(indptr, indices, data, ket, bra)
        backward(ket, bra, prefixes, n, edges[b], counts[b], angles[b], slopes[b])


@inner
def _direction(inverse, slope, free, p, step, longest):
    """Write step = -inverse @ slope, cut to `longest`, and return its product with the slope."""
    square = 0.0
    descent = 0.0
    for i in range(p):
        total = 0.0
        for j in range(p):
            total -= inverse[i, j] * slope[j]
        step[i] = total if free[i] else 0.0
        square += step[i] * step[i]
        descent += step[i] * slope[i]
    if square > longest * longest:
        scale = longest / math.sqrt(square)
        for i in range(p):
            step[i] *= scale
        descent *= scale
    return descent


@inner
def _update(inverse, step, change, p, product, is_first):
    """Improve the inverse Hessian by the step and the change of slope it made (Nocedal and Wright, equation 6.17)."""
    sy = 0.0
    yy = 0.0
    for i in range(p):
        sy += step[i] * change[i]
        yy += change[i] * change[i]
    if not sy > 1e-12 * yy:
        return
    if is_first:
        for i in range(p):
            inverse[i, i] = sy / yy
    weight = 0.0
    for i in range(p):
        total = 0.0
        for j in range(p):
            total += inverse[i, j] * change[j]
        product[i] = total
        weight += total * change[i]
    factor = (1.0 + weight / sy) / sy
    for i in range(p):
        for j in range(p):
            inverse[i, j] += factor * step[i] * step[j] - (product[i] * step[j] + step[i] * product[j]) / sy


@entry
def descend(n, indptr, indices, data, edges, counts, angles, free, iterations, cuts, scale, limit, work, found, spent):
    """Lower the energy of each skeleton of a list by BFGS; angles and energies are written in place.

    A candidate whose energy lies above its `cuts` by more than 60 times its last gain is given up after six iterations.
    Work stops where `limit` (three for a gradient, one for an energy) is spent; what was not reached has a found energy
    of NaN. `spent` gains the numbers of (energies, gradients).
    """
    ket, bra, prefixes = _split(work, 1 << n)
    most = angles.shape[1]
    inverse = np.empty((most, most))
    slope, trial_slope, step, trial, product = (
        np.empty(most), np.empty(most), np.empty(most), np.empty(most), np.empty(most)
    )  # fmt: skip
    for b in range(counts.shape[0]):
        if spent[0] + 3 * spent[1] >= limit:
            found[b] = np.nan
            continue
        c = counts[b]
        p = (n + 2 * c) * width(work)
        forward(ket, prefixes, n, edges[b], c, angles[b])
        energy = apply_matrix(indptr, indices, data, ket, bra)
        backward(ket, bra, prefixes, n, edges[b], c, angles[b], slope)
        spent[1] += 1
        for i in range(p):
            for j in range(p):
                inverse[i, j] = 0.0
            inverse[i, i] = 1.0 / scale
        for iteration in range(iterations):
            largest = 0.0
            for i in range(p):
                if not free[b, i]:
                    slope[i] = 0.0
                largest = max(largest, abs(slope[i]))
            if largest < 1e-6 * scale or spent[0] + 3 * spent[1] >= limit:
                break
            descent = _direction(inverse, slope, free[b], p, step, _FIRST_STEP if iteration == 0 else _STEP)
            if not descent < 0.0:
                break
            length = 1.0
            lower = energy
            for _ in range(12):
                for i in range(p):
                    trial[i] = angles[b, i] + length * step[i]
                forward(ket, prefixes, n, edges[b], c, trial)
                lower = apply_matrix(indptr, indices, data, ket, bra)
                spent[0] += 1
                if lower <= energy + _ARMIJO * length * descent:
                    break
                guess = -0.5 * descent * length / ((lower - energy) / length - descent)
                length = min(max(guess, 0.1 * length), 0.6 * length)
            if not lower < energy:
                break
            backward(ket, bra, prefixes, n, edges[b], c, trial, trial_slope)
            spent[0] -= 1
            spent[1] += 1
            for i in range(p):
                if not free[b, i]:
                    trial_slope[i] = 0.0
                step[i] = trial[i] - angles[b, i]
                angles[b, i] = trial[i]
                product[i] = trial_slope[i] - slope[i]
                slope[i] = trial_slope[i]
            gain = energy - lower
            energy = lower
            if gain < 1e-9 * scale or (iteration >= 6 and energy - cuts[b] > 60.0 * gain):
                break
            _update(inverse, step, product, p, trial, iteration == 0)
        found[b] = energy
