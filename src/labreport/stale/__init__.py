"""What things are made of: code that is followed, specifications, data, versions."""

from labreport.stale.ingredients import (
    ENGINE,
    UNKNOWN,
    changed_since_loaded,
    declaration,
    digest,
    engine_digest,
    ingredients,
    key,
    made_of_run,
    watched,
)
from labreport.stale.loader import load
from labreport.stale.versions import versions
