"""Small pictures are where they are put."""

from __future__ import annotations

import numpy as np

from exercise import pictures
from labreport import charts


def test_a_picture_on_a_canvas_is_where_it_is_put_pixel_by_pixel() -> None:
    """Millimetres from the upper left."""
    with charts.style():
        _, panel = pictures.canvas(30)
        pictures.show_image(panel, np.arange(4, dtype=np.uint8).reshape(2, 2), 5, 6, 10)
    assert list(panel.images[0].get_extent()) == [5, 15, 16, 6]
    assert np.asarray(panel.images[0].get_array()).tolist() == [[0, 1], [2, 3]]
    assert panel.get_ylim() == (30, 0)
