"""Kind 9: one safeguard is taken out of the program; some test must notice."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from random import Random

from faults.judge import require
from faults.world import Place

ROOT = Path(__file__).resolve().parents[2]
STORE = "tests/labreport/test_store"
TEXTS = "tests/test_hostile_texts.py"
AUDIT = "tests/test_untraced_numbers.py"


@dataclass(frozen=True)
class Mutation:
    """What is taken out: a text of a file and what stands in its place; and the tests that must notice."""

    what: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


MUTATIONS = (
    Mutation(
        "the fsync of a file",
        "store/files.py",
        "        os.fsync(descriptor)\n\n\ndef sync",
        "\n\ndef sync",
        (f"{STORE}_files.py",),
    ),
    Mutation(
        "the fsync of a folder",
        "store/files.py",
        "        sync_directory(path.parent)\n",
        "",
        (f"{STORE}_files.py",),
    ),
    Mutation(
        "the temporary file",
        "store/files.py",
        "    temporary = path.with_name(temporary_name())\n",
        "    temporary = path\n",
        (f"{STORE}_files.py",),
    ),
    Mutation(
        "the removal of the temporary file",
        "store/files.py",
        "                os.unlink(temporary)\n            raise\n        sync",
        "                pass\n            raise\n        sync",
        (f"{STORE}_files.py",),
    ),
    Mutation(
        "opening without waiting",
        "store/files.py",
        "os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)\n    except FileNotFoundError",
        "os.O_RDONLY | os.O_CLOEXEC)\n    except FileNotFoundError",
        (f"{STORE}_damage.py",),
    ),
    Mutation(
        "the bound on a file's size",
        "store/files.py",
        "if status.st_size > limit:",
        "if False:",
        (f"{STORE}_damage.py",),
    ),
    Mutation(
        "the checksum of a document",
        "store/checked_json.py",
        "if hashlib.sha256(rest).hexdigest().encode() != data[len(_OPEN) : len(_OPEN) + 64]:",
        "if False:",
        (f"{STORE}_damage.py",),
    ),
    Mutation(
        "the checksum of arrays in a check",
        "store/store.py",
        'return "" if found == reference["sha256"] else',
        'return "" if True else',
        (f"{STORE}_damage.py",),
    ),
    Mutation(
        "the checksum of arrays when read",
        "store/store.py",
        'if hashlib.sha256(data).hexdigest() != reference["sha256"]:',
        "if False:",
        (f"{STORE}_replaced.py",),
    ),
    Mutation(
        "the key of the ingredients",
        "store/store.py",
        "if digest_of(entry.ingredients) != key:",
        "if False:",
        (f"{STORE}_damage.py", f"{STORE}.py"),
    ),
    Mutation(
        "the key against the file's name",
        "store/store.py",
        "        if entry.key != key:\n",
        "        if False:\n",
        (f"{STORE}_replaced.py",),
    ),
    Mutation(
        "the quarantine",
        "store/quarantine.py",
        "            os.rename(path, target)\n",
        "            os.unlink(path)\n",
        (f"{STORE}_damage.py",),
    ),
    Mutation(
        "the size of arrays before they are unpacked",
        "store/arrays.py",
        "    if total > LIMIT:\n        raise Damaged",
        "    if False:\n        raise Damaged",
        (f"{STORE}_hostile.py",),
    ),
    Mutation(
        "the refusal of Python objects",
        "store/arrays.py",
        "    if dtype.hasobject or dtype.kind not in _KINDS:",
        "    if False:",
        (f"{STORE}_hostile.py",),
    ),
    Mutation(
        "the refusal of NaN",
        "store/plain_json.py",
        "        if not math.isfinite(value):",
        "        if False:",
        (f"{STORE}_hostile.py", f"{STORE}.py"),
    ),
    Mutation(
        "the bound on depth",
        "store/plain_json.py",
        "    elif depth >= DEPTH:",
        "    elif False:",
        (f"{STORE}_hostile.py",),
    ),
    Mutation(
        "the lock",
        "store/lock.py",
        "            lock.acquire(timeout=0)\n",
        "            pass\n",
        (f"{STORE}_lock.py",),
    ),
    Mutation(
        "the swap of the whole report",
        "store/publish.py",
        "            os.replace(temporary, link)\n",
        "            if os.path.lexists(link):\n                os.unlink(link)\n"
        "            os.rename(temporary, link)\n",
        (f"{STORE}_publish.py",),
    ),
    Mutation(
        "the removal of a stale PDF",
        "store/publish.py",
        "            _remove(directory / name)\n    _remove_builds",
        "            pass\n    _remove_builds",
        (f"{STORE}_publish.py",),
    ),
    Mutation(
        "arrays before their document",
        "store/entry.py",
        'return f"{key}.{epoch}.{sha256[:12]}.npz"',
        'return f"{key}.{epoch}.npz"',
        (f"{STORE}.py",),
    ),
    Mutation(
        "the sweeping up of temporary files",
        "store/files.py",
        "                path.unlink(missing_ok=True)\n",
        "                pass\n",
        (f"{STORE}.py", f"{STORE}_publish.py"),
    ),
    Mutation(
        "the escape",
        "page/environment.py",
        "        autoescape=True,",
        "        autoescape=False,",
        (TEXTS,),
    ),
    Mutation(
        "the sandbox",
        "page/environment.py",
        "    sandbox = ImmutableSandboxedEnvironment(",
        "    sandbox = jinja2.Environment(",
        (TEXTS,),
    ),
    Mutation(
        "the refusal of undefined names",
        "page/environment.py",
        "        undefined=jinja2.StrictUndefined,",
        "        undefined=jinja2.Undefined,",
        (TEXTS,),
    ),
    Mutation(
        "the fetcher's refusal",
        "pdf/fetching.py",
        "        if not file.is_relative_to(self._folder):",
        "        if False:",
        (TEXTS,),
    ),
    Mutation(
        "the audit",
        "execute/documents.py",
        "    if found:\n        more",
        "    if False:\n        more",
        (AUDIT,),
    ),
)


def mutation(place: Place, random: Random, index: int) -> str:
    """One safeguard, and the tests that know it."""
    mutant = MUTATIONS[index % len(MUTATIONS)]
    copy = place.folder / "mutant"
    for name in ("src", "tests", "templates"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "*.npz"))
    for name in ("build.py", "pyproject.toml"):
        shutil.copy(ROOT / name, copy)
    path = copy / "src" / "labreport" / mutant.file
    text = path.read_text(encoding="utf-8")
    require(
        text.count(mutant.old) == 1, f"{mutant.file} still has {mutant.what} in the form that is taken out"
    )
    path.write_text(text.replace(mutant.old, mutant.new), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *mutant.tests],
        cwd=copy,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
        capture_output=True,
        text=True,
        check=False,
    )
    require(run.returncode == 1, f"a test notices that {mutant.what} is gone")
    shutil.rmtree(copy)
    first = next((line for line in run.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))), "")
    return f"without {mutant.what}: {first[:120]}"
