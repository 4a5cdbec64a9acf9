"""The environment of templates: the project's, else the engine's; mistakes in them have file and line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jinja2
from jinja2.utils import missing

from labreport.errors import LabReportError, Several, did_you_mean, raised_at, shown
from labreport.page.claims import Claims, TemplateError
from labreport.stats import Quantity, Source, plural

FRAME = Path(__file__).parents[1] / "frame"
_PLACED = re.compile(r"(\S+?\.\w+):\d+: ")


def environment(templates: Path, values: Any) -> jinja2.Environment:
    """Make the environment of one document, in which `values` prints what stands in `{{ }}`."""

    class Unknown(jinja2.StrictUndefined):
        """A name that is not there: whatever is done with it raises, and says what is near."""

        @property
        def _undefined_message(self) -> str:
            name, owner = str(self._undefined_name), self._undefined_obj
            if self._undefined_hint:
                return self._undefined_hint
            if owner is missing:
                return f"there is no {name!r} here{did_you_mean(name, values.known)}"
            words = [word for word in dir(owner) if not word.startswith("_")]
            return f"{type(owner).__name__} {str(owner)[:40]!r} has no {name!r}{did_you_mean(name, words)}"

    class Environment(jinja2.Environment):
        def getattr(self, obj: Any, attribute: str) -> Any:
            """Read a name of a value; of a quantity, `n` is a quantity too: four plates."""
            if isinstance(obj, Quantity) and attribute == "n":
                return Quantity(obj.n, plural(obj.source.unit), source=Source(kind="counted"), exact=True)
            return super().getattr(obj, attribute)

    own = jinja2.PrefixLoader({"engine": jinja2.FileSystemLoader(FRAME)})
    made = Environment(
        loader=jinja2.ChoiceLoader([jinja2.FileSystemLoader([templates, FRAME]), own]),
        autoescape=True,
        undefined=Unknown,
        finalize=jinja2.pass_context(lambda _, value: values.value(value)),  # so that it sees constants too
        extensions=[Claims],
        optimized=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.extend(values=values)
    made.globals = {"namespace": made.globals["namespace"]}
    made.filters.update(values.filters)
    return made


def near(name: str, known: Iterable[str]) -> str:
    """Ask whether the nearest of the known names was meant, or else list them."""
    return did_you_mean(name, known) or f"; there are {', '.join(known) or 'none'}"


@contextmanager
def explained(templates: Path, name: str) -> Iterator[None]:
    """Turn whatever a template raises into one line: file, line, what is wrong."""
    place = shown(templates / name)
    try:
        yield
    except (TemplateError, Several):
        raise
    except jinja2.TemplateSyntaxError as error:
        raise TemplateError(f"{shown(error.filename or place)}:{error.lineno}: {error.message}") from error
    except Exception as error:
        plain = isinstance(error, (LabReportError, jinja2.TemplateError))
        text = str(error) if plain else f"{type(error).__name__}: {error}"
        if isinstance(error, jinja2.TemplateNotFound):
            text = f"there is no template {error.name!r}"
        found = _PLACED.match(text)
        if found and Path(found[1]).absolute().is_relative_to(templates.absolute()):
            text = text[found.end() :]  # a line of the code that Jinja makes of the template
        raise TemplateError(f"{raised_at(error) or place}: {text}") from error
