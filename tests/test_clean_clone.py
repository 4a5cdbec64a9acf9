"""README and docs as a newcomer follows them: a clean clone, Python, and nothing else installed.

The libraries are fetched, so this is slow and needs an index of packages; what pip's cache has is kept.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
EDITED = {"after an edit of fit": "sed -i s/max_iter=1000/max_iter=999/ examples/wine/project.py"}
"""A comment behind a command, and the edit that it speaks of."""
WRITTEN = "mkdir -p templates/questions; cat > templates/questions/best.html <<'END'\n{}END"
"""What a reader does with a block of HTML."""
ENDLESS = "watch"
"""The command that a reader ends with Ctrl-C; here that is done after so many seconds."""
SECONDS = 60


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty home; its Python has nothing but pip."""
    home = tmp_path_factory.mktemp("home")
    base = getattr(sys, "_base_executable", sys.executable)
    subprocess.run([base, "-m", "venv", home / "python"], check=True)
    return home


@pytest.mark.slow
@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="only a repository can be cloned")
def test_what_readme_and_docs_print_runs_as_printed_in_a_clean_clone(home: Path) -> None:
    """In the order of the pages: each command ends well, and prints the lines that are shown."""
    (home / "own").mkdir()
    subprocess.run(["git", "clone", "-q", f"file://{ROOT}", "own/labreport"], cwd=home, check=True)
    pages = {"README.md": "", "docs/your-own-report.md": "own", "docs/recorded-runs.md": "labreport"}
    for page, folder in ((page, home / name) for page, name in pages.items()):
        shown = list(_commands(_committed(page)))
        assert shown
        for (command, expected), (status, printed) in zip(shown, _typed(shown, folder, home), strict=True):
            assert status in _statuses(command), f"{page}: {command}\n{printed}"
            assert re.search(_pattern(expected), " ".join(printed.split())), f"{page}: {command}\n{printed}"


def _committed(path: str) -> str:
    """A file as a clone has it."""
    return subprocess.check_output(["git", "show", f"HEAD:{path}"], cwd=ROOT, text=True)


def _commands(page: str) -> Iterator[tuple[str, str]]:
    """Each command of the page's console blocks, with what it is said to print; a template is written."""
    for kind, block in re.findall(r"^```(console|html)\n(.*?)^```", page, flags=re.MULTILINE | re.DOTALL):
        if kind == "html":
            yield WRITTEN.format(block), ""
            continue
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, expected = part.partition("\n")
            yield command.strip(), expected


def _typed(shown: list[tuple[str, str]], folder: Path, home: Path) -> Iterator[tuple[int, str]]:
    """Exit status and output of each command, typed into one shell: folder and environment stay."""
    script = [f"cd '{folder}'"]
    for place, (command, _) in enumerate(shown):
        line, _, comment = command.partition("  #")
        script.append(EDITED.get(comment.strip(), ""))
        if f" {ENDLESS} " in line:
            line = f"timeout --signal=INT {SECONDS} {line}"
        line = line.replace("ADDRESS", f"file://{ROOT}")
        script += [f"echo 'begins {place}'", line, f'echo "ends {place} $?"']
    names = ("PIP_", "UV_", "LANG", "SSL_", "REQUESTS_", "HTTP", "http", "NO_PROXY", "no_proxy")
    kept = {name: text for name, text in os.environ.items() if name.startswith(names)}
    cache = os.environ.get("PIP_CACHE_DIR", str(Path.home() / ".cache" / "pip"))
    path = os.pathsep.join((str(home / "python" / "bin"), os.defpath))
    variables = {**kept, "PIP_CACHE_DIR": cache, "HOME": str(home), "PATH": path, "COLUMNS": "80"}
    ran = subprocess.run(
        ["bash", "-c", "\n".join(script)],
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=3600,
        check=False,
    )
    for place in range(len(shown)):
        found = re.search(rf"(?ms)^begins {place}\n(.*?)^ends {place} (\d+)$", ran.stdout)
        yield (int(found[2]), found[1]) if found else (-1, ran.stdout)


def _statuses(command: str) -> tuple[int, ...]:
    if f" {ENDLESS} " in command:
        return (124,)
    return (0, 1) if " status" in command else (0,)


def _pattern(expected: str) -> str:
    """The lines in order; `…`, times, and what is between two lines may be anything."""
    lines = (re.escape(" ".join(line.split())) for line in expected.splitlines() if line.strip() != "…")
    text = ".*?".join(lines).replace("…", ".*?")
    return re.sub(r"Done\\ in\\ [0-9\\.]+\\ s", r"Done\\ in\\ [^:]+", text)
