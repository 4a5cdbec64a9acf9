"""What things are made of: code that is followed, specifications, data, versions."""

from labreport.stale.ingredients import (
    ENGINE,
    UNKNOWN,
    changed_since_loaded,
    check_reads,
    declaration_hash,
    engine_hash,
    ingredients,
    run_inputs,
    sha256_of,
    short_hash,
)
from labreport.stale.loader import load
from labreport.stale.versions import versions
