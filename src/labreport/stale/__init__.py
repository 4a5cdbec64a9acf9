"""What each target depends on: code and values of the loaded project, files that were opened, versions.

The rules are in `docs/staleness.md`. Each is implemented in one module:

- `references` reads from the syntax which names code uses, `program` finds where a name leads, `resolver`
  decides what counts for it;
- `parts` says of which parts a function, class, value or module is hashed: a method `..._parts` for each;
- `statements` compiles code without comments, `members` lists what functions and classes consist of;
- `values` hashes values; those that cannot be hashed count by their statements (`parts`), and so do those
  that differ from process to process (`unstable`);
- `programgraph` collects everything that a function depends on, directly and indirectly;
- `effects` finds top-level statements that change a library; `versions` has the versions of libraries;
- `canonical` hashes specifications, `declarations` everything else that is declared;
- `loader` loads a project, `closures` has the dependencies of each of its experiments, questions and figures;
- `recorder` notes which files are opened (`hooks` call it), `observation` which of them count, `files` hashes
  them;
- `inputs` puts the inputs of a target together, `labels` says how each kind of input is treated.
"""

from labreport.stale.files import MISSING, FileHasher
from labreport.stale.inputs import ENGINE, UNKNOWN, Dependencies, Inputs, find_dependencies
from labreport.stale.labels import Label
from labreport.stale.loader import LoadedProject, module_files, open_project
from labreport.stale.observation import Observation
from labreport.stale.unstable import KNOWN_VALUES
from labreport.stale.versions import engine_files, engine_hash, versions
