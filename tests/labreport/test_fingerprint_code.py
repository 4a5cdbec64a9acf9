"""Code is followed through calls; comments, docstrings and layout do not count."""

from __future__ import annotations

import importlib
import sys
import textwrap
from pathlib import Path

import pytest

from labreport.errors import UsageError
from labreport.fingerprint.code import Code
from labreport.fingerprint.syntax import summarise

MAIN = '''
"""A module."""
import math
from pkg import helpers
from pkg.shapes import Square as Box
from pkg.again import renamed

LIMIT = 3

def entry(box: Box) -> float:
    """Its docstring."""
    return helpers.double(LIMIT) + renamed() + inner()

def inner():
    from pkg.lazy import late
    return late()

def unrelated():
    return 99
'''
FILES = {
    "__init__.py": "",
    "main.py": MAIN,
    "helpers.py": "def double(x):\n    return 2 * x\n\ndef other():\n    return 5\n",
    "shapes.py": "class Square:\n    def area(self) -> float:\n        return 4.0\n",
    "again.py": "from pkg.deep import origin as renamed\n",
    "deep.py": "def origin():\n    return table['a']()\n\ntable = {'a': int}\n",
    "lazy.py": "def late():\n    return 7\n",
    "dynamic.py": "def entry(name):\n    return globals()[name]()\n\ndef hidden():\n    return 1\n",
    "named.py": "import math\nfrom pkg import shapes\n\ndef library(name):\n"
    "    return getattr(math, name)(2.0)\n\ndef own(name):\n    return getattr(shapes, name)\n\n"
    "def other():\n    return 1\n",
    "fields.py": "def limit():\n    return 1\n\nclass Line:\n    limit: float = 0.0\n\n"
    "def local():\n    limit = 2\n\ndef shared():\n    global limit\n    limit = 3\n\n"
    "class Longer:\n    limit += 1\n",
    "words.py": "def entry():\n    text = 'a'\n    return text\n",
    "checking.py": "RULES = {'a': 1}\n\ndef entry():\n    return 1\n\ndef check(one):\n"
    "    return [getattr(one, name) for name in RULES]\n\ndef other():\n    print(1)\n\ncheck(RULES)\n",
    "declaring.py": "from labreport.outline import question\n\ndef answer(results):\n    print(results)\n\n"
    "def made(text):\n    return question(text)(answer)\n\nTABLE = 3\nQUESTIONS = [made(str(TABLE))]\n\n"
    "def entry():\n    return 1\n",
}


def fingerprint(
    folder: Path, changes: dict[str, tuple[str, str]] | None = None, root: str = "pkg.main:entry"
) -> str:
    """The fingerprint of `root` after replacing, in some files, one text by another."""
    package = folder / "pkg"
    package.mkdir(exist_ok=True)
    for name, text in FILES.items():
        old, new = (changes or {}).get(name, ("", ""))
        assert old in text
        (package / name).write_text(text.replace(old, new, 1) if old else text)
    return code(folder).fingerprint(root)


def code(folder: Path, *roots: str) -> Code:
    """The code below `roots`, by default the package above, in a folder that Python looks in for modules."""
    sys.path.insert(0, str(folder))
    try:
        importlib.invalidate_caches()
        return Code(roots or ("pkg",), lambda path: summarise(path.read_text(), path.name))
    finally:
        sys.path.remove(str(folder))


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("main.py", '"""Its docstring."""', '"""Another."""'),
        ("main.py", "LIMIT = 3", "LIMIT = 3  # a comment"),
        ("main.py", "helpers.double(LIMIT) +", "(helpers.double(\n        LIMIT\n    )) +"),
        ("main.py", '"""A module."""', '"""Changed."""\n\n\n'),
        ("main.py", "return 99", "return 100"),
        ("helpers.py", "return 5", "return 6"),
    ],
)
def test_comments_layout_and_uncalled_code_do_not_count(
    tmp_path: Path, name: str, old: str, new: str
) -> None:
    """Only what runs can change a result."""
    assert fingerprint(tmp_path, {name: (old, new)}) == fingerprint(tmp_path)


def test_dynamic_access_depends_on_the_whole_module(tmp_path: Path) -> None:
    """Where names are looked up at run time, everything there may be meant."""
    changed = fingerprint(tmp_path, {"dynamic.py": ("return 1", "return 2")}, "pkg.dynamic:entry")
    assert changed != fingerprint(tmp_path, root="pkg.dynamic:entry")


def test_a_name_of_a_library_that_is_looked_up_reaches_nothing_of_the_project(tmp_path: Path) -> None:
    """As an optimiser by its name; of a module of the project, everything may be meant."""
    assert set(_closure(tmp_path, "pkg.named:library")) == {"pkg.named:library"}
    found = set(_closure(tmp_path, "pkg.named:own"))
    assert "pkg.named:other" not in found
    assert any(name.startswith("pkg.shapes:") for name in found)


def test_a_check_on_import_that_reads_objects_by_name_does_not_count(tmp_path: Path) -> None:
    """What it is given was named elsewhere: `getattr` of an argument reaches nothing more of the module."""
    assert set(_closure(tmp_path, "pkg.checking:entry")) == {"pkg.checking:entry"}
    assert "pkg.checking:other" not in _closure(tmp_path, "pkg.checking:check")


@pytest.mark.parametrize("root", ["Line", "local"])
def test_a_field_or_a_variable_is_not_what_the_module_calls_so(tmp_path: Path, root: str) -> None:
    """A class and a function bind names of their own."""
    assert set(_closure(tmp_path, f"pkg.fields:{root}")) == {f"pkg.fields:{root}"}


@pytest.mark.parametrize("root", ["shared", "Longer"])
def test_a_name_that_is_the_modules_after_all_counts(tmp_path: Path, root: str) -> None:
    """By `global`, and where a class adds to what it has not bound."""
    assert "pkg.fields:limit" in _closure(tmp_path, f"pkg.fields:{root}")


def test_a_variable_that_is_called_text_reads_no_text(tmp_path: Path) -> None:
    """What comments and docstrings say counts only where they are read."""
    assert set(_closure(tmp_path, "pkg.words:entry")) == {"pkg.words:entry"}


def test_a_question_that_is_made_on_import_does_not_count(tmp_path: Path) -> None:
    """Its function is kept and not called, so that what it would do, and for which tables, is its own."""
    assert set(_closure(tmp_path, "pkg.declaring:entry")) == {"pkg.declaring:entry"}
    assert "pkg.declaring:answer" in _closure(tmp_path, "pkg.declaring:QUESTIONS")


def _closure(folder: Path, root: str) -> dict[str, str]:
    fingerprint(folder)
    return dict(code(folder).closure(root))


def test_the_closure_names_every_definition_that_is_reached(tmp_path: Path) -> None:
    """So that the program can say which function changed."""
    fingerprint(tmp_path)
    assert set(code(tmp_path).closure("pkg.main:entry")) == {
        "pkg.main:entry",
        "pkg.main:inner",
        "pkg.main:LIMIT",
        "pkg.helpers:double",
        "pkg.shapes:Square",
        "pkg.deep:origin",
        "pkg.deep:table",
        "pkg.lazy:late",
    }


def test_a_function_that_does_not_exist_is_named(tmp_path: Path) -> None:
    """A wrong name in the outline is one line."""
    with pytest.raises(UsageError, match=r"'pkg.main' defines no 'absent'"):
        fingerprint(tmp_path, root="pkg.main:absent")


def test_a_module_that_is_one_file_is_followed(tmp_path: Path) -> None:
    """A small project needs no package."""
    (tmp_path / "single.py").write_text("def entry():\n    return inner()\n\ndef inner():\n    return 1\n")
    assert set(code(tmp_path, "single").closure("single:entry")) == {"single:entry", "single:inner"}


def test_a_module_outside_the_roots_is_named(tmp_path: Path) -> None:
    """With what to add, since it is there and Python could import it."""
    fingerprint(tmp_path)
    with pytest.raises(UsageError, match=r"no module 'json.main'; .* are pkg; add 'json' to them"):
        code(tmp_path).closure("json.main:entry")
    with pytest.raises(UsageError, match=r"no module 'other.main'; check its spelling, .* has pkg"):
        code(tmp_path).closure("other.main:entry")


def test_a_syntax_error_names_file_and_line() -> None:
    """Source that cannot be read is the user's to fix."""
    with pytest.raises(UsageError, match=r"broken.py:2: invalid"):
        summarise(textwrap.dedent("x = 1\ndef (:\n"), "broken.py")
