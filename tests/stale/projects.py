# ruff: noqa: E501
"""Natural projects, and an edit of each: what is to be made again, the run `r` or the answer `q`?"""

from __future__ import annotations

from dataclasses import dataclass, field

HEAD = """
from dataclasses import dataclass, field
from functools import cache, cached_property, partial, wraps
from pathlib import Path
import numpy as np
from labreport import Experiment, Fit, Measure, Project, question, fact
"""
FIT = """
def fit(specification, seed):
    return Fit({"m": float(used())})
"""
TAIL = """
@dataclass(frozen=True)
class Spec:
    size: int = 1


R = Experiment("r", Spec(), fit=fit)


@question("What?", reads=R)
def q(results):
    return fact(asked(), "it is so")


project = Project("P", (q,), seeds=1)
"""


@dataclass(frozen=True)
class Case:
    """A project in which `used()` is called by the run and `asked()` by the answer, and an edit of `file`.

    `stale` are the names of what is to be made again.
    """

    name: str
    body: str
    old: str = "70"
    new: str = "71"
    stale: str = "r"
    file: str = "project.py"
    files: dict[str, str] = field(default_factory=dict)

    @property
    def texts(self) -> dict[str, str]:
        """All files of the project, by name."""
        text = HEAD + self.body
        if "fit =" not in text:
            text += FIT
        if "def asked" not in text:
            text += "\n\ndef asked():\n    return 1\n"
        return {"project.py": text + TAIL, **self.files}


FILES = (
    Case(
        "CSV at import",
        """
import pandas as pd
DF = pd.read_csv(Path(__file__).with_name("x.csv"))
def used():
    return DF.a.sum()
""",
        file="x.csv",
        files={
            "x.csv": """\
a,b
1,2
70,4
"""
        },
    ),
    Case(
        "CSV at import, relative to the working folder",
        """
import pandas as pd
DF = pd.read_csv("x.csv")
def used():
    return DF.a.sum()
""",
        file="x.csv",
        files={
            "x.csv": """\
a,b
1,2
70,4
"""
        },
    ),
    Case(
        "value computed at import from a file",
        """
import json
VALUE = json.loads(Path(__file__).with_name("x.json").read_text())["limit"]
def used():
    return VALUE
""",
        file="x.json",
        files={"x.json": '{"limit": 70}'},
    ),
    Case(
        "model loaded at import from a pickle",
        """
import json
class Model:
    def __init__(self, path):
        self.w = np.array(json.loads(path.read_text()))
MODEL = Model(Path(__file__).with_name("x.json"))
def used():
    return MODEL.w.sum()
""",
        file="x.json",
        files={"x.json": "[1, 70]"},
    ),
)
"""Values that come from a file when the project is loaded."""

VALUES = (
    Case(
        "bound method, own class",
        """
class Trainer:
    def __init__(self, rate):
        self.rate = rate
    def fit(self, spec, seed):
        return Fit({"m": self.rate})
fit = Trainer(70).fit
""",
    ),
    Case(
        "bound method, library class, fitted",
        """
from sklearn.linear_model import Ridge
MODEL = Ridge(alpha=70).fit([[0.], [1.], [2.]], [1., 2., 4.])
PREDICT = MODEL.predict
def used():
    return PREDICT([[3.]])[0]
""",
    ),
    Case(
        "bound method, its code",
        """
class Trainer:
    def fit(self, spec, seed):
        return Fit({"m": 70})
fit = Trainer().fit
""",
    ),
    Case(
        "partial as fit",
        """
def whole(spec, seed, rate):
    return Fit({"m": rate})
fit = partial(whole, rate=70)
""",
    ),
    Case(
        "object that is called as fit",
        """
class Trainer:
    def __init__(self, rate):
        self.rate = rate
    def __call__(self, spec, seed):
        return Fit({"m": self.rate})
fit = Trainer(70)
""",
    ),
    Case(
        "list changed by a loop",
        """
VALUE = []
for i in range(3):
    VALUE.append(70 * i)
def used():
    return VALUE
""",
    ),
    Case(
        "list changed by a loop elsewhere",
        """
import parts, more
def used():
    return sum(parts.T)
""",
        file="more.py",
        files={
            "parts.py": "T = []\n",
            "more.py": """\
import parts
for i in range(3):
    parts.T.append(70 * i)
""",
        },
    ),
    Case(
        "registry by a decorator",
        """
TABLE = {}
def register(f):
    TABLE[f.__name__] = f
    return f
@register
def first():
    return 70
def used():
    return TABLE["first"]()
""",
    ),
    Case(
        "registry by a decorator elsewhere",
        """
import parts
from table import TABLE
def used():
    return TABLE["first"]()
""",
        file="parts.py",
        files={
            "table.py": """\
TABLE = {}
def register(f):
    TABLE[f.__name__] = f
    return f
""",
            "parts.py": """\
from table import register
@register
def first():
    return 70
""",
        },
    ),
    Case(
        "registry by a metaclass",
        """
class Meta(type):
    known = {}
    def __new__(mcs, name, bases, space):
        made = super().__new__(mcs, name, bases, space)
        Meta.known[name] = made
        return made
class A(metaclass=Meta):
    def go(self):
        return 70
def used():
    return Meta.known["A"]().go()
""",
    ),
    Case(
        "default of a dataclass",
        """
@dataclass
class Config:
    rate: float = 70
CONFIG = Config()
def used():
    return CONFIG.rate
""",
    ),
    Case(
        "default of a dataclass, made when called",
        """
@dataclass
class Config:
    rate: float = 70
def used():
    return Config().rate
""",
    ),
    Case(
        "default_factory of a dataclass",
        """
@dataclass
class Config:
    rates: list = field(default_factory=lambda: [70])
def used():
    return Config().rates[0]
""",
    ),
    Case(
        "functools.partial",
        """
def power(x, n):
    return x ** n
third = partial(power, n=70)
def used():
    return third(2)
""",
    ),
    Case(
        "code behind a partial",
        """
def power(x, n):
    return x ** n + 70
third = partial(power, n=3)
def used():
    return third(2)
""",
    ),
    Case(
        "enum",
        """
from enum import Enum
class Level(Enum):
    LOW = 1
    HIGH = 70
def used():
    return Level.HIGH.value
""",
    ),
    Case(
        "member of an enum",
        """
from enum import Enum
class Level(Enum):
    LOW = 1
    HIGH = 70
NOW = Level.HIGH
def used():
    return NOW.value
""",
    ),
    Case(
        "constant by name",
        """
from parts import LIMIT
def used():
    return LIMIT
""",
        file="parts.py",
        files={"parts.py": "LIMIT = 70\n"},
    ),
    Case(
        "constant by module",
        """
import parts
def used():
    return parts.LIMIT
""",
        file="parts.py",
        files={"parts.py": "LIMIT = 70\n"},
    ),
    Case(
        "constant computed from another",
        """
from parts import DOUBLE
def used():
    return DOUBLE
""",
        file="base.py",
        files={
            "parts.py": """\
from base import twice, LIMIT
DOUBLE = twice(LIMIT)
""",
            "base.py": """\
LIMIT = 70
def twice(x):
    return 2 * x
""",
        },
    ),
    Case(
        "class attribute changed afterwards",
        """
class Model:
    rate = 1
Model.rate = 70
def used():
    return Model.rate
""",
    ),
    Case(
        "class attribute changed elsewhere",
        """
import parts, more
def used():
    return parts.Model().rate
""",
        file="more.py",
        files={
            "parts.py": """\
class Model:
    rate = 1
""",
            "more.py": """\
from parts import Model
Model.rate = 70
""",
        },
    ),
    Case(
        "closure made by a factory",
        """
def make(n):
    def times(x):
        return n * x
    return times
scale = make(70)
def used():
    return scale(2)
""",
    ),
    Case(
        "closure made by a factory, its state",
        """
def make(n):
    state = {"n": n}
    def times(x):
        return state["n"] * x
    return times
scale = make(70)
def used():
    return scale(2)
""",
    ),
    Case(
        "functions generated in a loop",
        """
F = {}
def make(n):
    return lambda x: x * n
for n in (1, 70):
    F[n > 1] = make(n)
def used():
    return F[True](2)
""",
    ),
    Case(
        "functions generated in a loop, defaults",
        """
F = {}
for n in (1, 70):
    F[n > 1] = lambda x, n=n: x * n
def used():
    return F[True](2)
""",
    ),
    Case(
        "two generated functions swapped",
        """
def make(n):
    return lambda x: x * n
F = {"a": make(1), "b": make(2)}
def used():
    return F["a"](2)
""",
        '{"a": make(1), "b": make(2)}',
        '{"a": make(2), "b": make(1)}',
    ),
    Case(
        "two functions swapped",
        """
def one():
    return 1
def two():
    return 2
first, second = one, two
def used():
    return first() - 2 * second()
""",
        "first, second",
        "second, first",
    ),
    Case(
        "function made by exec",
        'space = {}\nexec("def g():\\n    return 70", space)\ng = space["g"]\ndef used():\n    return g()\n',
    ),
    Case(
        "lambdas on one line",
        """
F = [lambda: 1, lambda: 70]
def used():
    return F[1]()
""",
    ),
    Case(
        "wraps: the function",
        """
def plus(n):
    def outer(f):
        @wraps(f)
        def inner():
            return f() + n
        return inner
    return outer
@plus(3)
def used():
    return 70
""",
    ),
    Case(
        "wraps: the decorator's argument",
        """
def plus(n):
    def outer(f):
        @wraps(f)
        def inner():
            return f() + n
        return inner
    return outer
@plus(70)
def used():
    return 1
""",
    ),
    Case(
        "contextmanager of contextlib",
        """
from contextlib import contextmanager
@contextmanager
def value():
    yield 70
def used():
    with value() as x:
        return x
""",
    ),
    Case(
        "cached function",
        """
@cache
def value():
    return 70
def used():
    return value()
""",
    ),
    Case(
        "cached_property",
        """
class A:
    @cached_property
    def x(self):
        return 70
def used():
    return A().x
""",
    ),
    Case(
        "static, class and nested",
        """
class A:
    @staticmethod
    def x():
        return A.B.y()
    class B:
        @classmethod
        def y(cls):
            return 70
def used():
    return A.x()
""",
    ),
    Case(
        "method of a base class",
        """
class Base:
    def x(self):
        return 70
class A(Base):
    def x(self):
        return super().x()
def used():
    return A().x()
""",
    ),
    Case(
        "descriptor",
        """
class D:
    def __init__(self, n):
        self.n = n
    def __get__(self, owner, kind=None):
        return self.n
class A:
    x = D(70)
def used():
    return A().x
""",
    ),
    Case(
        "slots",
        """
class A:
    __slots__ = ("x",)
    def __init__(self, x):
        self.x = x
ONE = A(70)
def used():
    return ONE.x
""",
    ),
    Case(
        "np.vectorize",
        """
@np.vectorize
def f(x):
    return x * 70
def used():
    return f([1, 2]).sum()
""",
    ),
    Case(
        "itemgetter",
        """
from operator import itemgetter
get = itemgetter(70)
def used():
    return get(range(100))
""",
    ),
    Case(
        "regular expression",
        """
import re
P = re.compile("a{70}")
def used():
    return len(P.pattern)
""",
    ),
    Case(
        "numpy array",
        """
A = np.arange(70)
def used():
    return A.sum()
""",
    ),
    Case(
        "generator with a seed",
        """
RNG = np.random.default_rng(70)
def used():
    return RNG.random()
""",
    ),
    Case(
        "name imported inside a function",
        """
def used():
    from parts import value
    return value()
""",
        file="parts.py",
        files={
            "parts.py": """\
def value():
    return 70
"""
        },
    ),
    Case(
        "mean of a measure",
        """
M = Measure("m", value=lambda run, epoch: 70)
def used():
    return 1
def asked():
    return M.value(None, None)
""",
        stale="q",
    ),
    Case(
        "os.environ at import",
        """
import os
VALUE = int(os.environ.get("NOT_SET", "70"))
def used():
    return VALUE
""",
    ),
    Case(
        "typing.NamedTuple",
        """
from typing import NamedTuple
class P(NamedTuple):
    x: int = 70
def used():
    return P().x
""",
    ),
    Case(
        "answer that uses a helper's table",
        """
import pandas as pd
DF = pd.DataFrame({"a": [1, 70]})
def used():
    return 1
def asked():
    return DF.a.sum()
""",
        stale="q",
    ),
    Case(
        "state that pickling leaves out",
        """
class A:
    def __init__(self, n):
        self.n = n
    def __getstate__(self):
        return {}
ONE = A(70)
def used():
    return ONE.n
""",
    ),
    Case(
        "singledispatchmethod",
        """
from functools import singledispatchmethod
class A:
    @singledispatchmethod
    def go(self, x):
        return 1
    @go.register
    def _(self, x: int):
        return 70
def used():
    return A().go(1)
""",
    ),
    Case(
        "objects that contain each other",
        """
class Node:
    def __init__(self, n, parent=None):
        self.n, self.parent, self.children = n, parent, []
        if parent:
            parent.children.append(self)
ROOT = Node(1)
LEAF = Node(70, ROOT)
def used():
    return ROOT.children[0].n
""",
    ),
    Case(
        "list in itself",
        """
L = [70]
L.append(L)
def used():
    return L[0]
""",
    ),
    Case(
        "long chain",
        """
L = None
for i in range(70000):
    L = (i, L)
def used():
    return L[0]
""",
        "70000",
        "70001",
    ),
    Case(
        "shared parts, 2 ** 60 when unfolded",
        """
L = [70]
for i in range(60):
    L = [L, L]
def used():
    return len(L)
""",
    ),
    Case(
        "make_dataclass",
        """
from dataclasses import make_dataclass
S = make_dataclass("S", [("n", int, 70)])
def used():
    return S().n
""",
    ),
    Case(
        "namedtuple with defaults",
        """
from collections import namedtuple
S = namedtuple("S", "n", defaults=(70,))
def used():
    return S().n
""",
    ),
    Case(
        "type() with a lambda",
        """
S = type("S", (), {"go": lambda self: 70})
def used():
    return S().go()
""",
    ),
    Case(
        "abstract base",
        """
from abc import ABC, abstractmethod
class A(ABC):
    @abstractmethod
    def go(self): ...
class B(A):
    def go(self):
        return 70
def used():
    return B().go()
""",
    ),
    Case(
        "frame of objects of an own class",
        """
import pandas as pd
class A:
    def __init__(self, n):
        self.n = n
DF = pd.DataFrame({"a": [A(1), A(70)]})
def used():
    return DF.a[1].n
""",
    ),
    Case(
        "categories, dates, two indices",
        """
import pandas as pd
DF = pd.DataFrame({"a": pd.Categorical(["x", "y"]), "b": pd.to_datetime(["2020-01-01", "1970-01-01"])}).set_index(["a", "b"])
def used():
    return DF.index[1][1].year
""",
        "1970",
        "1971",
    ),
    Case(
        "mutual recursion",
        """
def even(n):
    return n == 0 or odd(n - 1)
def odd(n):
    return n != 0 and even(n - 1) or 70 == 0
def used():
    return even(4)
""",
    ),
    Case(
        "recursive closure",
        """
def make(k):
    def f(n):
        return k if n == 0 else f(n - 1)
    return f
g = make(70)
def used():
    return g(3)
""",
    ),
    Case(
        "import of a loaded module inside a function",
        """
def used():
    from parts import LIMIT
    return LIMIT
import parts
""",
        file="parts.py",
        files={"parts.py": "LIMIT = 70\n"},
    ),
    Case(
        "annotations that a decorator reads",
        """
def checked(cls):
    cls.kinds = dict(cls.__annotations__)
    return cls
@checked
class A:
    n: "int70"
def used():
    return len(A.kinds["n"])
""",
    ),
    Case(
        "locals() of a function",
        """
def used():
    x70 = 1
    return len(str(locals()))
""",
        "x70",
        "x700",
    ),
    Case(
        "operator between objects at import",
        """
class Pipe:
    def __init__(self):
        self.kept = []
    def __rshift__(self, n):
        self.kept.append(n)
P = Pipe()
P >> 70
def used():
    return P.kept[0]
""",
    ),
    Case(
        "module attribute that is missing now",
        """
import parts
def used():
    return getattr(parts, "LIMIT", 1)
""",
        "OTHER",
        "LIMIT",
        file="parts.py",
        files={"parts.py": "OTHER = 70\n"},
    ),
)
"""Values, functions and classes, however they are made and reached."""

LIBRARIES = (
    Case(
        "np.random.seed at import",
        """
np.random.seed(70)
def used():
    return np.random.rand()
""",
    ),
    Case(
        "np.random.seed in a helper at import",
        """
def setup():
    np.random.seed(70)
setup()
def used():
    return np.random.rand()
""",
    ),
    Case(
        "random.seed at import elsewhere",
        """
import random, parts
def used():
    return random.random()
""",
        file="parts.py",
        files={
            "parts.py": """\
import random
random.seed(70)
"""
        },
    ),
    Case(
        "plt.rcParams at import",
        """
import matplotlib as mpl
mpl.rcParams["figure.dpi"] = 70
def used():
    return mpl.rcParams["figure.dpi"]
""",
    ),
    Case(
        "pd.options at import",
        """
import pandas as pd
pd.options.display.precision = 7
def used():
    return len(str(pd.Series([1 / 3])))
""",
        "= 7",
        "= 6",
    ),
    Case(
        "pd.set_option at import",
        """
import pandas as pd
pd.set_option("display.precision", 7)
def used():
    return len(str(pd.Series([1 / 3])))
""",
        '", 7',
        '", 6',
    ),
    Case(
        "method put into a library's class",
        """
import pandas as pd
def half(self):
    return self / 70
pd.Series.half = half
def used():
    return pd.Series([1.0]).half().sum()
""",
    ),
    Case(
        "seed set in a function that an assignment calls",
        """
def setup():
    np.random.seed(70)
    return 1
READY = setup()
def used():
    return np.random.rand()
""",
    ),
    Case(
        "class registered with a library by a decorator",
        """
import pandas as pd
@pd.api.extensions.register_series_accessor("lab")
class Lab:
    def __init__(self, series):
        self.series = series
    def x(self):
        return 70
def used():
    return pd.Series([1]).lab.x()
""",
    ),
    Case(
        "getattr on a library at import",
        """
getattr(np.random, "seed")(70)
def used():
    return np.random.rand()
""",
    ),
    Case(
        "warnings filter at import",
        """
import warnings
warnings.filterwarnings("ignore", message="70")
def used():
    warnings.warn("x")
    return 1
""",
    ),
    Case(
        "decimal precision at import",
        """
import decimal
decimal.getcontext().prec = 70
def used():
    return float(decimal.Decimal(1) / 3)
""",
    ),
    Case(
        "sklearn.set_config at import",
        """
import sklearn
from sklearn.linear_model import Ridge
sklearn.set_config(assume_finite=bool(70))
def used():
    return Ridge().fit([[1.], [2.]], [1., 2.]).coef_[0]
""",
    ),
    Case(
        "seed by its own name",
        """
from numpy.random import seed
seed(70)
def used():
    return np.random.rand()
""",
    ),
    Case(
        "getcontext by its own name",
        """
from decimal import getcontext, Decimal
getcontext().prec = 70
def used():
    return float(Decimal(1) / 3)
""",
    ),
    Case(
        "rcParams by its own name",
        """
from matplotlib import rcParams
import matplotlib.pyplot as plt
rcParams["figure.dpi"] = 70
def used():
    return plt.rcParams["figure.dpi"]
""",
    ),
    Case(
        "rcParams updated",
        """
import matplotlib.pyplot as plt
plt.rcParams.update({"figure.dpi": 70})
def used():
    return plt.rcParams["figure.dpi"]
""",
    ),
    Case(
        "style sheet",
        """
import matplotlib.pyplot as plt
plt.style.use({"figure.dpi": 70})
def used():
    return plt.rcParams["figure.dpi"]
""",
    ),
    Case(
        "environment variable at import",
        """
import os, subprocess
os.environ["LAB"] = "70"
def used():
    return int(subprocess.check_output(["printenv", "LAB"]))
""",
        stale="q r",
    ),
    Case(
        "seed in with",
        """
import contextlib
with contextlib.suppress(ValueError):
    np.random.seed(70)
def used():
    return np.random.rand()
""",
    ),
    Case(
        "seed in a method that is called",
        """
class Setup:
    def __init__(self, n):
        np.random.seed(n)
Setup(70)
def used():
    return np.random.rand()
""",
    ),
    Case(
        "seed in a method that an assignment calls",
        """
class Setup:
    def __init__(self, n):
        np.random.seed(n)
S = Setup(70)
def used():
    return np.random.rand()
""",
    ),
)
"""Statements that act on a library when the project is loaded."""

UNTOLD = (
    Case(
        "a context variable that another module sets",
        """
from helper import SCALE
SCALE.set(70.0)
def used():
    return SCALE.get()
""",
        files={
            "helper.py": "from contextvars import ContextVar\n\nSCALE = ContextVar('scale', default=1.0)\n"
        },
    ),
    Case(
        "generator object (opaque)",
        """
GEN = (70 * i for i in range(9))
def used():
    return next(GEN) + next(GEN)
""",
    ),
    Case(
        "object with a lock (partly opaque)",
        """
import threading
class Safe:
    def __init__(self, n):
        self.lock, self.n = threading.Lock(), n
ONE = Safe(70)
def used():
    return ONE.n
""",
    ),
    Case(
        "database opened at import (opaque)",
        """
import sqlite3
DB = sqlite3.connect(":memory:")
DB.execute("create table t as select 70 as x")
def used():
    return DB.execute("select x from t").fetchone()[0]
""",
    ),
    Case(
        "iterator made by a helper (opaque)",
        """
def numbers():
    yield from (70, 71, 72)
IT = numbers()
def used():
    return next(IT)
""",
        "70, ",
        "69, ",
    ),
    Case(
        "opaque value by a star import",
        """
from parts import *
def used():
    return next(GEN)
""",
        file="parts.py",
        files={"parts.py": "GEN = (70 for _ in range(3))\n"},
    ),
    Case(
        "opaque value by a name, filled elsewhere",
        """
from parts import GEN
def used():
    return next(GEN)
""",
        file="base.py",
        files={
            "parts.py": """\
from base import numbers
GEN = numbers()
""",
            "base.py": """\
def numbers():
    yield 70
""",
        },
    ),
)
"""Values that pickle cannot tell, wholly or in part."""

SAME = (
    Case(
        "comment",
        """
# 70
VALUE = 1
def used():
    return VALUE
""",
        stale="",
    ),
    Case(
        "docstring",
        """
VALUE = 1
def used():
    "70"
    return VALUE
""",
        stale="",
    ),
    Case(
        "formatting",
        """
VALUE = 1
def used():
    x = [VALUE, 2, 3, 4]
    return x[0]
""",
        "[VALUE, 2, 3, 4]",
        "[\n        VALUE, 2,\n        3, 4\n    ]",
        stale="",
    ),
    Case(
        "lines above",
        """

VALUE = 1
def used():
    return (lambda: VALUE)()
""",
        "\nVALUE = 1\n",
        "\n\n\n\ndef other():\n    return 5\n\n\nVALUE = 1\n",
        stale="",
    ),
    Case(
        "name of a local variable",
        """
def used():
    result = 1
    return [result + i for i in range(3)][0]
""",
        "result = 1\n    return [result",
        "total = 1\n    return [total",
        stale="",
    ),
    Case(
        "annotation",
        """
def used(x: int = 1) -> float:
    return x
""",
        "-> float",
        "-> int",
        stale="",
    ),
    Case(
        "another experiment",
        """
def used():
    return 1
OTHER = Experiment("other", type("S", (), {}) and __import__("dataclasses").make_dataclass("S", [("n", int, 70)], frozen=True)(), fit=lambda s, n: None)
""",
        stale="",
    ),
    Case(
        "sns.set_theme",
        """
import seaborn as sns
sns.set_theme(font_scale=70)
def used():
    return 1
""",
        stale="",
    ),
    Case(
        "another global in the module",
        """
OTHER = 70
VALUE = 1
def used():
    return VALUE
""",
        stale="",
    ),
    Case(
        "another function in the module",
        """
VALUE = 1
def other():
    return 70
def used():
    return VALUE
""",
        stale="",
    ),
    Case(
        "another function in an imported module",
        """
import parts
def used():
    return parts.value()
""",
        stale="",
        file="parts.py",
        files={
            "parts.py": """\
def value():
    return 1
def other():
    return 70
"""
        },
    ),
    Case(
        "an unused import",
        """
import json
def used():
    return 1
""",
        "import json\n",
        "import json, csv\n",
        stale="",
    ),
    Case(
        "order of two functions",
        """
def one():
    return 1
def two():
    return 2
def used():
    return one() + two()
""",
        "def one():\n    return 1\ndef two():\n    return 2\n",
        "def two():\n    return 2\ndef one():\n    return 1\n",
        stale="",
    ),
    Case(
        "print at import",
        """
print("70", end="")
def used():
    return 1
""",
        stale="",
    ),
    Case(
        "check at import",
        """
def check(n):
    assert np.sqrt(n) < 99
check(70)
def used():
    return np.sum([1])
""",
        stale="",
    ),
    Case(
        "loop over files at import",
        """
import pandas as pd
FRAMES = []
for path in sorted(Path(__file__).parent.glob("*.csv")):
    FRAMES.append(pd.read_csv(path))
def used():
    return pd.Series([1]).sum()
""",
        '("*.csv")',
        '("*.cs?")',
        stale="",
    ),
    Case(
        "equal value",
        """
VALUE = 35 * 2
def used():
    return VALUE
""",
        "35 * 2",
        "7 * 10",
        stale="",
    ),
    Case(
        "column of the CSV that loading drops",
        """
import pandas as pd
DF = pd.read_csv(Path(__file__).with_name("x.csv"), usecols=["a"])
def used():
    return DF.a.sum()
""",
        stale="",
        file="x.csv",
        files={
            "x.csv": """\
a,b
1,2
3,70
"""
        },
    ),
    Case(
        "another function in a lazily imported module",
        """
def used():
    from parts import value
    return value()
""",
        stale="",
        file="parts.py",
        files={
            "parts.py": """\
def value():
    return 1
def other():
    return 70
"""
        },
    ),
    Case(
        "another module's name in a lazily imported module",
        """
def used():
    from parts import value
    return value()
""",
        stale="",
        file="base.py",
        files={
            "parts.py": """\
from base import LIMIT
def value():
    return LIMIT
""",
            "base.py": """\
LIMIT = 1
OTHER = 70
""",
        },
    ),
    Case(
        "if __name__",
        """
def used():
    return np.sum([1])
if __name__ == "__main__":
    np.random.seed(70)
""",
        stale="",
    ),
    Case(
        "logging at import",
        """
import logging
logging.basicConfig(level=70)
def used():
    return np.sum([1])
""",
        stale="",
    ),
    Case(
        "sys.path at import of another value",
        """
LIMITS = np.arange(70)
def used():
    return np.sum([1])
""",
        stale="",
    ),
    Case(
        "experiments made by a helper of a fit that sets a seed",
        """
@dataclass(frozen=True)
class S:
    n: int = 1
def other(spec, seed):
    np.random.seed(seed)
    return Fit({"m": 1.0})
def experiment(n):
    return Experiment(f"o{n}", S(n), fit=other)
OTHER = experiment(70)
def used():
    return np.random.rand()
""",
        stale="",
    ),
)
"""Edits that change no result, and are not noticed."""
