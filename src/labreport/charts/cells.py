"""Heat maps read back: shades against the rows of the table, the number in each cell against its shade."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh

NUMBER = re.compile(r"[-\u2212]?[0-9]+(?:\.([0-9]+))?")


def misshaded(axes: Axes, in_one_row: Callable[[list[float]], bool]) -> Iterator[str]:
    """Rows of shades whose values are in no row of the table, and cells whose text is not their value."""
    for mesh in axes.collections:
        if not isinstance(mesh, QuadMesh) or mesh.get_array() is None:
            continue
        values: np.ma.MaskedArray[Any, Any] = np.ma.masked_invalid(np.ma.asarray(mesh.get_array()))
        for number, row in enumerate(values, 1):
            shown = [float(value) for value in row.compressed()]
            if not in_one_row(shown):
                values_shown = [round(value, 4) for value in shown]
                yield f"row {number} of the map, {values_shown}, is in no row of its table"
        for text in axes.texts:
            column, line = (math.floor(float(place)) for place in text.get_position())
            found = NUMBER.fullmatch(text.get_text().strip())
            inside = 0 <= line < values.shape[0] and 0 <= column < values.shape[1]
            if found and inside and values[line, column] is not np.ma.masked:
                value, said = float(values[line, column]), float(found[0].replace("\u2212", "-"))
                if abs(said - value) > 0.5001 * 10.0 ** -len(found[1] or ""):
                    yield f"a cell says {found[0]}, but its shade is that of {value:.6g}"
