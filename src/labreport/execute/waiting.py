"""The tasks that no lane has yet, and which of them a lane takes next."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

from labreport.execute.task import Task


class Waiting:
    """Tasks by program, the longest first; choosing one takes as long however many there are."""

    def __init__(self, tasks: Iterable[Task]) -> None:
        self._programs: dict[str, deque[Task]] = {}
        for task in tasks:
            self._programs.setdefault(task.program, deque()).append(task)

    def __bool__(self) -> bool:
        return bool(self._programs)

    def __iter__(self) -> Iterator[Task]:
        return (task for tasks in self._programs.values() for task in tasks)

    def choose(self, last: str | None, elsewhere: set[str]) -> Task:
        """The longest task of the program that a lane has compiled, else of one that no lane runs."""
        if last is not None and last in self._programs:
            program = last
        else:
            free = (name for name in self._programs if name not in elsewhere)
            program = next(free, next(iter(self._programs)))
        tasks = self._programs[program]
        task = tasks.popleft()
        if not tasks:
            del self._programs[program]
        return task

    def put_back(self, task: Task) -> None:
        """It is the next one of its program."""
        self._programs.setdefault(task.program, deque()).appendleft(task)

    def clear(self) -> None:
        """None is to be carried out any more."""
        self._programs.clear()
