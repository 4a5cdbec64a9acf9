"""The kinds of trials: what goes wrong, and what is judged afterwards."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from faults.kind_crowds import crowd
from faults.kind_damage import damage
from faults.kind_kills import kill
from faults.kind_mutations import mutation
from faults.kind_properties import properties
from faults.kind_resume import resume
from faults.kind_small_disk import small_disk
from faults.kind_syscalls import syscall
from faults.kind_unwritable import unwritable
from faults.world import Place

Kind = Callable[[Place, Random, int], str]
"""Carries out the trial of an index; returns what it did, in words; raises `Lost` or `Skipped`."""

KINDS: dict[str, tuple[Kind, int]] = {
    "kill": (kill, 20),
    "syscall": (syscall, 30),
    "small-disk": (small_disk, 8),
    "damage": (damage, 25),
    "crowd": (crowd, 3),
    "unwritable": (unwritable, 4),
    "properties": (properties, 2),
    "resume": (resume, 6),
    "mutation": (mutation, 2),
}
"""Each with its share of the trials, in per cent."""
