"""Small inputs of the kind that people bring: bits from a device, a circuit for Stim."""

from typing import TYPE_CHECKING

from .folders import data_folder

if TYPE_CHECKING:
    import stim

    from ..shadows import ShadowData


def load_measurements(name: str) -> "ShadowData":
    """Return measurement data that travel with the package.

    Parameters
    ----------
    name : str
        "H2O": 4,000 shots, in 122 settings, of the ground state of the molecule that
        ``load_molecule("H2O", unit="angstrom")`` returns.

    Returns
    -------
    ShadowData
        On 8 qubits, simulated without noise.

    Raises
    ------
    ValueError
        If there are no such data.

    Examples
    --------
    >>> import qlearn as ql
    >>> data = ql.datasets.load_measurements("H2O")
    >>> hamiltonian = ql.datasets.load_molecule("H2O", unit="angstrom").hamiltonian
    >>> ql.shadows.estimate(data, hamiltonian)
    -74.968 ± 0.008 (4000 shots)
    """
    from ..shadows import read_csv

    folder = data_folder("measurements")
    known = sorted(path.stem for path in folder.glob("*.csv"))
    if name not in known:
        raise ValueError(f"`name` must be one of {', '.join(known)}, got {name!r}.")
    return read_csv(folder / f"{name}.csv", qubit_0="left")


def load_memory_circuit(distance: int = 3) -> "stim.Circuit":
    """Return a memory experiment that travels with the package, as a Stim circuit.

    Parameters
    ----------
    distance : int
        3 or 5, of a rotated surface code; as many rounds, basis Z, uniform circuit noise of 0.5 %.

    Returns
    -------
    stim.Circuit
        With detectors, their coordinates and one observable.

    Raises
    ------
    ValueError
        If there is none of this distance.

    Examples
    --------
    >>> import qlearn as ql
    >>> ql.datasets.load_memory_circuit(3).num_detectors
    24
    """
    import stim

    folder = data_folder("memory_circuits")
    known = {int(path.stem.split("_d")[1].split("_")[0]): path for path in folder.glob("*.stim")}
    if distance not in known:
        raise ValueError(f"`distance` must be one of {', '.join(map(str, sorted(known)))}, got {distance!r}.")
    return stim.Circuit.from_file(known[distance])
