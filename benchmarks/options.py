"""What a run was asked for."""

import json
import os
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True)
class Options:
    """Options of one run.

    Attributes
    ----------
    quick : bool
        Tiny cases; nothing is judged.
    threads : int
        For every contestant.
    seconds : float
        Aim for the rounds of one case.
    case : str
        Only cases whose name contains this text.
    peer_python : dict
        Interpreters of peers that live in an environment of their own, by peer.
    """

    quick: bool = False
    threads: int = 1
    seconds: float = 10.0
    case: str = ""
    peer_python: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Options":
        return cls(**json.loads(text))

    def wants(self, case: str) -> bool:
        return self.case in case


def core_count() -> int:
    """Return the processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def pinned_environment(threads: int) -> dict[str, str]:
    """Return this environment with every thread pool that we know of limited to `threads`."""
    names = (
        "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "NUMEXPR_NUM_THREADS",
        "NUMBA_NUM_THREADS", "QULACS_NUM_THREADS", "RAYON_NUM_THREADS", "TBB_NUM_THREADS",
    )  # fmt: skip
    environment = {**os.environ, **dict.fromkeys(names, str(threads))}
    environment["XLA_FLAGS"] = f"--xla_cpu_multi_thread_eigen={'false' if threads == 1 else 'true'}"
    environment["OMP_PROC_BIND"] = "false"
    # JAX asks for accelerators otherwise, and warns
    environment["JAX_PLATFORMS"] = "cpu"
    return environment


def pin_processors(threads: int) -> None:
    """Restrict this process to as many processors as it has threads (the last ones: the first serves interrupts)."""
    if hasattr(os, "sched_setaffinity"):
        allowed = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, allowed[-threads:])
