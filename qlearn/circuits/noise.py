"""Noise models: which channels follow which gates, on which qubits."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

import networkx as nx

from .._checks import check_probability, check_qubits
from ._device import DeviceSheet
from .channels import CHANNEL_NAMES
from .circuit import Circuit
from .gates import GATES, UNITARY_NAMES
from .instruction import Instruction

Times = float | Sequence[float] | Mapping[int, float]


class NoiseModel:
    """Rules that put noise channels into a circuit: after gates, before measurements, and where qubits wait.

    A rule holds its channels as a small `Circuit`. If that has as many qubits as the gate, it goes on the gate's
    qubits; if it has one, it goes on each of them. Of the rules that fit a gate only the most specific is used: gate
    and qubits, then qubits, then gate, then any (with as many qubits as the channels before one); a later rule replaces
    an equal one.

    Parameters
    ----------
    coupling : networkx.Graph, optional
        Two-qubit gates off its edges are refused. Nodes are qubit numbers; directions do not matter.
    max_gate_qubits : int, optional
        Larger gates are refused, since no rule speaks of them. By default they pass without noise.

    Examples
    --------
    >>> import qlearn as ql
    >>> noise = ql.NoiseModel().after(ql.Circuit(1).depolarize1(0.001, 0), gates=["h", "rx"])
    >>> noise = noise.before_measurement(ql.Circuit(1).readout_error(0.01, 0.02, 0))
    >>> noise.apply(ql.Circuit(1).h(0).measure()).counts()
    {'h': 1, 'depolarize1': 1, 'readout_error': 1, 'measure': 1}
    """

    def __init__(self, coupling: nx.Graph | None = None, max_gate_qubits: int | None = None) -> None:
        if coupling is not None and not isinstance(coupling, nx.Graph):
            raise TypeError(f"`coupling` must be a networkx.Graph of qubit numbers, got {type(coupling).__name__}.")
        self.coupling = coupling
        self.max_gate_qubits = max_gate_qubits
        self._placed_rules: dict[tuple[str | None, tuple[int, ...]], Circuit] = {}
        self._general_rules: dict[tuple[str | None, int], Circuit] = {}
        self._measurement: dict[int | None, Circuit] = {}
        self._idle: dict[int | None, Circuit] = {}
        self._sheet: DeviceSheet | None = None

    @classmethod
    def depolarizing(cls, p1: float, p2: float, readout: float = 0.0) -> NoiseModel:
        """Return the model with depolarising after every gate and symmetric readout errors.

        Parameters
        ----------
        p1, p2 : float
            Total probability of a random non-identity Pauli after gates on one and two qubits.
        readout : float
            Probability to flip a measured bit.

        Returns
        -------
        NoiseModel
            Gates on three or more qubits are refused: decompose first.

        Examples
        --------
        >>> import qlearn as ql
        >>> noise = ql.NoiseModel.depolarizing(0.001, 0.01, readout=0.02)
        >>> noise.apply(ql.Circuit(2).h(0).cx(0, 1).measure()).counts()["readout_error"]
        2
        """
        model = cls(max_gate_qubits=2)
        one, two = check_probability("p1", p1), check_probability("p2", p2)
        model.after(Circuit(1).depolarize1(one, 0) if one else Circuit(1))
        model.after(Circuit(2).depolarize2(two, 0, 1) if two else Circuit(2))
        flip = check_probability("readout", readout)
        if flip > 0.0:
            model.before_measurement(Circuit(1).readout_error(flip, flip, 0))
        return model

    @classmethod
    def from_device(
        cls,
        coupling: nx.Graph | None = None,
        *,
        t1: Times | None = None,
        t2: Times | None = None,
        gate_times: float | Mapping[Any, Any] | None = None,
        gate_errors: float | Mapping[Any, Any] | None = None,
        readout_errors: Any = None,
    ) -> NoiseModel:
        """Return the model of a device from the numbers on its sheet.

        Every gate is followed by depolarising noise and by thermal relaxation for its time, together with exactly the
        average infidelity that the sheet states. Qubits that wait between two of their instructions relax.

        Parameters
        ----------
        coupling : networkx.Graph, optional
            Two-qubit gates off its edges are refused.
        t1, t2 : float, sequence or mapping, optional
            One time for all, or by qubit. Infinite by default; without `t2` it is 2 * t1.
        gate_times : float or mapping, optional
            In the unit of t1 and t2. By gate name, or by number of qubits (1, 2) for all others; each entry is a
            number, or a mapping by qubit or edge. `"measure"` and `"reset"` may be given and take no time otherwise.
        gate_errors : float or mapping, optional
            Average gate infidelities, 1 minus the average gate fidelity; the same form as `gate_times`.
        readout_errors : float, pair, sequence or mapping, optional
            Flip probability, or the tuple (P(read 1 | is 0), P(read 0 | is 1)); one for all, or by qubit.

        Returns
        -------
        NoiseModel
            Gates on three or more qubits are refused: decompose first.

        Raises
        ------
        ValueError, TypeError
            If a number is out of range. Entries for single gates are read when a circuit needs them.

        Notes
        -----
        The depolarising strength p solves, for k qubits, d = 2**k and a stated average infidelity r:
        f = (d**2 - d (d + 1) r - 1) / (prod_q (1 + 2 exp(-t/T2_q) + exp(-t/T1_q)) - 1) and
        p = (1 - f) (d**2 - 1) / d**2, from F_avg = (d F_e + 1) / (d + 1) of Horodecki, Horodecki, Horodecki,
        Phys. Rev. A 60, 1888 (1999), equation 42. Where relaxation alone costs more than r, p is 0.

        Examples
        --------
        >>> import qlearn as ql
        >>> noise = ql.NoiseModel.from_device(
        ...     t1=100.0, t2=80.0, gate_times={1: 0.03, 2: 0.3, "rz": 0.0},
        ...     gate_errors={1: 0.0005, 2: {(0, 1): 0.008}, "rz": 0.0}, readout_errors=(0.01, 0.03),
        ... )
        >>> noise.apply(ql.Circuit(2).rz(0.1, 0).cx(0, 1)).counts()
        {'thermal_relaxation': 2, 'rz': 1, 'cx': 1, 'depolarize2': 1}
        """
        model = cls(coupling, max_gate_qubits=2)
        model._sheet = DeviceSheet(t1, t2, gate_times, gate_errors, readout_errors)
        for qubit in [] if coupling is None else coupling.nodes:
            model._sheet.relaxation(qubit)
        return model

    def after(self, channels: Circuit, gates: str | Iterable[str] | None = None, qubits: Any = None) -> Self:
        """Add a rule for gates and resets; returns the model.

        Parameters
        ----------
        channels : Circuit
            Noise channels only, on as many qubits as the gates have, or on one.
        gates : str or iterable of str, optional
            Gate names, or `"reset"`; any gate, but no reset, by default.
        qubits : int or sequence of int, optional
            Only gates on exactly these qubits, in this order or, where there is no rule for it, another.

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> noise = ql.NoiseModel().after(ql.Circuit(2).depolarize2(0.02, 0, 1), gates="cx", qubits=(0, 1))
        """
        _check_channels(channels, readout=False)
        names = [gates] if gates is None or isinstance(gates, str) else list(gates)
        for name in names:
            if name is not None and name not in UNITARY_NAMES and name != "reset":
                raise ValueError(f"`gates` holds {name!r}, which is no gate; use names of `qlearn.circuits.GATES`.")
            size = GATES[name].n_qubits if name in GATES else channels.n_qubits
            if channels.n_qubits not in (1, size):
                raise ValueError(f"The channels act on {channels.n_qubits} qubits, {name} acts on {size}.")
        place = None if qubits is None else check_qubits(qubits, 2**63)
        if place is not None and channels.n_qubits not in (1, len(place)):
            raise ValueError(f"The channels act on {channels.n_qubits} qubits, the rule is for {len(place)}.")
        for name in names:
            if place is None:
                self._general_rules[name, channels.n_qubits] = channels.copy()
            else:
                self._placed_rules[name, place] = channels.copy()
        return self

    def before_measurement(self, channels: Circuit, qubits: Any = None) -> Self:
        """Add a rule for measured qubits; returns the model.

        Parameters
        ----------
        channels : Circuit
            Noise channels on one qubit; `readout_error` flips the recorded bit.
        qubits : int or sequence of int, optional
            All by default.

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> noise = ql.NoiseModel().before_measurement(ql.Circuit(1).readout_error(0.01, 0.02, 0), qubits=[0, 2])
        """
        _set_by_qubit(self._measurement, channels, qubits, readout=True)
        return self

    def while_idle(self, channels: Circuit, qubits: Any = None) -> Self:
        """Add a rule for each layer in which a qubit waits between two of its instructions; returns the model.

        Layers are those of `Circuit.depth`. With `from_device`, where waiting costs time, no such rule is needed.

        Parameters
        ----------
        channels : Circuit
            Noise channels on one qubit.
        qubits : int or sequence of int, optional
            All by default.

        Returns
        -------
        Self

        Examples
        --------
        >>> import qlearn as ql
        >>> noise = ql.NoiseModel().while_idle(ql.Circuit(1).phase_flip(0.001, 0))
        >>> noise.apply(ql.Circuit(2).h(0).h(1).h(1).cx(0, 1)).counts()
        {'h': 3, 'phase_flip': 1, 'cx': 1}
        """
        _set_by_qubit(self._idle, channels, qubits, readout=False)
        return self

    def apply(self, circuit: Circuit, *, check_coupling: bool = True, final_measurement: bool = False) -> Circuit:
        """Return the circuit with the channels of the model put in.

        Parameters
        ----------
        circuit : Circuit
            Unchanged. Channels that it holds already stay.
        check_coupling : bool
            Refuse two-qubit gates off the coupling graph.
        final_measurement : bool
            Whether all qubits are measured at the end, as for expectation values from shots: a circuit without
            measurements then ends with what comes before those, readout errors included.

        Returns
        -------
        Circuit

        Raises
        ------
        ValueError
            If a gate is off the coupling graph, too large, or missing on the device sheet.

        Examples
        --------
        >>> import qlearn as ql
        >>> noisy = ql.NoiseModel.depolarizing(0.001, 0.01).apply(ql.Circuit(2).h(0).cx(0, 1))
        >>> [step.name for step in noisy]
        ['h', 'depolarize1', 'cx', 'depolarize2']
        """
        result = Circuit(circuit.n_qubits)
        clock = _Clock(circuit.n_qubits)
        for step in circuit.instructions:
            name, qubits = step.name, step.qubits
            if name in UNITARY_NAMES and check_coupling:
                self._check_coupling(name, qubits)
            if name in CHANNEL_NAMES:
                result.append(step)
                continue
            for qubit, wait in clock.advance(step, self._duration(step)):
                result._instructions.extend(self._waiting(qubit, wait))
            if name == "measure":
                for qubit in qubits:
                    result._instructions.extend(self._reading(qubit))
            result.append(step)
            if name in UNITARY_NAMES or name == "reset":
                result._instructions.extend(self._following(name, qubits))
        if final_measurement and not circuit.has_measurement:
            for qubit in range(circuit.n_qubits):
                result._instructions.extend(self._reading(qubit))
        return result

    def _following(self, name: str, qubits: tuple[int, ...]) -> Iterable[Instruction]:
        if self.max_gate_qubits is not None and len(qubits) > self.max_gate_qubits:
            raise ValueError(
                f"The noise model speaks of gates on at most {self.max_gate_qubits} qubits, the circuit has {name} on "
                f"{qubits}; decompose it first (`circuit.decompose()`)."
            )
        gates = (name,) if name == "reset" else (name, None)
        orders = [qubits, *(place for _, place in self._placed_rules if set(place) == set(qubits))]
        for key in itertools.product(gates, orders):
            if key in self._placed_rules:
                return _placed(self._placed_rules[key], key[1])
        for rule in itertools.product(gates, (len(qubits), 1)):
            if rule in self._general_rules:
                return _placed(self._general_rules[rule], qubits)
        if self._sheet is not None:
            return self._sheet.after(name, qubits)
        return ()

    def _reading(self, qubit: int) -> Iterable[Instruction]:
        channels = self._measurement.get(qubit, self._measurement.get(None))
        if channels is not None:
            return _placed(channels, (qubit,))
        return () if self._sheet is None else self._sheet.before_measurement(qubit)

    def _waiting(self, qubit: int, wait: float) -> Iterable[Instruction]:
        channels = self._idle.get(qubit, self._idle.get(None))
        if self._sheet is not None:
            return self._sheet.wait(qubit, wait)
        return [] if channels is None else _placed(channels, (qubit,)) * round(wait)

    def _duration(self, step: Instruction) -> float:
        if step.name == "barrier":
            return 0.0
        if self._sheet is None:
            return 1.0
        return self._sheet.duration(step.name, step.qubits) if len(step.qubits) < 3 or step.name == "measure" else 0.0

    def _check_coupling(self, name: str, qubits: tuple[int, ...]) -> None:
        graph = self.coupling
        if graph is None:
            return
        for qubit in qubits:
            if qubit not in graph:
                raise ValueError(f"{name} on qubits {qubits}: qubit {qubit} is not a node of the coupling graph.")
        if len(qubits) == 2 and not graph.has_edge(*qubits) and not graph.has_edge(*qubits[::-1]):
            near = sorted(nx.all_neighbors(graph, qubits[0]))
            raise ValueError(
                f"{name} on qubits {qubits}: they are not coupled, qubit {qubits[0]} has the neighbours {near}; "
                "route the circuit first, or pass check_coupling=False."
            )


class _Clock:
    """Starts every instruction as early as its qubits allow, and says who waited how long for it."""

    def __init__(self, n_qubits: int) -> None:
        self.free = [0.0] * n_qubits
        self.busy_until: list[float | None] = [None] * n_qubits

    def advance(self, step: Instruction, duration: float) -> list[tuple[int, float]]:
        """Place one instruction; return (qubit, wait) for its qubits that waited since their last one."""
        if step.name == "measure":
            starts = {qubit: self.free[qubit] for qubit in step.qubits}
        else:
            latest = max(self.free[qubit] for qubit in step.qubits)
            starts = dict.fromkeys(step.qubits, latest)
        waits = []
        for qubit, start in starts.items():
            self.free[qubit] = start + duration
            if step.name == "barrier":
                continue
            before = self.busy_until[qubit]
            if before is not None and start - before > 0:
                waits.append((qubit, start - before))
            self.busy_until[qubit] = start + duration
        return waits


def _check_channels(channels: Any, *, readout: bool) -> None:
    if not isinstance(channels, Circuit):
        raise TypeError(f"`channels` must be a Circuit of noise channels, got {type(channels).__name__}.")
    for step in channels.instructions:
        if step.name not in CHANNEL_NAMES:
            raise ValueError(f"`channels` may hold noise channels only, got {step.name}.")
        if step.name == "readout_error" and not readout:
            raise ValueError("readout_error belongs to measurements; use `before_measurement`.")


def _set_by_qubit(rules: dict[int | None, Circuit], channels: Circuit, qubits: Any, *, readout: bool) -> None:
    _check_channels(channels, readout=readout)
    if channels.n_qubits != 1:
        raise ValueError(f"`channels` must be a Circuit on one qubit, got {channels.n_qubits}.")
    for qubit in [None] if qubits is None else check_qubits(qubits, 2**63):
        rules[qubit] = channels.copy()


def _placed(channels: Circuit, qubits: tuple[int, ...]) -> list[Instruction]:
    """The channels of a rule on the qubits of a gate, or on each of them."""
    if channels.n_qubits == len(qubits):
        return [step._replace(qubits=tuple(qubits[q] for q in step.qubits)) for step in channels.instructions]
    return [step._replace(qubits=(qubit,)) for qubit in qubits for step in channels.instructions]
