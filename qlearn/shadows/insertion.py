"""Compiled greedy choice of settings: insert strings in order of priority, fill the free qubits."""

import numpy as np
from numba import njit

FREE = 3


@njit(nogil=True, cache=True)
def insert_strings(order, starts, qubits, codes, basis):
    """Fix in `basis` the letters of every string of `order` that contradicts none of those before it."""
    for term in order:
        fits = True
        for i in range(starts[term], starts[term + 1]):
            if basis[qubits[i]] != FREE and basis[qubits[i]] != codes[i]:
                fits = False
                break
        if fits:
            for i in range(starts[term], starts[term + 1]):
                basis[qubits[i]] = codes[i]


@njit(nogil=True, cache=True)
def _missing_letters(string, starts, qubits, codes, basis):
    """Return how many letters a string would newly fix, -1 where it contradicts the basis."""
    missing = 0
    for i in range(starts[string], starts[string + 1]):
        if basis[qubits[i]] == FREE:
            missing += 1
        elif basis[qubits[i]] != codes[i]:
            return -1
    return missing


@njit(nogil=True, cache=True)
def insert_classes(order, members, starts, qubits, codes, basis):
    """Fix the letters of one string of every class of `order` where one fits, the one that fixes fewest.

    The strings of class j are ``members[j]`` to ``members[j + 1]``. Qubits left free are measured in Z.
    """
    for j in order:
        best, fewest = -1, 2**30
        for string in range(members[j], members[j + 1]):
            missing = _missing_letters(string, starts, qubits, codes, basis)
            if 0 <= missing < fewest:
                best, fewest = string, missing
        if best >= 0 and fewest > 0:
            for i in range(starts[best], starts[best + 1]):
                basis[qubits[i]] = codes[i]
    for qubit in range(len(basis)):
        if basis[qubit] == FREE:
            basis[qubit] = 2


@njit(nogil=True, cache=True)
def greedy_settings(weights, unmeasured_gain, members, starts, qubits, codes, bases):
    """Fill `bases` one after the other with classes by decreasing gain in summed standard deviation."""
    matches = np.zeros(len(weights), dtype=np.int64)
    gains = np.empty(len(weights))
    for setting in range(len(bases)):
        for j in range(len(weights)):
            n = matches[j]
            gains[j] = weights[j] * (unmeasured_gain if n == 0 else 1 / np.sqrt(n) - 1 / np.sqrt(n + 1))
        basis = bases[setting]
        insert_classes(np.argsort(-gains), members, starts, qubits, codes, basis)
        for j in range(len(weights)):
            for string in range(members[j], members[j + 1]):
                if _missing_letters(string, starts, qubits, codes, basis) == 0:
                    matches[j] += 1
                    break


@njit(nogil=True, cache=True)
def derandomise(steps, reach, starts, codes, entries_starts, entries, entry_terms, bases):
    """Fill `bases` letter by letter, each the one that lowers most the expected cost over the random letters to come.

    A string costs ``exp(-steps * matches)``, of which a setting takes away the part ``reach[string, k]`` when its
    letters are right so far and k of them are left. `entries` lists the letters of all strings by qubit, so that a
    choice costs as many steps as strings act on the qubit.
    """
    n_terms = len(steps)
    left = np.empty(n_terms, dtype=np.int64)
    exponent = np.zeros(n_terms)
    value = np.empty(n_terms)
    gain = np.empty(3)
    for setting in range(len(bases)):
        # Relative to the costliest string, so that no number of settings makes all costs vanish.
        least = exponent.min()
        for term in range(n_terms):
            left[term] = starts[term + 1] - starts[term]
            value[term] = np.exp(least - exponent[term])
        for qubit in range(bases.shape[1]):
            span = entries[entries_starts[qubit] : entries_starts[qubit + 1]]
            for code in range(3):
                gain[code] = 0.0
            for i in span:
                term = entry_terms[i]
                if left[term] > 0:
                    gain[codes[i]] += value[term] * reach[term, left[term] - 1]
            best = 2
            for code in range(2):
                if gain[code] > gain[best]:
                    best = code
            bases[setting, qubit] = best
            for i in span:
                term = entry_terms[i]
                if left[term] > 0:
                    left[term] = left[term] - 1 if codes[i] == best else -1
        for term in range(n_terms):
            if left[term] == 0:
                exponent[term] += steps[term]


@njit(nogil=True, cache=True)
def draw_adaptively(squares, codes, entries_starts, entries, entry_terms, order, uniform, bases):
    """Fill `bases` letter by letter in the order of the qubits that each row of `order` gives.

    A letter has the probability of the root of the summed `squares` of the strings that have it there and contradict no
    letter before it; all are equal where no string is left.
    """
    fits = np.empty(len(squares), dtype=np.bool_)
    share = np.empty(3)
    for setting in range(len(bases)):
        fits[:] = True
        for place in range(bases.shape[1]):
            qubit = order[setting, place]
            span = entries[entries_starts[qubit] : entries_starts[qubit + 1]]
            share[:] = 0.0
            for i in span:
                if fits[entry_terms[i]]:
                    share[codes[i]] += squares[entry_terms[i]]
            share[:] = np.sqrt(share)
            if share.sum() == 0.0:
                share[:] = 1.0
            target = uniform[setting, place] * share.sum()
            letter = 0
            while letter < 2 and target >= share[letter]:
                target -= share[letter]
                letter += 1
            bases[setting, qubit] = letter
            for i in span:
                if codes[i] != letter:
                    fits[entry_terms[i]] = False
