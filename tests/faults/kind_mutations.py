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
ARRAYS = f"{STORE}_arrays.py"
CACHE = f"{STORE}_cache.py"
DAMAGE = f"{STORE}_damage.py"
FAULTS = f"{STORE}_faults.py"
OUTPUT = f"{STORE}_output.py"
SEALED = f"{STORE}_sealed.py"
TRAJECTORIES = "tests/labreport/test_trajectory_store.py"
TEXTS = "tests/test_hostile_texts.py"
PAGE = "tests/labreport/test_page.py"
PDF = "tests/labreport/test_pdf.py"


@dataclass(frozen=True)
class Mutation:
    """What is taken out: a text of a file and what takes its place; and the tests that must notice."""

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
        (FAULTS,),
    ),
    Mutation(
        "the fsync of a folder",
        "store/files.py",
        "        sync_directory(path.parent)\n",
        "",
        (FAULTS,),
    ),
    Mutation(
        "the temporary file",
        "store/files.py",
        "    temporary = path.with_name(temporary_name())\n",
        "    temporary = path\n",
        (FAULTS,),
    ),
    Mutation(
        "the removal of the temporary file",
        "store/files.py",
        "                os.unlink(temporary)\n            raise\n        sync",
        "                pass\n            raise\n        sync",
        (FAULTS,),
    ),
    Mutation(
        "opening without waiting",
        "store/files.py",
        "os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)\n    except FileNotFoundError",
        "os.O_RDONLY | os.O_CLOEXEC)\n    except FileNotFoundError",
        (DAMAGE,),
    ),
    Mutation(
        "the bound on a file's size",
        "store/files.py",
        "if status.st_size > limit:",
        "if False:",
        (DAMAGE, SEALED),
    ),
    Mutation(
        "the refusal to write through a link",
        "store/files.py",
        "        if directory.is_symlink():",
        "        if False:",
        (CACHE,),
    ),
    Mutation(
        "the name that a stray file must have",
        "store/files.py",
        "if _TEMPORARY_NAME.match(name)]",
        "if name.startswith(TEMPORARY)]",
        (OUTPUT,),
    ),
    Mutation(
        "the checksum of a document",
        "store/sealed.py",
        "    if not is_sealed(data):\n",
        "    if False:\n",
        (SEALED,),
    ),
    Mutation(
        "the refusal of NaN",
        "store/sealed.py",
        "        if finite and not math.isfinite(value):",
        "        if False:",
        (SEALED, CACHE),
    ),
    Mutation(
        "the bound on depth",
        "store/sealed.py",
        "    elif depth >= DEPTH:",
        "    elif False:",
        (SEALED, CACHE),
    ),
    Mutation(
        "the size of the header of arrays before they are unpacked",
        "store/arrays.py",
        'if int.from_bytes(data[:8], "little") > HEADER_LIMIT:',
        "if False:",
        (ARRAYS,),
    ),
    Mutation(
        "the refusal of Python objects",
        "store/arrays.py",
        'if array.dtype.kind != "U" and (array.dtype.kind not in "biuf" or array.dtype.itemsize > 8):',
        "if False:",
        (ARRAYS,),
    ),
    Mutation(
        "the checksum of arrays in a check",
        "trajectory/store.py",
        "            elif digest(path) != kept.file.sha256:",
        "            elif False:",
        (TRAJECTORIES, DAMAGE),
    ),
    Mutation(
        "the checksum of arrays when read",
        "trajectory/store.py",
        "                if hashlib.sha256(data).hexdigest() != self.file.sha256:",
        "                if False:",
        (TRAJECTORIES, DAMAGE),
    ),
    Mutation(
        "arrays before their document",
        "trajectory/store.py",
        "        write_atomically(path, data)\n        self.note(path.name)\n        named",
        "        named",
        (TRAJECTORIES,),
    ),
    Mutation(
        "the mark of ownership",
        "store/output.py",
        "        if not _made_here(directory):\n",
        "        if False:\n",
        (OUTPUT,),
    ),
    Mutation(
        "the comparison of projects",
        "store/output.py",
        "    if not belongs and (there or not adopt):",
        "    if False:",
        (OUTPUT,),
    ),
    Mutation(
        "the quarantine",
        "store/files.py",
        "            os.rename(source, target)\n",
        "            os.unlink(source)\n",
        (DAMAGE, TRAJECTORIES),
    ),
    Mutation(
        "the lock",
        "store/output.py",
        "            lock.acquire(timeout=0)\n",
        "            pass\n",
        (f"{STORE}_lock.py",),
    ),
    Mutation(
        "the digest of what is published",
        "store/output.py",
        "            if sha256(folder / name, OUTPUT_LIMIT) != digest:",
        "            if False:",
        (f"{STORE}_publish.py",),
    ),
    Mutation(
        "the completion of a publication",
        "store/output.py",
        "    if not os.path.lexists(folder):\n        return False\n",
        "    return False\n",
        (f"{STORE}_publish.py",),
    ),
    Mutation(
        "the removal of a stale PDF",
        "store/output.py",
        "            remove(place)\n",
        "            pass\n",
        (f"{STORE}_publish.py",),
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
        "class _Sandbox(ImmutableSandboxedEnvironment):",
        "class _Sandbox(jinja2.Environment):",
        (TEXTS,),
    ),
    Mutation(
        "the refusal of undefined names",
        "page/environment.py",
        "        undefined=Unknown,",
        "        undefined=jinja2.Undefined,",
        (PAGE,),
    ),
    Mutation(
        "the fetcher's refusal",
        "pdf/__init__.py",
        "            if not file.is_relative_to(own):",
        "            if False:",
        (PDF,),
    ),
    Mutation(
        "the audit",
        "nodes/document.py",
        "        if findings:\n",
        "        if False:\n",
        (TEXTS,),
    ),
)


def mutation(place: Place, random: Random, index: int) -> str:
    """One safeguard, and the tests that know it."""
    mutant = MUTATIONS[index % len(MUTATIONS)]
    copy = place.folder / "mutant"
    for name in ("src", "tests", "templates", "tools"):
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
        # Without the engine that the campaign has prepared for its own tests, which is whole
        env={
            name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "LABREPORT_"))
        },
        capture_output=True,
        text=True,
        check=False,
    )
    require(run.returncode == 1, f"a test notices that {mutant.what} is gone")
    shutil.rmtree(copy)
    first = next((line for line in run.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))), "")
    return f"without {mutant.what}: {first[:120]}"
