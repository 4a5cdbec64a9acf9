"""Functions that authors call: means, rankings, differences, effects, counts, tables and facts."""
