"""Charts of results or a table in one call; each function returns a `Drawing` with its numbers."""

from labreport.charts.builders.bar_chart import bars
from labreport.charts.builders.cell_map import confusion, heat_map
from labreport.charts.builders.dot_plot import dots
from labreport.charts.builders.forest_plot import forest
from labreport.charts.builders.line_chart import curve
from labreport.charts.builders.scatter_plot import scatter
