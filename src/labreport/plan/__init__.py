"""The targets of a report in order of making, which of them are stale and why, and where they are stored."""

from labreport.plan.cache import Cache, CacheEntry
from labreport.plan.documents import DOCUMENTS, DocumentTarget, published_answers
from labreport.plan.keep import keep_runs
from labreport.plan.names import UnknownName, targets_named, wanted_targets
from labreport.plan.plan import Plan
from labreport.plan.reasons import Change, StaleGroup, Staleness, paths_to, stale_groups
from labreport.plan.stored import StoredReport, report_to_export
from labreport.plan.targets import AnswerTarget, MadeTarget, ReaderTarget, RunTarget, Target
from labreport.plan.tasks import keys_to_replace, replacements, tasks_of
