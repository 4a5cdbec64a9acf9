"""What each answer and figure takes for granted about the networks that it reads: epochs, and snapshots.

A catalogue that does not have it is refused in one line before anything is trained. That each reader
declares what it reads, and no more, is tested (`tests/exercise/test_needed.py`).
"""

from __future__ import annotations

from labreport.required import LAST, Required

_DEEP = ("deep-8", "deep-32", "deep-64")
_TRIALS = tuple(f"{name}-{change}" for name in _DEEP for change in ("gain-4", "4-layers", "30-epochs"))
_MOMENTS = (5, 20, 50)


def _each(names: tuple[str, ...], *snapshots: int, epochs: int = 1) -> tuple[Required, ...]:
    return tuple(Required(name, snapshots, epochs) for name in names)


NEEDED: dict[str, tuple[Required, ...]] = {
    "set-up.rates": (*_each(("rates",), LAST), *_each(("complex",))),
    **{f"part-one.{name}.parameters": _each((name,), LAST) for name in ("wide", "small")},
    **{f"part-one.{name}.accuracy": _each((name,), 10) for name in ("wide", "small")},
    "part-one.comparison": _each(("wide", "small"), 10),
    "part-two.above-20": _each(_DEEP, 10),
    "part-two.hypothesis": (*_each(_DEEP, 10, LAST), *_each((*_TRIALS, "depth-gain"), LAST)),
    "part-two.parameters": _each(_DEEP, LAST),
    "part-two.correlation": _each(("wide", "small", *_DEEP, "complex"), epochs=10),
    "part-three.goal": _each(("complex",), LAST),
    "part-three.best": (
        *_each(("wide",), 10),
        *_each(("small",), 5, 10, 20, 50),
        *_each(("complex",), *_MOMENTS, LAST),
    ),
    "part-three.epochs": _each(("wide", "small", "complex"), epochs=10),
    "bonus.digits": _each(("wide", "small", *_DEEP, "complex"), 10),
    "bonus.pattern": _each(("small", "complex"), LAST),
    "bonus.longer": _each(("small",), 10, 20, 50),
    "bonus.diminishing": _each(("small",), epochs=50),
    "bonus.complex": _each(("small", "complex"), *_MOMENTS),
    "bonus.time": _each(("small", "complex"), epochs=50),
    "bonus.worth": _each(("small", "complex"), *_MOMENTS),
    "bonus.more-time": (*_each(("complex",), epochs=50), *_each(("complex-100",), 50, 100)),
    "interventions": _each((*_DEEP, *_TRIALS), LAST),
    "depth-gain": _each(("depth-gain",), LAST),
    "confusion": _each(("wide", "small", *_DEEP, "complex"), LAST),
    "gallery": _each(("complex",), LAST),
    "prediction": _each(("complex-100",), epochs=100),
}
"""The slug of a question or figure to what it requires, those of any study left out."""


def needed(slug: str) -> tuple[Required, ...]:
    """What the question or figure of this slug requires."""
    if slug.startswith(("study.", "study-")):
        return _each((slug[len("study.") :],), LAST)
    return NEEDED.get(slug, ())
