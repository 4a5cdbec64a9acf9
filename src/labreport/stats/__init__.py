"""Numbers, comparisons and findings: one way to compare, for results and for tables alike.

Light to import: NumPy, SciPy and pandas are loaded when something is first computed. `sample` reads,
`intervals` computes, `compare` judges, `finding` is asked, authors call `makers`.
"""
# ruff: noqa: I001

from labreport.stats.compare import Comparison, mean_of, ratio
from labreport.stats.finding import Answer, Finding, conditions, from_json, sentence_values, sentence
from labreport.stats.makers import average, change, count, difference, effect, environment, estimate, fact
from labreport.stats.makers import grid, hardest, mean, number, ranking
from labreport.stats.names import Namespace, members_equal, to_json
from labreport.stats.tables import Column, Table, declared, rows
from labreport.stats.quantity import Condition, Quantity, Source, as_condition, as_quantity
from labreport.stats.quantity import both, either, negated
from labreport.stats.formats import as_plus_minus, as_prose, as_table
from labreport.stats.wording import plural
from labreport.stats.sample import Sample, sample
