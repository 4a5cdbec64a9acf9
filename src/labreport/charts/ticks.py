"""Tick labels in the same form as numbers in the text: 0.5, −12, 3,000, 10⁻⁶."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib import ticker
from matplotlib.axis import Axis

from labreport.stats.wording import power_of_ten_text


def plain_numbers(axis: Axis) -> None:
    """Label ticks with plain numbers: 0.5, 12, 1,000."""
    axis.set_major_formatter("{x:,.10g}")
    axis.set_minor_formatter(ticker.NullFormatter())


def few_numbers(axis: Axis, *, whole: bool = False) -> None:
    """Set about five ticks at round numbers, or at `whole` ones.

    This also suits a short logarithmic axis.
    """
    axis.set_major_locator(ticker.MaxNLocator(nbins=5, integer=whole, steps=[1, 2, 5, 10]))
    plain_numbers(axis)


def thousands(axis: Axis, subs: Sequence[float] = (1.0, 3.0)) -> None:
    """Set the ticks of a logarithmic axis at these multiples in each decade: 1,000, 3,000, 10,000."""
    axis.set_major_locator(ticker.LogLocator(subs=subs, numticks=50))
    axis.set_minor_locator(ticker.NullLocator())
    plain_numbers(axis)


def powers_of_ten(axis: Axis) -> None:
    """Set at most six ticks of a logarithmic axis, at powers of ten: `10⁻⁶`."""
    axis.set_major_locator(ticker.LogLocator(numticks=6))
    axis.set_minor_locator(ticker.NullLocator())
    axis.set_major_formatter(lambda value, _: power_of_ten_text(round(math.log10(value))))


def readable_log_ticks(axis: Axis) -> None:
    """Label a logarithmic axis: powers of ten from three decades on, else plain numbers."""
    low, high = sorted(axis.get_view_interval())
    if high >= 1000 * low:
        powers_of_ten(axis)
    else:
        thousands(axis, (1.0, 2.0, 5.0))
