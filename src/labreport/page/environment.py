"""The sandbox for templates: only the project's and the engine's, all escaped, undefined names raise."""

from __future__ import annotations

import re
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, Literal, NoReturn

import jinja2
import jinja2.bccache
import jinja2.utils
from jinja2.runtime import Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment

from labreport.errors import LabReportError, RenderError, did_you_mean
from labreport.frame import MACROS, Lookup
from labreport.page.templates import SYNTAX, missing
from labreport.page.values import FILTERS, REFUSED, TracedAnswer, print_value
from labreport.page.values import helpers as sentences
from labreport.program import nearby
from labreport.project import Words

Medium = Literal["screen", "print"]
MEDIA: tuple[Medium, ...] = ("screen", "print")


STANDARD = Words()
_PLACED = re.compile(r"[^:]+\.html(:[0-9]+)?: ")
"""How a message begins that says where the mistake is."""
SECONDS = 4.0
"""Time of the processor that a template may take; an ordinary one takes some hundredths."""


class Unknown(jinja2.StrictUndefined):
    """A name that is not there: whatever is done with it raises, and says what there is."""

    @property
    def _undefined_message(self) -> str:
        word, owner = str(self._undefined_name), self._undefined_obj
        if self._undefined_hint:
            return super()._undefined_message
        if isinstance(owner, (Mapping, TracedAnswer)):
            return missing(word, owner)
        if owner is jinja2.utils.missing:
            return (
                f"there is no variable {word!r} here; correct its name, or give it a value before this line"
            )
        names = [name for name in dir(owner) if not name.startswith("_")]
        near = did_you_mean(word, names).removesuffix(".") or f"; there are {', '.join(names[:12])}"
        return f"this value has no {word!r}{near}"


class _Compiled(jinja2.BytecodeCache):
    """The code of each template by its source: every section and medium has an environment of its own."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType | None] = {}

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        """The template's, whose path need not be text in UTF-8."""
        return f"{name}|{filename}"

    def load_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        """Fill the bucket, if its source has been compiled in this process."""
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        """Keep what was compiled."""
        self._codes[bucket.key, bucket.checksum] = bucket.code


_COMPILED = _Compiled()


class _Sandbox(ImmutableSandboxedEnvironment):
    """A dot finds what a mapping holds before its methods: a fact may be called `items`."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """The item of a mapping, else what the sandbox allows."""
        if isinstance(obj, Mapping) and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


def environment(
    templates: Path, medium: Medium, helpers: Mapping[str, Any], words: Words = STANDARD
) -> jinja2.Environment:
    """The environment of one medium; `helpers`, `words` and every macro of `MACROS` become globals.

    `templates` is the project's folder; what it lacks is the engine's. Macros are globals because a
    question's blocks are rendered one by one: an import at the top of the template would not have run.
    """
    lookup = Lookup(templates)

    def source(name: str) -> tuple[str, str, Callable[[], bool]] | None:
        path = lookup.find(name)  # an environment lives shorter than any edit
        return None if path is None else (path.read_text(encoding="utf-8"), str(path), lambda: True)

    sandbox = _Sandbox(
        loader=jinja2.FunctionLoader(source),
        autoescape=True,
        undefined=Unknown,
        finalize=print_value,
        bytecode_cache=None if REFUSED.get() else _COMPILED,  # constants are printed when compiled
        **SYNTAX,
    )
    for unneeded in ("lipsum", "cycler", "joiner"):
        del sandbox.globals[unneeded]
    sandbox.filters.update(FILTERS)
    sandbox.globals.update(helpers, medium=medium, words=words, **sentences(words.phrases))
    for name in filter(lookup.find, MACROS):
        with explained(templates, name):
            macros = sandbox.get_template(name).module
        sandbox.globals.update({name: item for name, item in vars(macros).items() if isinstance(item, Macro)})
    return sandbox


@contextmanager
def explained(templates: Path, name: str) -> Iterator[None]:
    """Turn whatever a template raises into one `RenderError` line: file, line, cause."""
    lookup = Lookup(templates)
    try:
        with _limited():
            yield
    except RenderError as error:
        raise RenderError(_at(lookup, name, error, str(error))) from error
    except LabReportError:
        raise
    except jinja2.TemplateSyntaxError as error:
        raise RenderError(f"{lookup.shown(error.name or name)}:{error.lineno}: {error.message}") from error
    except jinja2.TemplateNotFound as error:
        raise RenderError(f"{lookup.shown(name)}: template {error.name!r} is missing") from error
    except Exception as error:
        raise RenderError(_at(lookup, name, error, f"{error or type(error).__name__}")) from error


@contextmanager
def _limited() -> Iterator[None]:
    """Within, a template that computes without end is an error; one limit holds for all that is nested."""
    running = signal.getitimer(signal.ITIMER_VIRTUAL)[0]
    if running or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGVTALRM, _end_template)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _end_template(number: int, frame: FrameType | None) -> NoReturn:
    raise RenderError(f"takes more than {SECONDS:g} s; look for a loop that does not end")


def _at(lookup: Lookup, name: str, error: BaseException, text: str) -> str:
    """`text` behind the innermost line of the project's templates that `error` went through, or else of the
    engine's: a macro of the frame is used by a line that can be corrected."""
    if _PLACED.match(text):
        return text
    places: dict[bool, str] = {}
    trace = error.__traceback__
    while trace is not None:
        path = Path(trace.tb_frame.f_code.co_filename)
        if path.suffix == ".html":
            places[path.is_relative_to(lookup.templates)] = f"{nearby(path)}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{places.get(True) or places.get(False) or lookup.shown(name)}: {text}"
