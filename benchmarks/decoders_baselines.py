"""Every decoder that learns nothing, on identical shots at distances 3 and 5: accuracy and cost, exactly named.

Decoders of other libraries take part where the extra ``decoders`` is installed; those slower than a hundred times
matching see a tenth of the shots, in a table of their own with both kinds of matching again.
"""

import qlearn as ql

from .options import Options
from .results import Result

THREADS = "one"
P = 0.005
# decoders.md section 4.1, 10^6 shots.
GOLDEN = {3: {"matching": 0.017135, "correlated": 0.016510}, 5: {"matching": 0.01430, "correlated": 0.01095}}


def run(options: Options):
    """Yield two results a distance: fast decoders, then slow ones on fewer shots."""
    for distance, n_fast, n_slow in ((3, 400_000, 20_000), (5, 200_000, 2_000)):
        for speed, n_shots in (("fast", n_fast), ("slow", n_slow)):
            case = f"rotated surface code, d = r = {distance}, p = {P}, {speed} decoders"
            if options.wants(case):
                yield _case(case, distance, speed, 200 if options.quick else n_shots, options)


def _decoders(distance: int, speed: str) -> dict:
    d = ql.decoders
    found = {"matching": d.Matching(), "correlated": d.Matching(correlated=True)}
    if speed == "fast":
        found["ensemble of 15"] = d.MatchingEnsemble()
        return found
    found |= {"belief matching": d.BeliefMatching(), "BP + OSD-0": d.BPOSD(osd_method="OSD_0"),
              "BP + OSD-CS7": d.BPOSD(), "BP + LSD-0": d.BPLSD(), "relay BP": d.RelayBP(),
              "tesseract, beam 15": d.Tesseract(beam=15)}  # fmt: skip
    if distance == 5:
        found.pop("BP + OSD-CS7")  # a quarter of a second a shot
    return found


def _case(case: str, distance: int, speed: str, n_shots: int, options: Options) -> Result:
    circuit = ql.codes.surface_memory(distance, distance, noise=ql.codes.CircuitNoise.circuit_level(P))
    problem = ql.decoders.DecodingProblem.from_circuit(circuit)
    ready, missing = {}, []
    for name, decoder in _decoders(distance, speed).items():
        try:
            ready[name] = decoder.fit(problem)
        except ImportError as error:
            missing.append(f"{name} left out: {error}")
    table = ql.decoders.compare(ready, problem, n_shots=n_shots, random_state=1)
    metrics = {}
    if speed == "fast" and not options.quick:
        off = [abs(table[name].rate.value - rate) / table[name].rate.std_error
               for name, rate in GOLDEN[distance].items()]  # fmt: skip
        metrics["standard_errors_off"] = max(off)
        metrics["ensemble / correlated"] = table["ensemble of 15"].n_errors / table["correlated"].n_errors
    return Result(case, options.threads, {}, "shot", metrics, [str(table).replace("\n", "\n    "), *missing])
