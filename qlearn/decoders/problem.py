"""DecodingProblem: what a decoder is fitted to and judged by."""

import hashlib
import os
from collections.abc import Iterator
from functools import cached_property
from itertools import islice
from pathlib import Path

import numpy as np
import stim
from scipy.sparse import csc_array

from .._checks import check_count
from .._memory import require_memory
from .._random import RandomState
from ._model_views import checked_edges, circuit_model, merged_model
from ._problem_files import given_coordinates, read_experiment, read_files
from ._stim_text import check_circuit, check_model
from .mechanisms import Mechanisms, edges_of, mechanisms_of
from .shots import Shots, blocks

__all__ = ["DecodingProblem"]


class DecodingProblem:
    """Detectors, observables and the errors that flip them, with fresh samples and recorded shots, if any.

    Build one with `from_circuit`, `from_dem`, `from_files` or `from_google`.

    Parameters
    ----------
    source : stim.Circuit or stim.DetectorErrorModel
        What is sampled, and where the errors come from.
    coordinates : dict of int to sequence of float, optional
        Of detectors that `source` gives none for.
    recorded : Shots, optional
        Data from a device or a file.

    Raises
    ------
    TypeError, ValueError
        If `source` is neither, too large, has no detectors, or detectors that are not deterministic; if `recorded`
        has other widths.

    Examples
    --------
    >>> import stim
    >>> circuit = stim.Circuit.generated("repetition_code:memory", rounds=3, distance=3,
    ...                                  before_round_data_depolarization=0.02)
    >>> problem = ql.decoders.DecodingProblem.from_circuit(circuit)
    >>> problem
    DecodingProblem(8 detectors in 4 rounds, 1 observable, 9 mechanisms)
    >>> detectors, observables = problem.sample(1000, random_state=0)
    >>> detectors.shape, observables.shape
    ((1000, 8), (1000, 1))
    """

    def __init__(
        self,
        source: stim.Circuit | stim.DetectorErrorModel,
        *,
        coordinates: dict[int, list[float]] | None = None,
        recorded: Shots | None = None,
    ) -> None:
        if isinstance(source, stim.Circuit):
            self.source: stim.Circuit | stim.DetectorErrorModel = check_circuit(source)
            self._raw = circuit_model(source, decompose=False)
        else:
            self.source = self._raw = check_model(source)
        self.n_detectors = self.source.num_detectors
        self.n_observables = self.source.num_observables
        if self.n_detectors == 0:
            raise ValueError("A decoding problem needs detectors, got none; add DETECTOR instructions.")
        self._extra_coordinates = coordinates or {}
        self.recorded = recorded
        if recorded is not None:
            self._check_widths(recorded)

    @classmethod
    def from_circuit(cls, circuit: stim.Circuit | str) -> "DecodingProblem":
        """Return the problem that a noisy Stim circuit poses.

        Parameters
        ----------
        circuit : stim.Circuit or str
            With detectors and observables; a str is the text of a circuit, never the name of a file.

        Returns
        -------
        DecodingProblem

        Raises
        ------
        TypeError, ValueError
            As the class; the text is guarded against nesting and sizes that Stim's parser cannot take.
        """
        return cls(check_circuit(circuit))

    @classmethod
    def from_dem(cls, model: stim.DetectorErrorModel | str) -> "DecodingProblem":
        """Return the problem of a detector error model.

        Parameters
        ----------
        model : stim.DetectorErrorModel or str
            A str is the text of a model, never the name of a file. Suggested decompositions are kept for matching
            and ignored elsewhere.

        Returns
        -------
        DecodingProblem

        Raises
        ------
        TypeError, ValueError
            As the class.
        """
        return cls(check_model(model))

    @classmethod
    def from_files(
        cls,
        *,
        circuit: str | os.PathLike[str] | None = None,
        model: str | os.PathLike[str] | None = None,
        detectors: str | os.PathLike[str] | None = None,
        observables: str | os.PathLike[str] | None = None,
        detectors_format: str | None = None,
        observables_format: str | None = None,
        appended: bool = False,
        n_shots: int | None = None,
    ) -> "DecodingProblem":
        """Return the problem of a circuit or model file, with recorded shots from event files.

        Parameters
        ----------
        circuit, model : path
            A ``.stim`` and a ``.dem`` file. With both, the model counts and the circuit only gives coordinates.
        detectors, observables : path, optional
            Recorded shots in one of Stim's formats 01, b8, dets, hits, ptb64 or r8.
        detectors_format, observables_format : str, optional
            By default the suffix of the file.
        appended : bool
            Whether each record of `detectors` goes on with the observables (Stim's ``--append_observables``).
        n_shots : int, optional
            How many shots there must be.

        Returns
        -------
        DecodingProblem

        Raises
        ------
        ValueError
            If sizes, padding bits or counts do not fit.
        OSError
            If a file cannot be read.
        """
        found = read_files(
            circuit=circuit,
            model=model,
            detectors=detectors,
            observables=observables,
            formats=(detectors_format, observables_format),
            appended=appended,
            n_shots=n_shots,
        )
        return cls(found.source, coordinates=found.coordinates, recorded=found.recorded)

    @classmethod
    def from_google(cls, folder: str | os.PathLike[str], model: str | None = None) -> "DecodingProblem":
        """Return the problem of one of Google's surface-code experiments, with its recorded shots.

        Shipped predictions of other decoders come along as ``recorded.predictions``.

        Parameters
        ----------
        folder : path
            Of one experiment, in the layout of the Sycamore (``.01``, Zenodo 6804040) or Willow (``.b8``, Zenodo
            13273331) release.
        model : str, optional
            Which error model: the name of a ``.dem`` file without its suffix such as "pij_from_even_for_odd", or a
            folder of ``decoding_results``. By default the model of the noisy circuit.

        Returns
        -------
        DecodingProblem

        Raises
        ------
        ValueError
            If a file is missing or does not fit the others; the message lists the models there are.

        Notes
        -----
        A model learnt from the even shots must be judged on the odd ones: ``problem.recorded[1::2]``.
        """
        found = read_experiment(Path(folder), model)
        return cls(found.source, coordinates=found.coordinates, recorded=found.recorded)

    def with_recorded(self, recorded: Shots | None) -> "DecodingProblem":
        """Return the same problem with other recorded shots.

        Parameters
        ----------
        recorded : Shots or None
            Widths must fit.

        Returns
        -------
        DecodingProblem
        """
        return DecodingProblem(self.source, coordinates=self._extra_coordinates, recorded=recorded)

    def _check_widths(self, shots: Shots) -> None:
        widths = (shots.detectors.shape[1], shots.observables.shape[1])
        if widths != (self.n_detectors, self.n_observables):
            raise ValueError(
                f"`recorded` must have {self.n_detectors} detectors and {self.n_observables} observables, got {widths}."
            )

    @cached_property
    def mechanisms(self) -> Mechanisms:
        """Errors as they are: hyperedges whole, mechanisms of equal effect merged."""
        return mechanisms_of(self._raw)

    @cached_property
    def edges(self) -> Mechanisms:
        """Edges of the matching graph: components of decomposed errors, each of at most two detectors."""
        return edges_of(self.decomposed_model)

    @property
    def check_matrix(self) -> csc_array:
        """Detectors flipped by each mechanism, uint8 (n_detectors, n_mechanisms)."""
        return self.mechanisms.check_matrix

    @property
    def logical_matrix(self) -> csc_array:
        """Observables flipped by each mechanism, uint8 (n_observables, n_mechanisms)."""
        return self.mechanisms.logical_matrix

    @property
    def priors(self) -> np.ndarray:
        """Probabilities of the mechanisms, float (n_mechanisms,)."""
        return self.mechanisms.priors

    @cached_property
    def model(self) -> stim.DetectorErrorModel:
        """Error model with mechanisms whole and merged, for decoders that take hyperedges."""
        return merged_model(self.mechanisms, self.coordinates)

    @cached_property
    def decomposed_model(self) -> stim.DetectorErrorModel:
        """Error model with components of at most two detectors, for matching; raises ValueError where there is none."""
        if isinstance(self.source, stim.Circuit):
            return checked_edges(circuit_model(self.source, decompose=True))
        return checked_edges(self._raw)

    @property
    def is_matchable(self) -> bool:
        """Whether errors decompose into edges, as matching needs."""
        try:
            return self.decomposed_model is not None
        except ValueError:
            return False

    @cached_property
    def coordinates(self) -> np.ndarray:
        """Coordinates of the detectors, float (n_detectors, n_coordinates), NaN where there is none."""
        places = {**self._extra_coordinates, **given_coordinates(self.source)}
        width = max((len(place) for place in places.values()), default=0)
        table = np.full((self.n_detectors, width), np.nan)
        for detector, place in places.items():
            table[detector, : len(place)] = place
        return table

    @cached_property
    def rounds(self) -> np.ndarray:
        """Round of each detector, int (n_detectors,), counted from 0; -1 where there are no coordinates.

        Time is the third coordinate, or the last of fewer; colour codes put the colour into a fourth.
        """
        if self.coordinates.shape[1] == 0:
            return np.full(self.n_detectors, -1)
        given = ~np.isnan(self.coordinates)
        last = np.minimum(given.sum(axis=1) - 1, 2)
        times = np.where(last >= 0, self.coordinates[np.arange(self.n_detectors), last], np.nan)
        known = ~np.isnan(times)
        rounds = np.full(self.n_detectors, -1)
        rounds[known] = np.unique(times[known], return_inverse=True)[1]
        return rounds

    @cached_property
    def fingerprint(self) -> str:
        """Sixteen hex digits that name the error model: equal for equal mechanisms in equal order."""
        text = f"{self.n_detectors} {self.n_observables}\n{self._raw}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def blocks(self, *, stream: str = "train", random_state: RandomState = None, first: int = 0) -> Iterator[Shots]:
        """Return an endless iterator of fresh shots, a block of at most 16384 at a time.

        Parameters
        ----------
        stream : str
            "train", "validation" or "test": streams of one seed share nothing.
        random_state : None, int, Generator or SeedSequence
            Of the stream.
        first : int
            Number of the block to begin with.

        Returns
        -------
        iterator of Shots
        """
        return blocks(self.source, stream, random_state, check_count("first", first))

    def sample(
        self, n_shots: int, *, stream: str = "test", random_state: RandomState = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return fresh shots: the first `n_shots` of a stream.

        Parameters
        ----------
        n_shots : int
            Number of shots; more of them begin with the same.
        stream : str
            "train", "validation" or "test".
        random_state : None, int, Generator or SeedSequence
            Of the stream.

        Returns
        -------
        detectors, observables : ndarray
            bool (n_shots, n_detectors) and bool (n_shots, n_observables).
        """
        n_shots = check_count("n_shots", n_shots)
        width = self.n_detectors + self.n_observables
        require_memory(2 * n_shots * width, f"{n_shots} shots of {width} bits", "`blocks`, which streams them")
        source = self.blocks(stream=stream, random_state=random_state)
        size = len(first := next(source))
        parts = [first, *islice(source, max(-(-n_shots // size) - 1, 0))]
        detectors = np.concatenate([part.detectors for part in parts])[:n_shots]
        observables = np.concatenate([part.observables for part in parts])[:n_shots]
        return detectors, observables

    def __repr__(self) -> str:
        n_rounds = self.rounds.max() + 1
        parts = [
            f"{self.n_detectors} detectors" + (f" in {n_rounds} rounds" if n_rounds else ""),
            f"{self.n_observables} observable" + ("s" if self.n_observables > 1 else ""),
            f"{len(self.mechanisms)} mechanisms",
        ]
        if self.recorded is not None:
            parts.append(f"{len(self.recorded)} recorded shots")
        return f"DecodingProblem({', '.join(parts)})"
