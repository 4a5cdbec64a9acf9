"""The kinds of trials: what goes wrong, and what is judged afterwards."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from faults.foreign import foreign
from faults.kind_crowds import crowd
from faults.kind_damage import damage
from faults.kind_edits import edited, watched
from faults.kind_files import ledger, lock, mark
from faults.kind_kills import kill
from faults.kind_moments import moment
from faults.kind_mutations import mutation
from faults.kind_orders import forced, orders, seeds
from faults.kind_properties import properties
from faults.kind_resume import resume
from faults.kind_small_disk import small_disk
from faults.kind_syscalls import syscall
from faults.kind_unwritable import unwritable
from faults.world import Place

Kind = Callable[[Place, Random, int], str]
"""Carries out the trial of an index; returns what it did, in words; raises `Lost` or `Skipped`."""

KINDS: dict[str, tuple[Kind, int]] = {
    "kill": (kill, 13),
    "syscall": (syscall, 18),
    "small-disk": (small_disk, 6),
    "damage": (damage, 14),
    "ledger": (ledger, 6),
    "lock": (lock, 2),
    "mark": (mark, 2),
    "foreign": (foreign, 1),
    "crowd": (crowd, 3),
    "unwritable": (unwritable, 4),
    "properties": (properties, 2),
    "resume": (resume, 10),
    "orders": (orders, 6),
    "forced": (forced, 3),
    "seeds": (seeds, 2),
    "mutation": (mutation, 2),
    "moments": (moment, 2),
    "edited": (edited, 3),
    "watched": (watched, 1),
}
"""Each with its share of the trials, in per cent."""
