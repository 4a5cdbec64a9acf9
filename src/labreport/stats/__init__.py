"""Statistics of results and of tables: samples, intervals, comparisons and findings.

`samples` and `cells` read values for each replicate; `pairing` decides whether replicates of two cells are
compared pairwise. `t_intervals`, `shares` and `two_way` compute intervals; `inference` chooses among them,
and `judgement` turns an interval into an outcome. A `finding` collects comparisons, and `words` answers
`conditions` on them; `stored` converts answers to JSON and back.
`formats` prints quantities, with the decimals that `rounding` gives; `sentences` words findings; `holding`
and `contents` list the conditions that hold and the quantities inside. Authors call the functions in
`makers`.

Importing this package is fast: NumPy, SciPy and pandas are imported at the first computation.
"""

from labreport.stats.answers import Answer
from labreport.stats.conditions import Condition, as_condition, both, either, negated
from labreport.stats.contents import quantities
from labreport.stats.finding import Fact, Finding, MeasuredFinding
from labreport.stats.formats import as_plus_minus, as_prose
from labreport.stats.holding import holding_conditions
from labreport.stats.inference import mean_of
from labreport.stats.makers.baseline import summary
from labreport.stats.makers.categories import hardest
from labreport.stats.makers.comparisons import change, difference, effect, ranking
from labreport.stats.makers.counts import count
from labreport.stats.makers.grids import grid
from labreport.stats.makers.means import mean
from labreport.stats.makers.statements import fact, number, ratio
from labreport.stats.namespace import Namespace, members_equal
from labreport.stats.quantity import Comparison, Counted, Quantity, Source, as_quantity
from labreport.stats.samples import Sample, sample_of_runs
from labreport.stats.sentences import sentence, sentence_values
from labreport.stats.stored import FORMAT, OLDER_FORMAT, from_json, to_json
from labreport.stats.tables import Column, Table, read_declaration, rows
from labreport.stats.wording import plural
from labreport.stats.words import ComparedFinding, Count, Difference, Effect, Ranking
