"""Stored runs, reports and files: writing, finding and reading them."""

from labreport.results.document import (
    AnswersDocument,
    QuestionEntry,
    SectionEntry,
    describe_experiment,
    read_answers,
)
from labreport.results.file_lists import FileHashes, FileLists
from labreport.results.files import DiskError, lock, read_json, sha256_of, short_hash, write_json
from labreport.results.loaded import Loaded, load
from labreport.results.runs import TIMES, Checkpoint, Run
from labreport.results.store import Store
from labreport.results.views import Results, Runs, results_for_reader
