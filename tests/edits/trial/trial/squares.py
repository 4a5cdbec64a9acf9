"""Imported for nothing but that its classes are known then."""

from trial.shapes import Shape
from trial.table import register


class Square(Shape):
    """Has four."""

    corners = 4


class Triangle(Shape):
    """Has three."""

    corners = 3

    def weight(self, factor=3):
        """Heavier."""
        return super().weight(factor) - 1


@register("first")
def first(number):
    """One of the table."""
    return number + 1


@register("second", factor=3)
def second(number):
    """Another."""
    total = number * 2
    return total
