"""How figures look."""

from labreport.charts import Drawing, column_figure

HEIGHTS = {"bar": 40.0, "line": 30.0}


def drawn(values, kind, width=0.8):
    """A drawing with one row for each value."""
    made, (axes,) = column_figure(HEIGHTS[kind])
    places = list(range(len(values)))
    axes.plot(places, values, marker="o", linewidth=width)
    axes.set_xlabel("place")
    rows = [[place, value] for place, value in zip(places, values, strict=True)]
    return Drawing(made, f"{kind} chart", ["place", "value"], rows, "Values in their order. None is hidden.")
