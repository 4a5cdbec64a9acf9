"""Three answers."""

import decimal
from importlib import import_module

import trial.effects
import trial.squares
from trial import bindings, table
from trial.catalogue import BASE, SIZES
from trial.figures import bars, steps
from trial.shapes import heaviest

from labreport import Answer, Quantity, question


def _answer(values):
    return Answer({name: Quantity(round(float(value), 8)) for name, value in sorted(values.items())})


@question("How large is it?", reads=(BASE, SIZES), figures=(bars,), slug="measured")
def measured(results):
    """From the results."""
    third = decimal.Decimal(1) / decimal.Decimal(3)
    values = {f"size-{cell['size']}": sum(runs.values("test value")) for cell, runs in results.study(SIZES)}
    value = sum(results[BASE].values("test value"))
    return _answer({**values, "value": value, "third": third, "heaviest": heaviest()})


@question("How many are there?", reads=BASE, slug="counted")
def counted(results):
    """From names bound in unusual places."""
    values = {f"n{number:02}": value for number, value in enumerate(bindings.everything())}
    return _answer({**values, "hidden": bindings.HIDDEN, "limit": table.LIMIT})


@question("What is listed?", reads=BASE, figures=(steps,), slug="listed")
def listed(results):
    """From what other modules registered, and from modules loaded by name."""
    import trial.late.one

    values = table.applied(trial.late.one.value())
    for name in ("two", "one"):
        values[name] = import_module(f"trial.late.{name}").value()
    return _answer({**values, "direct": import_module("trial.late.two").LATER})
