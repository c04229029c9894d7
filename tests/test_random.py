"""Random streams: what they depend on, and what they must not."""

import numpy as np
import pytest

from qlearn._random import generator, seed_sequence, task_generator


def test_a_seed_fixes_the_stream():
    assert generator(7).random() == generator(7).random() == generator(np.int64(7)).random()
    assert generator(7).random() != generator(8).random()
    assert generator(None).random() != generator(None).random()
    assert generator(7).random() == generator(np.random.SeedSequence(7)).random()


def test_a_generator_goes_on():
    given = np.random.default_rng(3)
    assert generator(given) is given
    first, second = seed_sequence(given), seed_sequence(given)
    assert first.entropy != second.entropy
    again = np.random.default_rng(3)
    assert seed_sequence(again).entropy == first.entropy


def test_a_seed_sequence_is_left_as_it_is():
    sequence = np.random.SeedSequence(5, spawn_key=(1,))
    assert seed_sequence(sequence) is sequence
    task_generator(sequence, 0)
    assert sequence.n_children_spawned == 0


@pytest.mark.parametrize("bad", ["7", 7.0, True, [1, 2]])
def test_other_types_are_refused(bad):
    for function in (generator, seed_sequence):
        with pytest.raises(TypeError, match="`random_state` must be None, an integer, or NumPy's Generator"):
            function(bad)


def test_a_random_state_of_numpy_goes_on_in_its_stream():
    state, again = np.random.RandomState(3), np.random.RandomState(3)
    first, second = generator(state).random(), generator(state).random()
    assert first != second
    assert [first, second] == [generator(again).random(), generator(again).random()]


def test_negative_seeds_are_refused():
    with pytest.raises(ValueError, match="`random_state` must not be negative, got -1"):
        generator(-1)


def test_tasks_have_their_own_streams_whatever_the_order():
    seed = seed_sequence(11)
    keys = [(task, chunk) for task in range(8) for chunk in range(8)] + [(task,) for task in range(8)] + [()]
    forward = [task_generator(seed, *key).integers(2**63) for key in keys]
    backward = [task_generator(seed, *key).integers(2**63) for key in reversed(keys)][::-1]
    assert forward == backward
    assert len(set(forward)) == len(keys)
    assert task_generator(seed_sequence(11), 2, 3).integers(2**63) == forward[keys.index((2, 3))]


def test_tasks_of_tasks_extend_the_key():
    parent = np.random.SeedSequence(11, spawn_key=(4,))
    assert task_generator(parent, 2).random() == task_generator(np.random.SeedSequence(11), 4, 2).random()


def test_the_global_generator_is_left_alone():
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    generator(None).random()
    task_generator(seed_sequence(1), 0).random()
    assert np.array_equal(before, np.random.get_state()[1])  # noqa: NPY002
