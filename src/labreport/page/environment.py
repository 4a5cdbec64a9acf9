"""The sandbox that templates run in: their folder alone, everything escaped, undefined names raise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import CodeType
from typing import Any, Literal

import jinja2
import jinja2.bccache
from jinja2.runtime import Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment

from labreport.errors import LabReportError, RenderError
from labreport.page.numbers import FILTERS, print_value
from labreport.page.wordings import Wordings

Medium = Literal["screen", "print"]
MEDIA: tuple[Medium, ...] = ("screen", "print")


class _Compiled(jinja2.BytecodeCache):
    """The code of each template by its source: every section and medium has an environment of its own."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        """Fill the bucket, if its source has been compiled in this process."""
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        """Keep what was compiled."""
        self._codes[bucket.key, bucket.checksum] = bucket.code


_COMPILED = _Compiled()


def environment(templates: Path, medium: Medium, helpers: Mapping[str, Any]) -> jinja2.Environment:
    """The environment of one medium; `helpers` and every macro of `macros.html` become globals.

    Macros are globals because a question's blocks are rendered one by one: an import at the top of
    the template would not have run.
    """
    sandbox = ImmutableSandboxedEnvironment(
        loader=jinja2.FileSystemLoader(templates),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=print_value,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        bytecode_cache=_COMPILED,
        extensions=[Wordings],
    )
    for unneeded in ("lipsum", "cycler", "joiner"):
        del sandbox.globals[unneeded]
    sandbox.filters.update(FILTERS)
    sandbox.globals.update(helpers, medium=medium)
    with explained(templates, "macros.html"):
        macros = sandbox.get_template("macros.html").module
    sandbox.globals.update({name: item for name, item in vars(macros).items() if isinstance(item, Macro)})
    return sandbox


@contextmanager
def explained(templates: Path, name: str) -> Iterator[None]:
    """Turn whatever a template raises into one `RenderError` line: file, line, cause."""
    try:
        yield
    except RenderError as error:
        raise RenderError(_at(templates, name, error, str(error))) from error
    except LabReportError:
        raise
    except jinja2.TemplateSyntaxError as error:
        raise RenderError(f"templates/{error.name or name}:{error.lineno}: {error.message}") from error
    except jinja2.TemplateNotFound as error:
        raise RenderError(f"templates/{error.name} is missing; {name} needs it") from error
    except Exception as error:
        raise RenderError(_at(templates, name, error, f"{error or type(error).__name__}")) from error


def _at(templates: Path, name: str, error: BaseException, text: str) -> str:
    """`text` behind the innermost line of a template that `error` went through."""
    if text.startswith("templates/"):
        return text
    place = f"templates/{name}"
    root = str(templates)
    trace = error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file.startswith(root):
            place = f"templates/{Path(file).relative_to(root).as_posix()}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{place}: {text}"
