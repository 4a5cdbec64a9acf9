"""What targets are made of: code and values as a project has them when it is loaded, and files.

The rules are in `docs/staleness.md`; each is said in one place:

- names: `references` reads them from the syntax, `program` says where they lead, `resolver` what counts;
- what each function, class, value or module is made of: `hasher`, one method for each, `..._parts`;
- code: `statements.code_meaning`, of what `members` lists of functions and classes;
- values: `values.ValueHash`; what cannot be told: `hasher.NodeHasher.compute`; what differs from process to
  process: `unstable`;
- all on which somebody rests: `programgraph.ProgramGraph.closure`;
- statements that act on a library: `effects`; versions: `versions`;
- specifications: `canonical`; all else that is declared: `declarations`;
- all of a project: `loader` loads it, `closures` has what each subject rests on;
- files: `recorder` notes them, `observation` says which count for a target, `files` has their digests;
- keys: `inputs`; what is done with inputs of each kind: `labels`.
"""

from labreport.stale.files import MISSING, FileDigests
from labreport.stale.inputs import ENGINE, UNKNOWN, Dependencies, Inputs, find_dependencies
from labreport.stale.labels import Label
from labreport.stale.loader import LoadedProject, module_files, open_project
from labreport.stale.observation import Observation
from labreport.stale.unstable import KNOWN_VALUES
from labreport.stale.versions import engine_files, engine_hash, versions
