"""Two figures."""

from trial import style
from trial.catalogue import BASE

from labreport import figure


@figure(reads=BASE, slug="bars")
def bars(results):
    """Bars of what the run kept."""
    return style.drawn([1, 2, 3], "bar")


@figure(reads=BASE, slug="steps")
def steps(results):
    """A line."""
    from trial.bindings import LISTED, UNDER_IF

    return style.drawn([*LISTED, UNDER_IF], "line")
