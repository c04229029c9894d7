"""One attempt after another: what may happen, and what may not."""

import time
from dataclasses import dataclass, field

TYPED = (ValueError, MemoryError, OSError)
MAX_SECONDS = 5.0


@dataclass
class Outcome:
    """How many attempts were made, which of them qlearn did not survive, and the slowest; what counts as too slow."""

    tried: int = 0
    faults: list[str] = field(default_factory=list)
    slowest: float = 0.0
    max_seconds: float = MAX_SECONDS

    @property
    def survived(self):
        return self.tried - len(self.faults)

    def attempt(self, name, action, *arguments, accepts=lambda result: False):
        """Count one attempt: it must end soon, in an error that says something or in a result that `accepts` allows."""
        self.tried += 1
        start = time.perf_counter()
        try:
            result = action(*arguments)
        except TYPED as error:
            fault = "" if str(error).strip() else f"{type(error).__name__} without a word"
        except Exception as error:
            fault = f"{type(error).__name__}: {error}"
        else:
            fault = "" if accepts(result) else "accepted what it should have refused"
        seconds = time.perf_counter() - start
        self.slowest = max(self.slowest, seconds)
        if not fault and seconds > self.max_seconds:
            fault = f"took {seconds:.1f} s"
        if fault:
            self.faults.append(f"{name}: {fault}"[:300])

    def require(self, accepted):
        """Count it as a fault if good data is not accepted: else a reader that refuses everything would do."""
        if not accepted:
            self.faults.append("good data was not accepted")
