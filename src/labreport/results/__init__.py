"""What was run, kept in a folder and read back."""

from labreport.results.exports import FORMATS, export, load
from labreport.results.files import DiskError, digest, lock, read_json, write_json
from labreport.results.runs import TIMES, Kept, Results, Run, Runs, Store, described, read
