"""What was run, kept in a folder and read back."""

from labreport.results.exports import FORMATS, export
from labreport.results.files import DiskError, digest, lock, read_json, write_json
from labreport.results.load import load
from labreport.results.runs import TIMES, Kept, Results, Run, Runs, described, read
from labreport.results.store import Store
