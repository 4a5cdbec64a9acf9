"""One way to compare: quantities, measures, samples, estimates, judgements, findings, and answers.

Light: NumPy and SciPy are loaded when something is first computed. In the order in which a number is made:

- `quantity`, `rounding`: a number with its source, and how it is printed;
- `operation` and `operations/`: how a number is computed, in one file each, in Python and in JavaScript;
- `measure`: what a metric is, and samples of it; `estimate`: how two samples differ, and how sure that is;
- `findings`: what was seen and how sure it is, and all of it for one question; `words`: the sentences.
"""

from labreport.experiment import Design
from labreport.stats.estimate import Estimate, Judgement, compare, mean
from labreport.stats.findings import (
    Answer,
    Finding,
    Part,
    count,
    difference,
    estimate,
    exact,
    extremes,
    ranking,
    trend,
)
from labreport.stats.measure import Measure, Sample, sample
from labreport.stats.operation import Reason
from labreport.stats.quantity import Derivation, Interval, Quantity, Source, Unit, VariesWith

__all__ = [
    "Answer",
    "Derivation",
    "Design",
    "Estimate",
    "Finding",
    "Interval",
    "Judgement",
    "Measure",
    "Part",
    "Quantity",
    "Reason",
    "Sample",
    "Source",
    "Unit",
    "VariesWith",
    "compare",
    "count",
    "difference",
    "estimate",
    "exact",
    "extremes",
    "mean",
    "ranking",
    "sample",
    "trend",
]
