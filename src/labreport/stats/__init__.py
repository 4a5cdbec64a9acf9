"""Numbers, comparisons and findings: one way to compare, for results and for tables alike.

Light to import: NumPy, SciPy and pandas are loaded when something is first computed. `samples` and `cells`
read, `pairing` decides what is compared one by one, `t_intervals`, `shares` and `two_way` compute,
`inference` and `judgement` judge. A `finding` answers `conditions`, `formats` prints it by the rules of
`rounding`, `sentences` words it, `holding` and `contents` list what holds and what is inside. Authors call
`makers`.
"""

from labreport.stats.answers import Answer, from_json
from labreport.stats.conditions import Condition, as_condition, both, either, negated
from labreport.stats.contents import quantities
from labreport.stats.finding import (
    ComparisonFinding,
    Difference,
    DifferenceFinding,
    Fact,
    Finding,
    GroupedDifference,
    Ranking,
)
from labreport.stats.formats import as_plus_minus, as_prose
from labreport.stats.holding import holding_conditions
from labreport.stats.inference import compare, mean_of
from labreport.stats.makers.baseline import summary
from labreport.stats.makers.categories import hardest
from labreport.stats.makers.comparisons import change, difference, effect, ranking
from labreport.stats.makers.counts import count
from labreport.stats.makers.grids import grid
from labreport.stats.makers.means import mean
from labreport.stats.makers.statements import fact, number, ratio
from labreport.stats.namespace import Namespace, members_equal, to_json
from labreport.stats.quantity import Quantity, Source, as_quantity
from labreport.stats.samples import Sample, sample_of_runs
from labreport.stats.sentences import sentence, sentence_values
from labreport.stats.tables import Column, Table, read_declaration, rows
from labreport.stats.wording import plural
