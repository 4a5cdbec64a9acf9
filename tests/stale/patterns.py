# ruff: noqa: E501
"""Ways in which a module can bind a name or reach another: each a small package, and an edit that counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Edit(NamedTuple):
    """One text of a file replaced by another."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Pattern:
    """The files of the package `pkg`, whose `main:entry` the edits change in what it returns."""

    name: str
    files: dict[str, str]
    edits: tuple[Edit, ...]


def _binding(name: str, statement: str, old: str, new: str) -> Pattern:
    """A module binds `VALUE` in its own way, and another imports it from there."""
    return Pattern(
        name,
        {
            "main.py": "from pkg.middle import twice\n\n\ndef entry():\n    return twice()\n",
            "middle.py": "from pkg.odd import VALUE\n\n\ndef twice():\n    return (VALUE, VALUE)\n",
            "odd.py": statement,
        },
        (Edit("odd.py", old, new),),
    )


BINDINGS = (
    _binding("in try", "try:\n    VALUE = int('11')\nexcept ValueError:\n    VALUE = 2\n", "'11'", "'12'"),
    _binding("in except", "try:\n    VALUE = int('x')\nexcept ValueError:\n    VALUE = 2\n", "= 2", "= 3"),
    _binding(
        "the type of except",
        "try:\n    try:\n        VALUE = int('x')\n    except ValueError:\n        VALUE = 2\n"
        "except Exception:\n    VALUE = 3\n",
        "except ValueError",
        "except KeyError",
    ),
    _binding(
        "in else of try",
        "try:\n    int('1')\nexcept ValueError:\n    VALUE = 2\nelse:\n    VALUE = 3\n",
        "= 3",
        "= 4",
    ),
    _binding("in finally", "try:\n    int('1')\nfinally:\n    VALUE = 3\n", "= 3", "= 4"),
    _binding("under if", "import os\nif os.sep == '/':\n    VALUE = 1\nelse:\n    VALUE = 2\n", "= 1", "= 5"),
    _binding("the test of if", "if 2 > 1:\n    VALUE = 1\nelse:\n    VALUE = 2\n", "2 > 1", "1 > 2"),
    _binding(
        "under else of TYPE_CHECKING",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    VALUE: int\nelse:\n    VALUE = 1\n",
        "= 1",
        "= 5",
    ),
    _binding(
        "under if not TYPE_CHECKING",
        "from typing import TYPE_CHECKING\nif not TYPE_CHECKING:\n    VALUE = 1\n",
        "= 1",
        "= 5",
    ),
    _binding(
        "a function under if",
        "VALUE = 0\nif True:\n    def make():\n        return 7\n    VALUE = make()\n",
        "return 7",
        "return 8",
    ),
    _binding(
        "with a target",
        "import contextlib\nwith contextlib.nullcontext(4) as VALUE:\n    pass\n",
        "nullcontext(4)",
        "nullcontext(5)",
    ),
    _binding(
        "under with",
        "import contextlib\nwith contextlib.suppress(KeyError):\n    VALUE = 4\n",
        "VALUE = 4",
        "VALUE = 5",
    ),
    _binding("by for", "for VALUE in (1, 2, 3):\n    pass\n", "3)", "4)"),
    _binding("in while", "VALUE = 0\nwhile VALUE < 3:\n    VALUE += 1\n", "< 3", "< 4"),
    _binding("by a walrus", "if (VALUE := 3) > 2:\n    pass\n", ":= 3", ":= 4"),
    _binding("by match", "match (1, 2):\n    case (_, VALUE):\n        pass\n", "(1, 2):", "(1, 3):"),
    _binding("unpacked", "(first, [VALUE, *rest]) = (1, [2, 3])\n", "[2, 3]", "[4, 3]"),
    _binding("added to", "VALUE = 1\nVALUE += 2\n", "+= 2", "+= 3"),
    _binding(
        "by a global statement", "def fill():\n    global VALUE\n    VALUE = 3\n\n\nfill()\n", "= 3", "= 4"
    ),
    _binding("through globals", "globals()['VALUE'] = 3\n", "= 3", "= 4"),
    _binding("by default", "def make(x=3):\n    return x\n\n\nVALUE = make()\n", "x=3", "x=4"),
    _binding(
        "decorated",
        "def plus(n):\n    return lambda f: lambda: f() + n\n\n\n@plus(3)\ndef make():\n    return 1\n\n\n"
        "VALUE = make()\n",
        "@plus(3)",
        "@plus(4)",
    ),
)
"""The ways to bind a name."""

_ENTRY = "def entry():\n    return value()\n"

REACHING = (
    Pattern(
        "a star import",
        {
            "main.py": f"from pkg.middle import *\n\n\n{_ENTRY}",
            "middle.py": "from pkg.deep import *\n",
            "deep.py": "def value():\n    return 1\n",
        },
        (Edit("deep.py", "return 1", "return 2"),),
    ),
    Pattern(
        "a star import of what __all__ lists",
        {
            "main.py": f"value = int\nfrom pkg.middle import *\n\n\n{_ENTRY}",
            "middle.py": "def value():\n    return 1\n\n\ndef other():\n    return 2\n\n\n__all__ = ['value']\n",
        },
        (Edit("middle.py", "['value']", "['other']"),),
    ),
    Pattern(
        "an import for its side effect",
        {
            "main.py": "import pkg.effects\nfrom pkg.table import TABLE\n\n\ndef entry():\n    return dict(TABLE)\n",
            "table.py": "TABLE = {}\n",
            "effects.py": "from pkg.table import TABLE\n\nTABLE['a'] = 1\n",
        },
        (Edit("effects.py", "= 1", "= 2"),),
    ),
    Pattern(
        "an import for its side effect on another library",
        {
            "main.py": "import pkg.middle\nimport decimal\n\n\ndef entry():\n"
            "    return str(decimal.Decimal(1) / 3)\n",
            "middle.py": "from pkg import effects\n",
            "effects.py": "import decimal\n\ndecimal.getcontext().prec = 5\n",
        },
        (Edit("effects.py", "= 5", "= 6"),),
    ),
    Pattern(
        "a registering decorator",
        {
            "main.py": "import pkg.parts\nfrom pkg.table import TABLE\n\n\ndef entry():\n"
            "    return {name: make() for name, make in TABLE.items()}\n",
            "table.py": "TABLE = {}\n\n\ndef register(name):\n    def keep(function):\n"
            "        TABLE[name] = function\n        return function\n\n    return keep\n",
            "parts.py": "from pkg.table import register\n\n\n@register('a')\ndef first():\n    return 1\n",
        },
        (Edit("parts.py", "return 1", "return 2"), Edit("parts.py", "'a'", "'b'")),
    ),
    Pattern(
        "a class that registers its subclasses",
        {
            "main.py": "import pkg.parts\nfrom pkg.table import Base\n\n\ndef entry():\n"
            "    return [kind().value() for kind in Base.known]\n",
            "table.py": "class Base:\n    known = []\n\n    def __init_subclass__(cls):\n        Base.known.append(cls)\n",
            "parts.py": "from pkg.table import Base\n\n\nclass First(Base):\n    def value(self):\n        return 1\n",
        },
        (Edit("parts.py", "return 1", "return 2"),),
    ),
    Pattern(
        "subclasses asked of a class",
        {
            "main.py": "import pkg.parts\nfrom pkg.table import Base\n\n\ndef entry():\n"
            "    return [kind().value() for kind in Base.__subclasses__()]\n",
            "table.py": "class Base:\n    pass\n",
            "parts.py": "from pkg.table import Base\n\n\nclass First(Base):\n    def value(self):\n        return 1\n",
        },
        (Edit("parts.py", "return 1", "return 2"),),
    ),
    Pattern(
        "an attribute set from another module",
        {
            "main.py": "import pkg.effects\nfrom pkg import table\n\n\ndef entry():\n    return table.LIMIT\n",
            "table.py": "LIMIT = 1\n",
            "effects.py": "from pkg import table\n\ntable.LIMIT = 3\n",
        },
        (Edit("effects.py", "= 3", "= 4"),),
    ),
    Pattern(
        "import a.b inside a function",
        {
            "main.py": "def entry():\n    import pkg.inner.deep\n\n    return pkg.inner.deep.value()\n",
            "inner/__init__.py": "",
            "inner/deep.py": "from pkg.other import LIMIT\n\n\ndef value():\n    return LIMIT\n",
            "other.py": "LIMIT = 3\n",
        },
        (Edit("other.py", "= 3", "= 4"), Edit("inner/deep.py", "return LIMIT", "return LIMIT + 1")),
    ),
    Pattern(
        "a relative import inside a function",
        {
            "main.py": "def entry():\n    from . import inner\n    from .inner.deep import value\n\n"
            "    return value() + inner.EXTRA\n",
            "inner/__init__.py": "from .more import EXTRA\n",
            "inner/more.py": "EXTRA = 1\n",
            "inner/deep.py": "from ..common import ONE\n\n\ndef value():\n    return ONE\n",
            "common.py": "ONE = 1\n",
        },
        (Edit("common.py", "= 1", "= 2"), Edit("inner/more.py", "= 1", "= 2")),
    ),
    Pattern(
        "star imports of each other, inside a function",
        {
            "main.py": "def entry():\n    from pkg import first\n\n    return first.value([1])\n",
            "first.py": "from pkg.second import *\n\n\ndef value(x):\n    return len(x) + other()\n",
            "second.py": "from pkg.first import *\n\n\ndef other():\n    return 1\n",
        },
        (Edit("second.py", "return 1", "return 2"),),
    ),
    Pattern(
        "the environment set beside what starts a program",
        {
            "main.py": "import os\nimport subprocess\n\nos.environ['LAB'] = '1'\n\n\ndef entry():\n"
            "    return subprocess.check_output(['printenv', 'LAB'])\n",
        },
        (Edit("main.py", "'1'", "'2'"),),
    ),
    Pattern(
        "import_module of a name",
        {
            "main.py": "from importlib import import_module\n\n\ndef entry():\n"
            "    return import_module('pkg.late').value()\n",
            "late.py": "def value():\n    return 1\n",
        },
        (Edit("late.py", "return 1", "return 2"),),
    ),
    Pattern(
        "import_module of a computed name",
        {
            "main.py": "import importlib\n\n\ndef entry():\n    name = 'l' + 'ate'\n"
            "    return importlib.import_module(f'pkg.parts.{name}').value()\n",
            "parts/__init__.py": "",
            "parts/late.py": "def value():\n    return 1\n",
        },
        (Edit("parts/late.py", "return 1", "return 2"),),
    ),
    Pattern(
        "runpy of a path",
        {
            "main.py": "import runpy\nfrom pathlib import Path\n\n\ndef entry():\n"
            "    return runpy.run_path(str(Path(__file__).with_name('late.py')))['VALUE']\n",
            "late.py": "VALUE = 1\n",
        },
        (Edit("late.py", "= 1", "= 2"),),
    ),
    Pattern(
        "import_module under another name",
        {
            "main.py": "import importlib as machinery\n\nload = machinery.import_module\n\n\ndef entry():\n"
            "    return load('.late', __package__).value()\n",
            "late.py": "def value():\n    return 1\n",
        },
        (Edit("late.py", "return 1", "return 2"),),
    ),
    Pattern(
        "__import__",
        {
            "main.py": "def entry():\n    return __import__('pkg.late', fromlist=['value']).value()\n",
            "late.py": "from pkg.later import value\n",
            "later.py": "def value():\n    return 1\n",
        },
        (Edit("later.py", "return 1", "return 2"),),
    ),
    Pattern(
        "getattr on a module",
        {
            "main.py": "from pkg import late\n\n\ndef entry():\n    return getattr(late, 'val' + 'ue')()\n",
            "late.py": "from pkg.later import value\n",
            "later.py": "def value():\n    return 1\n",
        },
        (Edit("later.py", "return 1", "return 2"),),
    ),
    Pattern(
        "getattr on an argument that is a module",
        {
            "main.py": "from pkg import late\n\n\ndef entry():\n    return reach(late, 'value')()\n\n\n"
            "def reach(where, name):\n    return getattr(where, name)\n",
            "late.py": "from pkg.later import value\n",
            "later.py": "def value():\n    return 1\n",
        },
        (Edit("later.py", "return 1", "return 2"),),
    ),
    Pattern(
        "getattr on a variable that is the module itself",
        {
            "main.py": "import sys\n\n\ndef entry():\n    here = sys.modules[__name__]\n"
            "    return getattr(here, 'val' + 'ue')()\n\n\ndef value():\n    return 1\n",
        },
        (Edit("main.py", "return 1", "return 2"),),
    ),
    Pattern(
        "getattr on an argument that is an object",
        {
            "main.py": "from pkg.late import One\n\n\ndef entry():\n    return reach(One(), 'value')()\n\n\n"
            "def reach(what, name):\n    return getattr(what, name)\n",
            "late.py": "class One:\n    def value(self):\n        return 1\n",
        },
        (Edit("late.py", "return 1", "return 2"),),
    ),
    Pattern(
        "a module's own __getattr__",
        {
            "main.py": "from pkg import late\n\n\ndef entry():\n    return late.anything\n",
            "late.py": "def __getattr__(name):\n    return _value()\n\n\ndef _value():\n    return 1\n",
        },
        (Edit("late.py", "return 1", "return 2"),),
    ),
    Pattern(
        "a class named in a quoted annotation",
        {
            "main.py": "from pkg import shapes\n\n\ndef area(shape: 'shapes.Square'):\n    return shape.area()\n\n\n"
            "def entry():\n    return area(shapes.make())\n",
            "shapes.py": "class Square:\n    def area(self):\n        return 4\n\n\n"
            "def make() -> 'Square':\n    return _KINDS[0]()\n\n\n_KINDS = [type('Other', (), {'area': lambda self: 1})]\n"
            "_KINDS[0] = Square\n",
        },
        (Edit("shapes.py", "return 4", "return 5"),),
    ),
    Pattern(
        "a package's own statements",
        {
            "main.py": "from pkg.inner.deep import value\n\n\ndef entry():\n    return value()\n",
            "inner/__init__.py": "import decimal\n\ndecimal.getcontext().prec = 5\n",
            "inner/deep.py": "import decimal\n\n\ndef value():\n    return str(decimal.Decimal(1) / 3)\n",
        },
        (Edit("inner/__init__.py", "= 5", "= 6"),),
    ),
    Pattern(
        "a re-export through three modules, one of them under try",
        {
            "main.py": "from pkg.first import value as found\n\n\ndef entry():\n    return found()\n",
            "first.py": "from pkg.second import renamed as value\n",
            "second.py": "try:\n    from pkg.third import value as renamed\nexcept ImportError:\n    renamed = int\n",
            "third.py": "if True:\n    from pkg.fourth import value\n",
            "fourth.py": "def value():\n    return 1\n",
        },
        (Edit("fourth.py", "return 1", "return 2"), Edit("third.py", "if True", "if not False")),
    ),
)
"""The ways to reach another module."""


def _loading(name: str, main: str, second: str = "", third: str = "") -> Pattern:
    """What loading a module does to another name, with 70 wherever that is, which becomes 71."""
    files = {"main.py": main, "other.py": second, "third.py": third}
    (edited,) = (file for file, text in files.items() if "70" in text)
    return Pattern(name, files, (Edit(edited, "70", "71"),))


_TABLE = "T = []\ndef total():\n    return sum(T)\ndef registry():\n    return T\n"
_TOTAL = "from pkg.other import total\nimport pkg.third\ndef entry():\n    return total()\n"
_KEEP = "def keep(x, seen=[]):\n    seen.append(x)\n    return seen\n"
_ALL = "def entry():\n    return A.all\n"
LOADING = (
    _loading(
        "singledispatch",
        "from functools import singledispatch\n@singledispatch\ndef show(x):\n    return 0\n"
        "@show.register\ndef _(x: int):\n    return 70\ndef entry():\n    return show(1)\n",
    ),
    _loading(
        "a decorator that is an object",
        "class Register:\n    def __init__(self):\n        self.found = []\n    def __call__(self, one):\n"
        "        self.found.append(one)\n        return one\nregister = Register()\n@register\ndef one():\n"
        "    return 70\ndef entry():\n    return [one() for one in register.found]\n",
    ),
    _loading(
        "global in a function of another module",
        "import pkg.third\nfrom pkg.other import get\ndef entry():\n    return get()\n",
        "LIMIT = 1\ndef configure(n):\n    global LIMIT\n    LIMIT = n\ndef get():\n    return LIMIT\n",
        "from pkg.other import configure\nconfigure(70)\n",
    ),
    _loading(
        "what a function returns", _TOTAL, _TABLE, "from pkg.other import registry\nregistry().append(70)\n"
    ),
    _loading("adding to an imported name", _TOTAL, _TABLE, "from pkg.other import T\nT += [70]\n"),
    _loading(
        "multiplying an imported name", _TOTAL, f"{_TABLE}T.append(1)\n", "from pkg.other import T\nT *= 70\n"
    ),
    _loading(
        "an operator that keeps",
        "from pkg.other import P\nimport pkg.third\ndef entry():\n    return P.kept\n",
        "class Pipe:\n    kept = ()\n    def __rshift__(self, one):\n        self.kept += (one,)\nP = Pipe()\n",
        "from pkg.other import P\nP >> 70\n",
    ),
    _loading(
        "partial",
        _TOTAL,
        _TABLE,
        "from functools import partial\nfrom pkg.other import T\npartial(T.append, 70)()\n",
    ),
    _loading(
        "partial with a name",
        _TOTAL,
        _TABLE,
        "from functools import partial\nfrom pkg.other import T\nadd = partial(T.append, 70)\nadd()\n",
    ),
    _loading(
        "starmap",
        _TOTAL,
        _TABLE,
        "from itertools import starmap\nfrom pkg.other import T\nDONE = list(starmap(T.append, [(70,)]))\n",
    ),
    _loading("map", _TOTAL, _TABLE, "from pkg.other import T\nDONE = list(map(T.append, [70]))\n"),
    _loading(
        "a loop over parts",
        "PARTS = [[], []]\nfor part in PARTS:\n    part.append(70)\ndef entry():\n    return PARTS\n",
    ),
    _loading(
        "a loop over functions",
        "T = []\ndef fill():\n    T.append(70)\nfor make in (fill,):\n    make()\ndef entry():\n    return T\n",
    ),
    _loading(
        "a default that is kept",
        "from pkg.other import keep\nimport pkg.third\ndef entry():\n    return keep(0)\n",
        _KEEP,
        "from pkg.other import keep\nKEPT = keep(70)\n",
    ),
    _loading(
        "a list of a class, by its object",
        f"class A:\n    all = []\n    def __init__(self, n):\n        self.__class__.all.append(n)\nONE = A(70)\n{_ALL}",
    ),
    _loading(
        "a list of a class, by type",
        f"class A:\n    all = []\n    def __init__(self, n):\n        type(self).all.append(n)\nONE = A(70)\n{_ALL}",
    ),
    _loading(
        "__init_subclass__ by another name",
        "class A:\n    all = []\n    def __init_subclass__(klass):\n        klass.all.append(klass)\n"
        "class B(A):\n    x = 70\ndef entry():\n    return [one.x for one in A.all]\n",
    ),
    _loading(
        "__set_name__",
        "FIELDS = {}\nclass F:\n    def __init__(self, n):\n        self.n = n\n"
        "    def __set_name__(self, owner, name):\n        FIELDS[name] = self.n\n"
        "class S:\n    a = F(70)\ndef entry():\n    return FIELDS\n",
    ),
    _loading("a docstring", "def fit():\n    '70'\ndef entry():\n    return fit.__doc__\n"),
    _loading(
        "a comment that is shown",
        "import inspect\nfrom pkg.other import fit\ndef entry():\n    return inspect.getsource(fit)\n",
        "def fit():\n    return 1  # 70\n",
    ),
    _loading(
        "a docstring that is shown",
        "from inspect import getdoc\nfrom pkg import other\ndef entry():\n    return getdoc(other.fit)\n",
        "def fit():\n    '70'\n",
    ),
)
"""What loading does to others, and what is written in code that is shown."""

PATTERNS = (*BINDINGS, *REACHING, *LOADING)
