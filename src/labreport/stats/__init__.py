"""Numbers, comparisons and findings: one way to compare, for results and for tables alike.

Light to import: NumPy, SciPy and pandas are loaded when something is first computed. `intervals` and `crossed`
compute, `sample` reads, `compare` judges, `finding` is asked, `makers` and `others` are what authors call.
"""

from labreport.stats.compare import Part, compare, mean_of, ratio
from labreport.stats.finding import Finding
from labreport.stats.makers import change, count, difference, effect, mean, ranking
from labreport.stats.names import (
    Answer,
    Column,
    Names,
    Table,
    declared,
    equal,
    find,
    from_plain,
    rows,
    text_of,
    to_plain,
)
from labreport.stats.others import average, environment, estimate, fact, grid, hardest, number
from labreport.stats.quantity import (
    Condition,
    Quantity,
    Source,
    as_condition,
    as_quantity,
    both,
    either,
    negated,
    plural,
)
from labreport.stats.rounding import as_prose, as_table, pm
from labreport.stats.sample import Sample, sample, samples
from labreport.stats.sentences import conditions, say, sentence

