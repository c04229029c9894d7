"""Run one script with one number of threads: ``python -m benchmarks.child NAME OPTIONS FILE``."""

import importlib
import sys
from pathlib import Path

from .options import Options, pin_processors
from .results import lines


def main(name: str, options: Options, path: Path) -> None:
    """Print every result and append it to a file of JSON lines."""
    pin_processors(options.threads)
    script = importlib.import_module(f".{name}", __package__)
    with path.open("a", encoding="utf-8") as stream:
        for result in script.run(options):
            print("\n".join(lines(name, result, not options.quick)), flush=True)
            stream.write(result.to_json() + "\n")
            stream.flush()


if __name__ == "__main__":
    main(sys.argv[1], Options.from_json(sys.argv[2]), Path(sys.argv[3]))
