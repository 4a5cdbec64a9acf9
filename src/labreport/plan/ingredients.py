"""What each node is made of, as plain values: the single statement of what counts."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from labreport.errors import UsageError
from labreport.experiment import Experiment, plain
from labreport.fingerprint.canonical import digest
from labreport.fingerprint.code import Code
from labreport.fingerprint.files import Digests
from labreport.fingerprint.modules import default_roots, folder_of
from labreport.fingerprint.syntax import Summary, summarise
from labreport.fingerprint.templates import Templates
from labreport.frame import MACROS, Lookup
from labreport.installed import version
from labreport.outline import Figure, Question, Section
from labreport.plan.graph import Graph
from labreport.plan.ledger import Ledger
from labreport.plan.nodes import Node
from labreport.plan.verified import Verification
from labreport.project import Project

FORMAT = 1
"""Of a stored result; raising it makes every result anew."""

QUESTION_FRAME = "question.html"
DOCUMENT_FRAME = "document.html"
"""The templates that `labreport.page` puts around every question, and around the whole."""

STATISTICS = ("numpy", "scipy")
DRAWING = ("matplotlib", "seaborn", "numpy")
RENDERING = ("jinja2", "markupsafe")
SETTING = ("weasyprint", "pydyf", "tinycss2", "fonttools", "pikepdf")


class Ingredients:
    """Everything that can be said of what a node is made of without making anything."""

    def __init__(
        self, graph: Graph, root: Path, digests: Digests, ledger: Ledger, verification: Verification
    ) -> None:
        self._graph = graph
        self._project: Project = graph.project
        self._root = root
        self._lookup = Lookup(root / "templates")
        self._digests = digests
        self._ledger = ledger
        self._verification = verification
        roots = self._project.source_roots or default_roots(self._project.package)
        self.code = Code(roots, self._summary)
        self.templates = Templates(self._lookup.find, self._text, MACROS)
        self._words = {"words": digest(plain(self._project.words))}
        self._training: dict[str, dict[str, Any]] = {}
        self._keys: dict[str, tuple[dict[str, Any], str]] = {}

    def of_result(self, experiment: Experiment, seed: int) -> dict[str, Any]:
        """All that decides a trajectory; not its name, its title, nor how far it goes."""
        return {
            "specification": plain(experiment.specification),
            "seed": seed,
            **self._trainer(experiment.start),
        }

    def key(self, node: Node) -> tuple[dict[str, Any], str]:
        """The ingredients and the store key of a result."""
        if node.name not in self._keys:
            assert isinstance(node.value, Experiment)
            made_of = self.of_result(node.value, node.seed)
            self._keys[node.name] = (made_of, digest(made_of))
        return self._keys[node.name]

    def kept(self) -> dict[str, Any]:
        """Under which keys the results are kept, a seed each, and how many epochs: for `answers.json`."""
        return {
            experiment.name: {"epochs": experiment.epochs, "keys": self._keys_of(experiment)}
            for experiment in self._project.all_experiments
        }

    def of(self, node: Node, outputs: Callable[[str], str]) -> dict[str, Any]:
        """Ingredients of any other node; `outputs` gives the digest of what a read node put out."""
        made = {name: outputs(name) for name in node.reads if not name.startswith("result/")}
        value = node.value
        if isinstance(value, Question):
            return {
                **self._results(value.needs, outputs),
                **self._code(value.answer),
                **_versions(STATISTICS),
                **(self._verified(node, outputs) if value.reads_verification else {}),
            }
        if isinstance(value, Figure):
            return {
                **made,
                **self._results(value.needs, outputs),
                **self._code(value.draw, "labreport.charts:export"),
                **_versions(DRAWING),
                "fonts": self._files("frame/fonts"),
            }
        if isinstance(value, Section):
            return {
                **made,
                "outline": digest(plain(value)),
                **self._words,
                "experiments": digest(self.context(value)),
                **self._templates(
                    value.template, QUESTION_FRAME, *(question.template for question in value.questions)
                ),
                **self._code("labreport.page:render_section", *self._shown_code(value)),
                **_versions(RENDERING),
            }
        return {**made, **self._document(node.slug)}

    def _verified(self, node: Node, outputs: Callable[[str], str]) -> dict[str, str]:
        self._digests(self._verification.path)  # one more file that a fresh report rests on
        return {"verification": self._verification.identity(node, outputs)}

    def context(self, section: Section) -> dict[str, Any]:
        """What a section may say of the experiments it names: how they are declared, and their keys."""
        shown = {}
        for need in section.experiments:
            for experiment in self._graph.cells(need):
                shown[experiment.name] = {
                    "title": experiment.title,
                    "epochs": experiment.epochs,
                    "snapshots": list(experiment.snapshots),
                    "specification": plain(experiment.specification),
                    "keys": self._keys_of(experiment),
                }
        return {"experiments": shown}

    def _keys_of(self, experiment: Experiment) -> list[str]:
        return [self.key(node)[1] for node in self._graph.results_of(experiment.name)]

    def _shown_code(self, section: Section) -> tuple[str, ...]:
        """Functions of the content that put a section's experiments into code."""
        named = (self._project.show_code, self._project.show_check) if section.experiments else ()
        return tuple(name for name in named if name)

    def _document(self, slug: str) -> dict[str, Any]:
        outline = self._project.outline
        words = {
            "title": outline.title,
            "subtitle": outline.subtitle,
            "author": outline.author,
            "language": outline.language,
            "sections": digest([[section.slug, section.title] for section in outline.sections]),
        }
        if slug == "answers":
            return {**words, "results": digest(self.kept()), **self._code("labreport.page:answers_json")}
        frame = {
            **words,
            **self._words,
            **self._templates(DOCUMENT_FRAME, f"{'screen' if slug == 'html' else 'print'}.html"),
            "styles": self._files("styles"),
            "fonts": self._files("frame/fonts"),
            **_versions(RENDERING),
        }
        if slug == "html":
            return {
                **frame,
                "script": self._files("script"),
                **self._code("labreport.page:render_document"),
                **_versions(("fonttools", "brotli")),
            }
        return {
            **frame,
            **self._code("labreport.page:render_document", "labreport.pdf:write"),
            **_versions(SETTING),
        }

    def _trainer(self, start: str) -> dict[str, Any]:
        if start not in self._training:
            package = folder_of(self._project.package)
            data = {}
            for name in self._project.data_files:
                found = self._digests(package / name)
                if found is None:
                    raise UsageError(
                        f"{package / name}: unreadable or missing; restore it from the distribution"
                    )
                data[name] = found
            self._training[start] = {
                "data": data,
                **self._code(start),
                **_versions(self._project.libraries),
                "threads": self._project.threads,
                "format": FORMAT,
            }
        return self._training[start]

    def _results(self, needs: tuple[str, ...], outputs: Callable[[str], str]) -> dict[str, Any]:
        """One digest for all that is read of a need, so that ingredients stay few."""
        return {
            f"results {need}": digest([outputs(node.name) for node in self._graph.results_of(need)])
            for need in needs
        }

    def _code(self, *roots: str) -> dict[str, str]:
        return self._group("code", self.code.closure(*roots), "function ")

    def _templates(self, *names: str) -> dict[str, str]:
        return self._group("templates", self.templates.closure(*names), "template ")

    def _files(self, folder: str) -> str:
        members = {}
        for name, path in self._lookup.files(folder).items():
            found = self._digests(path)
            if found is not None:
                members[f"{folder.removeprefix('frame/')}/{name}"] = found
        return self._group(folder, members, "file ")[folder]

    def _group(self, label: str, members: Any, prefix: str) -> dict[str, str]:
        """A digest that stands for many members; the ledger keeps them, to name the one that changed."""
        named = {f"{prefix}{name}": value for name, value in members.items()}
        value = digest(named)
        self._ledger.groups[value] = named
        return {label: value}

    def _summary(self, path: Path) -> Summary:
        content = self._digests(path)
        where = str(path.relative_to(self._root) if path.is_relative_to(self._root) else path)
        if content is None:
            raise UsageError(f"{where}: cannot be read")
        known = self._ledger.modules.get(where)
        if known is not None and known[0] == content:
            found: Summary = known[1]
            return found
        try:
            summarised = summarise(path.read_text(encoding="utf-8"), where)
        except UnicodeDecodeError as error:
            raise UsageError(f"{where}: not UTF-8 at byte {error.start}; save it as UTF-8") from None
        # As JSON gives it back, so that a summary from the ledger and a new one are the same values
        summary: Summary = json.loads(json.dumps(summarised))
        self._ledger.modules[where] = (content, summary)
        return summary

    def _text(self, path: Path) -> str:
        if path.exists() and self._digests(path) is None:
            raise UsageError(f"{self._lookup.shown(path)}: no file that can be read")
        try:
            return path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{self._lookup.shown(path)}: cannot be read as UTF-8: {error}") from None


def _versions(distributions: tuple[str, ...]) -> dict[str, str]:
    return {f"library {name}": version(name) or "none" for name in distributions}
