"""Several things made at once by forks, as if they were made one after the other."""

from __future__ import annotations

import os
import sys
import threading
import time

import pytest

from labreport.errors import RenderError, UnknownName
from labreport.execute.forks import in_forks

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere than on Linux nothing is forked")


@pytest.fixture(autouse=True)
def no_other_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """The processes in which tests run may have some; a build has none."""
    monkeypatch.setattr(threading, "active_count", lambda: 1)


def slowly(number: int) -> tuple[int, int]:
    """Takes long enough that another process takes the next one."""
    time.sleep(0.05)
    return number, os.getpid()


def test_two_processes_share_the_work_and_the_order_is_kept() -> None:
    """This one is one of them; what they return may be large."""
    found = in_forks(slowly, range(8), 2)
    assert [value[0] for value, error in found if error is None] == list(range(8))
    processes = {value[1] for value, _ in found}
    assert (len(processes), os.getpid() in processes) == (2, True)
    (large, _), *_ = in_forks(lambda number: "x" * 10_000_000, range(2), 2)
    assert len(large) == 10_000_000


def test_errors_come_with_their_place() -> None:
    """Each is of its own class where that can be sent, and its cause shows where it was raised."""

    def fails(number: int) -> None:
        time.sleep(0.05)
        raise RenderError(f"number {number}") if number % 2 else UnknownName("item", "x", ["y"])

    found = in_forks(fails, range(4), 2)
    assert [type(error) for _, error in found][1::2] == [RenderError, RenderError]
    assert [str(error) for _, error in found][1::2] == ["number 1", "number 3"]
    assert all("no item named 'x'" in str(error) for _, error in found[::2])
    assert any("in fails" in str(error.__cause__) for _, error in found if error is not None)


def test_what_a_fork_that_dies_did_not_make_is_made_here() -> None:
    """The report lacks nothing."""
    here = os.getpid()

    def dies_elsewhere(number: int) -> int:
        time.sleep(0.05)
        if os.getpid() != here:
            os._exit(9)
        return number

    assert in_forks(dies_elsewhere, range(6), 3) == [(number, None) for number in range(6)]


def test_what_is_to_be_done_first_is_done_here_while_others_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once, whether there are others or not; a single item is then left to another process."""
    done: list[int] = []

    def first() -> None:
        time.sleep(0.2)
        done.append(os.getpid())

    ((value, _),) = in_forks(slowly, range(1), 2, first)
    assert value[1] != os.getpid()
    monkeypatch.setattr(threading, "active_count", lambda: 2)
    ((value, _),) = in_forks(slowly, range(1), 2, first)
    assert value[1] == os.getpid()
    assert done == [os.getpid()] * 2


def test_beside_another_thread_nothing_is_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    """It could hold a lock forever in the fork."""
    monkeypatch.setattr(threading, "active_count", lambda: 2)
    assert {value[1] for value, _ in in_forks(slowly, range(3), 2)} == {os.getpid()}
