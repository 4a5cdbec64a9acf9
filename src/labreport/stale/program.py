"""The modules of a project as they are when it has been loaded: their values, and how they are written."""

from __future__ import annotations

import sys
from importlib.util import resolve_name
from types import CodeType, FunctionType, ModuleType

from labreport.project import Reader
from labreport.stale.members import static_member
from labreport.stale.references import DottedName, Reference
from labreport.stale.sources import Sources
from labreport.stale.statements import FunctionSource, ModuleSyntax, Statement, read_module


class Program:
    """The modules of a loaded project. The syntax of each is read when it is first asked for."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.modules: dict[str, dict[str, object]] = {}
        """The globals of the project's modules that are loaded."""
        for name in sources.loaded:
            if name in sys.modules:
                self.modules[name] = vars(sys.modules[name])
        self._module_of_file = {space.get("__file__"): name for name, space in self.modules.items()}
        self._syntax: dict[str, ModuleSyntax] = {}

    def is_own(self, module: str | None) -> bool:
        """Whether a module is the project's."""
        return bool(module) and self.sources.path(module) is not None

    def is_library_code(self, code: CodeType) -> bool:
        """Whether code is in a file of a library, and so counts by its version."""
        return code.co_filename not in self._module_of_file and not code.co_filename.startswith("<")

    # How it is written

    def syntax(self, module: str) -> ModuleSyntax:
        """What the file of a module says; nothing of one that is not the project's."""
        if module not in self._syntax:
            file = str(self.sources.path(module))
            self._syntax[module] = read_module(module, self.sources.source_of(module), file)
        return self._syntax[module]

    def loaded_statements(self) -> list[Statement]:
        """The statements of all modules that are loaded."""
        return [statement for module in self.modules for statement in self.syntax(module).statements]

    def function_sources(self, code: CodeType) -> list[FunctionSource]:
        """How a function is written; several lambdas may stand on its line. Empty where it has no source."""
        module = self._module_of_file.get(code.co_filename)
        return self.syntax(module).functions_at(code.co_firstlineno, code.co_name) if module else []

    # Where names lead

    def absolute(self, name: str, module: str) -> str:
        """The full name of a module that another imports as `..data`."""
        path = self.sources.path(module)
        is_package = path is not None and path.name == "__init__.py"
        try:
            return resolve_name(name, module if is_package else module.rpartition(".")[0])
        except ImportError:
            return name

    def lookup(self, module: str, reference: Reference) -> tuple[str, DottedName]:
        """Where a name that code of a module uses is made: a module, and the name there with its attributes.

        Without a name, it is the module as a whole.
        """
        owner = self.absolute(reference.module, module) if reference.module else module
        names = reference.names
        visited = set[tuple[str, DottedName]]()
        while names and (owner, names) not in visited:
            visited.add((owner, names))
            owner, names = self._follow_import(owner, names[0], names[1:])
        return owner, names

    def _follow_import(self, module: str, name: str, attributes: DottedName) -> tuple[str, DottedName]:
        """Where a name of a module leads, if it is a module or an import of another's name; else itself."""
        space = self.modules.get(module, {})
        value = space.get(name)
        if isinstance(value, ModuleType):
            return value.__name__, attributes
        imported = self.syntax(module).imported.get(name)
        if imported is not None:
            source = self.absolute(imported.module, module)
            if not imported.names or self._is_same(source, imported.names[0], module, value):
                return source, imported.names + attributes
        if name not in space and self.sources.has_module(f"{module}.{name}"):
            return f"{module}.{name}", attributes
        return module, (name, *attributes)

    def _is_same(self, source: str, name: str, module: str, value: object) -> bool:
        """Whether what a module has imported is still what its source has, as far as one knows."""
        if source not in self.modules or module not in self.modules:
            return True
        return name in self.modules[source] and self.modules[source][name] is value

    def name_of(self, value: object) -> tuple[str, str] | None:
        """A module and a name in it that stand for this very object; None where there is none."""
        for module, space in self.modules.items():
            for name, other in space.items():
                if other is value:
                    return module, name
        return None

    def defined_at(self, value: type | FunctionType) -> bool:
        """Whether a function or a class is what its module and qualified name lead to."""
        member: object = sys.modules.get(value.__module__ or "")
        for name in value.__qualname__.split("."):
            member = static_member(member, name)
        if isinstance(member, Reader):
            member = member.function
        return member is value
