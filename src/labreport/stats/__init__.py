"""Numbers, comparisons and findings: one way to compare, for results and for tables alike.

Light to import: NumPy, SciPy and pandas are loaded when something is first computed. `intervals` and
`crossed` compute, `sample` reads, `compare` judges, `finding` is asked, authors call `makers` and `others`.
"""
# ruff: noqa: I001

from labreport.stats.compare import Part, mean_of, ratio
from labreport.stats.finding import Finding
from labreport.stats.makers import change, count, difference, effect, mean, ranking
from labreport.stats.names import Answer, Names, equal, find, from_plain, text_of, to_plain
from labreport.stats.others import average, environment, estimate, fact, grid, hardest, number
from labreport.stats.quantity import Condition, Quantity, Source, as_condition, as_quantity
from labreport.stats.quantity import both, either, negated, plural
from labreport.stats.rounding import as_prose, as_table, pm
from labreport.stats.sample import Sample, sample, samples
from labreport.stats.sentences import conditions, say, sentence
from labreport.stats.tables import Column, Table, declared, rows

__all__ = [
    "Answer", "Column", "Condition", "Finding", "Names", "Part", "Quantity", "Sample", "Source", "Table",
    "as_condition", "as_prose", "as_quantity", "as_table", "average", "both", "change", "conditions",
    "count", "declared", "difference", "effect", "either", "environment", "equal", "estimate", "fact",
    "find", "from_plain", "grid", "hardest", "mean", "mean_of", "negated", "number", "plural", "pm",
    "ranking", "ratio", "rows", "sample", "samples", "say", "sentence", "text_of", "to_plain",
]  # fmt: skip
