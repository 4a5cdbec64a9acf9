"""What was run, kept in a folder and read back."""

from labreport.results.exports import FORMATS, export
from labreport.results.files import (
    Busy,
    Damaged,
    DiskError,
    digest,
    file_digest,
    lock,
    plain,
    read_json,
    safe_name,
    write_bytes,
    write_json,
)
from labreport.results.load import Loaded, load
from labreport.results.runs import TIMES, Kept, Results, Run, Runs, described, read
from labreport.results.store import Store

__all__ = [
    "FORMATS",
    "TIMES",
    "Busy",
    "Damaged",
    "DiskError",
    "Kept",
    "Loaded",
    "Results",
    "Run",
    "Runs",
    "Store",
    "described",
    "digest",
    "export",
    "file_digest",
    "load",
    "lock",
    "plain",
    "read",
    "read_json",
    "safe_name",
    "write_bytes",
    "write_json",
]
