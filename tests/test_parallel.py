"""Threads: order, errors, nesting, forks."""

import multiprocessing
import os
import threading
import time

import joblib
import numpy as np
import pytest

from qlearn._parallel import _POOL, map_threads, thread_count


def test_jobs_become_threads():
    cores = joblib.cpu_count()
    assert thread_count(1) == thread_count(None) == 1
    assert thread_count(np.int64(3)) == 3
    assert thread_count(-1) == cores
    assert thread_count(-cores) == 1
    assert thread_count(-1000) == 1
    with pytest.raises(ValueError, match="`n_jobs` must not be 0"):
        thread_count(0)
    for bad in (1.0, "2"):
        with pytest.raises(TypeError, match="`n_jobs` must be an integer or None, got "):
            thread_count(bad)


def test_none_follows_joblib():
    with joblib.parallel_config(n_jobs=3):
        assert thread_count(None) == 3
        assert thread_count(2) == 2
    with joblib.parallel_config(backend="threading", n_jobs=-1):
        assert thread_count(None) == joblib.cpu_count()
    assert thread_count(None) == 1
    inner = joblib.Parallel(2, backend="threading")(joblib.delayed(thread_count)(None) for _ in range(2))
    assert inner == [1, 1]


@pytest.mark.parametrize("n_jobs", [1, 2, 5, 64, None])
def test_order_is_kept(n_jobs):
    def slow_when_early(task):
        time.sleep(0.002 * (10 - task))
        return task * task

    assert map_threads(slow_when_early, iter(range(10)), n_jobs) == [task * task for task in range(10)]
    assert map_threads(slow_when_early, [], n_jobs) == []


def test_that_many_threads_work_and_the_caller_is_one():
    barrier = threading.Barrier(4, timeout=10)

    def meet(_):
        barrier.wait()
        return threading.get_ident()

    threads = map_threads(meet, range(4), 4)
    assert len(set(threads)) == 4
    assert threading.get_ident() in threads
    assert set(map_threads(lambda _: threading.get_ident(), range(4), 1)) == {threading.get_ident()}


def test_the_error_of_the_earliest_task_is_raised_after_all_have_stopped():
    running, finished, started = threading.Barrier(2, timeout=10), [], []

    def fail(task):
        started.append(task)
        if task < 2:
            running.wait()
        if task == 0:
            time.sleep(0.05)
            finished.append(task)
            raise ValueError("early")
        raise KeyError("late")

    with pytest.raises(ValueError, match="early"):
        map_threads(fail, range(50), 2)
    assert finished == [0]
    assert len(started) < 50
    with pytest.raises(ZeroDivisionError):
        map_threads(lambda task: 1 // task, range(3), 1)


@pytest.mark.parametrize("in_caller", [True, False])
def test_interrupts_pass_through(in_caller):
    caller, both = threading.get_ident(), threading.Barrier(2, timeout=10)

    def interrupt(_):
        both.wait()
        if (threading.get_ident() == caller) == in_caller:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        map_threads(interrupt, range(2), 2)
    assert map_threads(abs, [-1, 2], 2) == [1, 2]


@pytest.mark.timeout(30)
def test_calls_may_nest_when_no_thread_is_idle():
    parties = _POOL.executor()._max_workers + 1
    all_busy = threading.Barrier(parties, timeout=10)

    def outer(task):
        all_busy.wait()
        return sum(map_threads(lambda inner: task * inner, range(10), 8))

    assert map_threads(outer, range(parties), parties) == [45 * task for task in range(parties)]


def child(queue):
    three = threading.Barrier(3, timeout=10)
    queue.put(map_threads(lambda task: -task - three.wait() * 0, range(6), 3))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_threads_come_back_after_a_fork():
    assert map_threads(abs, range(64), 8) == list(range(64))
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    process = context.Process(target=child, args=(queue,))
    process.start()
    try:
        assert queue.get(timeout=20) == [0, -1, -2, -3, -4, -5]
    finally:
        process.kill()
        process.join()
