"""Measurements of qlearn beside its peers: one script for each speed claim, goals in ``goals.toml``.

``python -m benchmarks`` lists the scripts; ``python -m benchmarks NAME ... [--json FILE]`` runs some, ``all`` runs all.
``--quick`` goes through the motions on tiny cases, judges nothing and proves that every script still works.

The rules every script keeps:

- Peer and ours run in one go on one machine, call by call in turn; the best of several rounds counts, the median and
  the slowest are shown beside it. Every contestant has had one call before the first that is timed.
- Results are compared before any time is printed: values to 1e-8, statistics within their errors.
- Threads are pinned equal: by the environment before any import and by the processors a child process may use.
- A peer is used in the fastest of the ways its users have (several are tried), and keeps what it prepares between
  calls wherever ours does. Compile time is a number of its own.
- Ratios are printed, not lone times. A missing peer is named and skipped. A miss is printed as a miss.

A script is a module with ``run(options)``, a generator of `results.Result`, and ``THREADS``: "each" to run it once with
one thread and once with all, "one" for one thread only.
"""
