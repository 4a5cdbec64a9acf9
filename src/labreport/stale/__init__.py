"""What targets are made of: code and values as a project has them when it is loaded, and files."""

from labreport.results import sha256_of
from labreport.stale.canonical import canonical_repr, declaration_hash, short_hash
from labreport.stale.files import FileDigests, paths_behind
from labreport.stale.inputs import ENGINE, UNKNOWN, Dependencies, dependencies
from labreport.stale.labels import Label
from labreport.stale.loader import load, module_files
from labreport.stale.observation import Observation
from labreport.stale.unstable import FILE as KNOWN_VALUES
from labreport.stale.versions import engine_hash, versions
