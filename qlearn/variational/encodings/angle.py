"""Features as angles of single-qubit rotations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..._checks import check_count
from ...circuits import Circuit
from .base import AbstractEncoding, append_rotation, folded_width


class AngleEncoding(AbstractEncoding):
    """One rotation a feature; more features than qubits go round the qubits again, about the next axis.

    More qubits than features get the features again, which lets expectation values have higher frequencies.

    Parameters
    ----------
    axes : str
        Axes in turn, letters of "xyz": feature i is a rotation of qubit i mod n about axis i // n (repeating).
    n_qubits : int, optional
        By default one a feature, at most eight.
    min_qubits : int
        Least number by default.
    n_repeats : int
        Of the whole sequence. Rotations about the same axis in turn only add up; with a tilt between them they have
        higher frequencies.
    tilt : float
        Angle of a rotation of every qubit about X before each repetition.
    ring : bool
        Whether a ring of CX joins the qubits before each further round of features. Without it two rotations of one
        qubit nearly add up where angles are small; with it each feature moves the state in a direction of its own.

    References
    ----------
    Bowles et al., arXiv:2403.07059, for the separable kernel: up to ten repetitions with a tilt of pi/4.

    Examples
    --------
    >>> import qlearn as ql
    >>> encoding = ql.variational.AngleEncoding(n_qubits=2)
    >>> [step.name for step in encoding.circuit(n_features=3)]
    ['ry', 'ry', 'rz']
    """

    def __init__(
        self,
        axes: str = "yz",
        n_qubits: int | None = None,
        min_qubits: int = 1,
        n_repeats: int = 1,
        tilt: float = 0.0,
        ring: bool = False,
    ) -> None:
        self.axes = axes
        self.n_qubits = n_qubits
        self.min_qubits = min_qubits
        self.n_repeats = n_repeats
        self.tilt = tilt
        self.ring = ring

    def width(self, n_features: int) -> int:
        """Return the number of qubits for so many features.

        Parameters
        ----------
        n_features : int

        Returns
        -------
        int
        """
        width = folded_width(self.n_qubits, n_features)
        return width if self.n_qubits is not None else max(width, check_count("min_qubits", self.min_qubits))

    def _append(self, circuit: Circuit, inputs: Sequence[Any], n_features: int) -> None:
        for _ in range(check_count("n_repeats", self.n_repeats, minimum=1)):
            if self.tilt:
                for qubit in range(circuit.n_qubits):
                    circuit.rx(self.tilt, qubit)
            _append_folded(circuit, inputs, self.axes, self.ring)


def default_encoding() -> AngleEncoding:
    """Return what models take where no encoding is given: one feature a qubit, four to eight qubits.

    Returns
    -------
    AngleEncoding
    """
    return AngleEncoding(min_qubits=4)


def ring_encoding() -> AngleEncoding:
    """Return what fidelity kernels take where no encoding is given: as `default_encoding` up to eight features.

    Returns
    -------
    AngleEncoding
    """
    return AngleEncoding("y", min_qubits=4, ring=True)


class DenseAngleEncoding(AbstractEncoding):
    """Two features a qubit: a rotation about Y by the first, about Z by the second.

    Examples
    --------
    >>> import qlearn as ql
    >>> encoding = ql.variational.DenseAngleEncoding()
    >>> encoding.width(5), [step.name for step in encoding.circuit(n_features=3)]
    (3, ['ry', 'rz', 'ry'])

    References
    ----------
    LaRose and Coyle, Phys. Rev. A 102, 032420 (2020), Eq. (5).
    """

    def width(self, n_features: int) -> int:
        """Return the number of qubits for so many features.

        Parameters
        ----------
        n_features : int

        Returns
        -------
        int
        """
        return (n_features + 1) // 2

    def _append(self, circuit: Circuit, inputs: Sequence[Any], n_features: int) -> None:
        for feature, angle in enumerate(inputs):
            append_rotation(circuit, "yz"[feature % 2], angle, feature // 2)


class PatchEncoding(AbstractEncoding):
    """Pictures by patches: each qubit takes the pixels of one rectangle, as rotations about alternating axes.

    Parameters
    ----------
    shape : tuple of int
        Height and width of the picture in pixels; rows of X are flattened pictures.
    patch : tuple of int
        Height and width of a patch; they divide those of the picture. One qubit a patch.
    axes : str
        Axes in turn.

    Examples
    --------
    >>> import qlearn as ql
    >>> encoding = ql.variational.PatchEncoding(shape=(8, 8), patch=(4, 2))
    >>> encoding.width(64), len(encoding.circuit(64))
    (8, 64)
    """

    def __init__(self, shape: tuple[int, int] = (8, 8), patch: tuple[int, int] = (4, 2), axes: str = "yz") -> None:
        self.shape = shape
        self.patch = patch
        self.axes = axes

    def width(self, n_features: int) -> int:
        """Return the number of qubits for so many pixels.

        Parameters
        ----------
        n_features : int

        Returns
        -------
        int
        """
        (height, width), (rows, columns) = self.shape, self.patch
        if height * width != n_features or height % rows or width % columns:
            raise ValueError(
                f"`shape` {self.shape} must have the {n_features} pixels of a row of X, in patches of {self.patch}."
            )
        return (height // rows) * (width // columns)

    def _append(self, circuit: Circuit, inputs: Sequence[Any], n_features: int) -> None:
        (_, width), (rows, columns) = self.shape, self.patch
        seen = [0] * circuit.n_qubits
        for pixel, angle in enumerate(inputs):
            row, column = divmod(pixel, width)
            qubit = row // rows * (width // columns) + column // columns
            append_rotation(circuit, self.axes[seen[qubit] % len(self.axes)], angle, qubit)
            seen[qubit] += 1


def _append_folded(circuit: Circuit, inputs: Sequence[Any], axes: str, ring: bool) -> None:
    if not axes:
        raise ValueError('`axes` must name at least one of "x", "y", "z".')
    for place in range(max(len(inputs), circuit.n_qubits)):
        turn, qubit = divmod(place, circuit.n_qubits)
        if ring and turn and qubit == 0 and circuit.n_qubits > 1:
            for a in range(circuit.n_qubits):
                circuit.cx(a, (a + 1) % circuit.n_qubits)
        append_rotation(circuit, axes[turn % len(axes)], inputs[place % len(inputs)], qubit)
