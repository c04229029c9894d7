"""Decoders to and from sinter: ours in `sinter.collect`, theirs in `qlearn.decoders.compare`."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import sinter
import stim
from sklearn.base import clone

from .. import persistence
from ..decoders import AbstractDecoder, AbstractSoftDecoder, DecodingProblem, Matching
from ..decoders._names import decoder_classes
from ._sinter_csv import repair_csv

__all__ = ["FromSinter", "collect", "command_line", "decoders", "repair_csv"]


def decoders(named: Mapping[str, AbstractDecoder], *, discard_below: float | None = None) -> dict[str, sinter.Decoder]:
    """Return decoders in the form that ``sinter.collect(custom_decoders=...)`` takes.

    Parameters
    ----------
    named : dict of str to AbstractDecoder
        A fitted decoder is used as it is, and refuses models of other sizes. One that is not fitted is fitted to each
        task's model in each worker: for those that learn nothing from shots.
    discard_below : float, optional
        Shots in which an observable's answer has less than this probability, between 0.5 and 1, are discarded. For
        decoders with `predict_probability`.

    Returns
    -------
    dict of str to sinter.Decoder
        Each can be pickled.

    Raises
    ------
    TypeError, ValueError
        If a value is no decoder, or `discard_below` does not fit.

    Examples
    --------
    >>> circuit = ql.codes.repetition_memory(3, 3, noise=ql.codes.CircuitNoise.uniform(0.02))
    >>> tools = ql.interop.sinter.decoders({"matching": ql.decoders.Matching()})
    >>> sorted(tools)
    ['matching']
    """
    if discard_below is not None and not 0.5 <= discard_below <= 1:
        raise ValueError(f"`discard_below` must be a probability between 0.5 and 1, got {discard_below!r}.")
    for name, decoder in named.items():
        if not isinstance(decoder, AbstractDecoder):
            raise TypeError(f"`named` must hold decoders, got {type(decoder).__name__} as {name!r}.")
        if discard_below is not None and not isinstance(decoder, AbstractSoftDecoder):
            raise TypeError(f"{type(decoder).__name__} has no probabilities; leave `discard_below` out.")
    return {name: _ToSinter(decoder, discard_below) for name, decoder in named.items()}


def command_line() -> dict[str, sinter.Decoder]:
    """Return decoders for sinter's command line, whose ``--custom_decoders_module_function`` takes this function.

    By their names in ``qlearn decode list``, all that learn nothing from shots, each fitted to a task's model in each
    worker; and the trained ones of the files in the environment variable ``QLEARN_DECODERS``, which holds paths as
    ``PATH`` does, by the names of the files without their suffixes.

    Returns
    -------
    dict of str to sinter.Decoder

    Raises
    ------
    OSError, ValueError
        If a file cannot be read, holds no decoder, or has the name of another decoder.

    Examples
    --------
    In a shell::

        qlearn decode train memory.stim --decoder gap-stacking --out trained.qlearn
        QLEARN_DECODERS=trained.qlearn sinter collect --circuits memory.stim --decoders trained correlated-matching \\
            --custom_decoders_module_function qlearn.interop.sinter:command_line --max_shots 100000 --processes 2

    >>> sorted(ql.interop.sinter.command_line())[:3]
    ['belief-matching', 'bplsd', 'bposd']
    """
    named = {name: cls() for name, cls in decoder_classes().items() if cls.default_shots is None}
    named["correlated-matching"] = Matching(correlated=True)
    for path in filter(None, os.environ.get("QLEARN_DECODERS", "").split(os.pathsep)):
        name, loaded = Path(path).stem, persistence.load(path)
        if not isinstance(loaded, AbstractDecoder):
            raise ValueError(f"{path} holds no decoder but {type(loaded).__name__}.")
        if name in named:
            raise ValueError(f"{path} would be a second decoder named {name!r}; rename the file.")
        named[name] = loaded
    return decoders(named)


def collect(**arguments: Any) -> list[sinter.TaskStats]:
    """Return what ``sinter.collect`` returns, after repairing the file to resume from.

    Parameters
    ----------
    **arguments
        Of ``sinter.collect``. Files named by ``save_resume_filepath`` and ``existing_data_filepaths`` may end in a line
        that was cut off when an earlier run was killed.

    Returns
    -------
    list of sinter.TaskStats

    Raises
    ------
    ValueError
        If such a file is no table of sinter's.

    Examples
    --------
    >>> import sinter
    >>> circuit = ql.codes.repetition_memory(3, 2, noise=ql.codes.CircuitNoise.uniform(0.02))
    >>> ql.interop.sinter.collect(tasks=[sinter.Task(circuit=circuit)], num_workers=1, decoders=["pymatching"],
    ...                           max_shots=100)[0].shots  # doctest: +SKIP
    100
    """
    named = [arguments.get("save_resume_filepath"), *arguments.get("existing_data_filepaths", ())]
    for path in named:
        if path is not None and Path(path).exists():
            repair_csv(path)
    return sinter.collect(**arguments)


class _ToSinter(sinter.Decoder):
    """One of our decoders, for sinter."""

    def __init__(self, decoder: AbstractDecoder, discard_below: float | None) -> None:
        self.decoder, self.discard_below = decoder, discard_below

    def compile_decoder_for_dem(self, *, dem: stim.DetectorErrorModel) -> sinter.CompiledDecoder:
        decoder = self.decoder
        if not decoder.__sklearn_is_fitted__():
            decoder = clone(decoder).fit(DecodingProblem.from_dem(dem))
        sizes = (decoder.n_detectors_, decoder.n_observables_)
        if sizes != (dem.num_detectors, dem.num_observables):
            raise ValueError(
                f"{type(decoder).__name__} was fitted to {sizes[0]} detectors and {sizes[1]} observables, the task has "
                f"{dem.num_detectors} and {dem.num_observables}; fit one for it."
            )
        return _Compiled(decoder, self.discard_below)


class _Compiled(sinter.CompiledDecoder):
    def __init__(self, decoder: AbstractDecoder, discard_below: float | None) -> None:
        self.decoder, self.discard_below = decoder, discard_below

    def decode_shots_bit_packed(self, *, bit_packed_detection_event_data: np.ndarray) -> np.ndarray:
        packed = bit_packed_detection_event_data
        if self.discard_below is None:
            return self.decoder.predict_packed(packed)
        detectors = np.unpackbits(packed, axis=1, count=self.decoder.n_detectors_, bitorder="little")
        probability = self.decoder.predict_probability(detectors.view(bool))
        answers = np.packbits(probability > 0.5, axis=1, bitorder="little")
        sure = np.maximum(probability, 1 - probability).min(axis=1) >= self.discard_below
        return np.column_stack([answers, (~sure).astype(np.uint8)])  # the further byte asks sinter to discard


class FromSinter(AbstractDecoder):
    """A decoder of sinter's interface, to be compared with ours.

    Parameters
    ----------
    decoder : sinter.Decoder
        One that decodes through files only is bridged. A discard counts as its prediction.
    decomposed : bool
        Whether it is given errors split into edges, as matching needs, or whole.

    Examples
    --------
    >>> import sinter
    >>> theirs = ql.interop.sinter.FromSinter(sinter.BUILT_IN_DECODERS["pymatching"])
    >>> problem = ql.decoders.DecodingProblem.from_dem("error(0.1) D0\\nerror(0.1) D0 D1\\nerror(0.1) D1 L0")
    >>> theirs.fit(problem).predict([[False, True]])
    array([[ True]])
    """

    def __init__(self, decoder: sinter.Decoder, decomposed: bool = True) -> None:
        self.decoder = decoder
        self.decomposed = decomposed

    def __repr__(self) -> str:
        return f"FromSinter({type(self.decoder).__name__}{'' if self.decomposed else ', decomposed=False'})"

    def _fit(self, problem: DecodingProblem, budget: object) -> None:
        if not callable(getattr(self.decoder, "compile_decoder_for_dem", None)):  # not all inherit from sinter.Decoder
            raise TypeError(
                "`decoder` must be one of sinter's, such as sinter.BUILT_IN_DECODERS['pymatching'], got "
                f"{self.decoder!r}."
            )
        self._model = problem.decomposed_model if self.decomposed else problem.model
        self._compile()

    def _compile(self) -> None:
        try:
            self._compiled: sinter.CompiledDecoder | None = self.decoder.compile_decoder_for_dem(dem=self._model)
        except NotImplementedError:
            self._compiled = None

    def __getstate__(self) -> dict[str, object]:
        state = super().__getstate__()
        return {key: value for key, value in state.items() if key != "_compiled"}

    def __setstate__(self, state: dict[str, object]) -> None:
        super().__setstate__(state)
        if hasattr(self, "_model"):
            self._compile()

    def _predict(self, detectors: np.ndarray) -> np.ndarray:
        packed = self._predict_packed(np.packbits(detectors, axis=1, bitorder="little"))
        return np.unpackbits(packed, axis=1, count=self.n_observables_, bitorder="little").view(bool)

    def _predict_packed(self, packed: np.ndarray) -> np.ndarray:
        width = -(-self.n_observables_ // 8)
        if self._compiled is None:
            return self._through_files(packed, width)
        answers = self._compiled.decode_shots_bit_packed(bit_packed_detection_event_data=packed)
        return np.ascontiguousarray(answers[:, :width])

    def _through_files(self, packed: np.ndarray, width: int) -> np.ndarray:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            self._model.to_file(root / "model.dem")
            (root / "shots.b8").write_bytes(np.ascontiguousarray(packed).tobytes())
            self.decoder.decode_via_files(
                num_shots=len(packed),
                num_dets=self._model.num_detectors,
                num_obs=self._model.num_observables,
                dem_path=root / "model.dem",
                dets_b8_in_path=root / "shots.b8",
                obs_predictions_b8_out_path=root / "answers.b8",
                tmp_dir=root,
            )
            data = np.frombuffer((root / "answers.b8").read_bytes(), np.uint8)
        if len(data) != len(packed) * width:
            raise ValueError(f"{type(self.decoder).__name__} wrote {len(data)} bytes for {len(packed)} shots.")
        return data.reshape(-1, width)
