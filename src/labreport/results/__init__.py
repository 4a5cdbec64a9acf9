"""What was run, kept in a folder and read back."""

from labreport.results.files import DiskError, lock, read_json, sha256_of, write_json
from labreport.results.loaded import Loaded, load
from labreport.results.runs import (
    TIMES,
    Checkpoint,
    Results,
    Run,
    Runs,
    Store,
    describe_experiment,
    results_for_reader,
)
