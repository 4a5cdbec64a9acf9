"""Tick labels in the project's own letters: no mathematical typesetting, no other font."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, MaxNLocator, NullFormatter, NullLocator

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def power_of_ten(exponent: int) -> str:
    """`10⁻³` as text."""
    return "10" + str(exponent).translate(_RAISED)


def plain_numbers(axis: Axis, at: Sequence[float] | None = None) -> None:
    """Label ticks as 0.5, 12, 1,000; `at` fixes where they are."""
    if at is not None:
        axis.set_major_locator(FixedLocator(list(at)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}".replace("-", "−")))
    axis.set_minor_formatter(NullFormatter())


def round_limits(axes: Axes, step: float, *, highest: float = math.inf) -> None:
    """Widen the y axis to multiples of `step`, so that it starts at a number that can be said."""
    low, high = axes.get_ylim()
    axes.set_ylim(step * math.floor(low / step), min(highest, step * math.ceil(high / step)))


def whole_numbers(axis: Axis, most: int = 5) -> None:
    """At most so many ticks, at whole numbers."""
    axis.set_major_locator(MaxNLocator(nbins=most, integer=True, steps=[1, 2, 5, 10]))
    plain_numbers(axis)


def powers_of_ten(axis: Axis, most: int = 6) -> None:
    """At most so many ticks of a logarithmic axis, at powers of ten. Set the limits first."""
    low, high = sorted(math.log10(limit) for limit in axis.get_view_interval())
    every = next(step for step in (1, 2, 3, 5, 10, 20, 50, 100) if (high - low) / step < most)
    axis.set_major_locator(LogLocator(base=10.0**every, numticks=most + 2))
    axis.set_major_formatter(FuncFormatter(lambda value, _: power_of_ten(round(math.log10(value)))))
    axis.set_minor_locator(NullLocator())


def thousands(axis: Axis) -> None:
    """Ticks of a logarithmic axis at 1, 3 and 10 in each decade, written out: 3,000, 10,000."""
    axis.set_major_locator(LogLocator(base=10.0, subs=(1.0, 3.0), numticks=50))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axis.set_minor_locator(NullLocator())
