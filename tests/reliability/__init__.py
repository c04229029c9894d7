"""What strangers and accidents do to qlearn, one row of the reliability table each.

A row is a function ``row(count, rng, folder) -> Outcome`` that makes up to `count` attempts on the public API. The
tests run each with a small count; ``python -m benchmarks reliability`` runs them all with large ones, each in a process
of its own, so that a crash of the interpreter is counted and does not end the run.
"""
