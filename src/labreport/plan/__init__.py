"""Everything that a report is made of: targets in their order, what is stale and why, and what is stored."""

from labreport.plan.cache import Cache, CacheEntry
from labreport.plan.carry_over import carry_over
from labreport.plan.plan import Plan
from labreport.plan.reasons import Change, StaleGroup, Staleness, paths_to, stale_groups
from labreport.plan.targets import (
    DOCUMENTS,
    AnswerTarget,
    DocumentTarget,
    FigureTarget,
    RunTarget,
    SectionTarget,
    Target,
    report_source,
    stored_answers,
    stored_figures,
)
from labreport.plan.tasks import tasks_of
