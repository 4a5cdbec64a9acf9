"""Runs that were made elsewhere, in any library: CSV, JSON lines, MLflow's local store, TensorBoard's files.

`recorded` and `recorded_groups` make experiments of them; `final_values`, `curves` and `facts` are for
answers and figures that read them. Light: planning imports it.
"""

from labreport.recorded.declare import recorded, recorded_groups
from labreport.recorded.reading import curves, facts, final_values

__all__ = ["curves", "facts", "final_values", "recorded", "recorded_groups"]
