"""The tasks that no lane has yet, and which of them a lane takes next."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Set

from labreport.execute.task import Task

_Programs = dict[str, deque[Task]]
_Rank = tuple[int, bool]
"""A task's own rank, and whether it is exclusive."""


class Waiting:
    """Tasks by rank and program, the longest first; choosing one takes as long however many there are.

    Exclusive ones come after all others of their rank: what they measure, the results that are there by then
    do not wait for.
    """

    def __init__(self, tasks: Iterable[Task]) -> None:
        self._ranks: dict[_Rank, _Programs] = {}
        for task in tasks:
            self._queue(task).append(task)

    def __bool__(self) -> bool:
        return bool(self._ranks)

    def __iter__(self) -> Iterator[Task]:
        return (task for programs in self._ranks.values() for tasks in programs.values() for task in tasks)

    def choose(self, compiled: Set[str], elsewhere: Set[str]) -> Task:
        """The longest task of the lowest rank: of a program that a lane has compiled, else of a new one."""
        rank = self._first
        programs = self._ranks[rank]
        own = [name for name in compiled if name in programs]
        new = (name for name in programs if name not in elsewhere)
        longest = max(own, key=lambda name: (programs[name][0].work, name), default=None)
        program = longest if longest is not None else next(new, next(iter(programs)))
        task = programs[program].popleft()
        if not programs[program]:
            del programs[program]
        if not programs:
            del self._ranks[rank]
        return task

    @property
    def exclusive(self) -> bool:
        """Whether the next task must be carried out by itself."""
        return bool(self._ranks) and self._first[1]

    @property
    def _first(self) -> _Rank:
        return min(self._ranks)

    def has(self, program: str) -> bool:
        """Whether a task of this program is waiting."""
        return any(program in programs for programs in self._ranks.values())

    def put_back(self, task: Task) -> None:
        """It is the next one of its rank."""
        self._queue(task).appendleft(task)
        rank = _rank(task)
        programs = self._ranks[rank]
        self._ranks[rank] = {task.program: programs.pop(task.program), **programs}

    def clear(self) -> None:
        """None is to be carried out any more."""
        self._ranks.clear()

    def _queue(self, task: Task) -> deque[Task]:
        return self._ranks.setdefault(_rank(task), {}).setdefault(task.program, deque())


def _rank(task: Task) -> _Rank:
    return task.rank, task.exclusive
