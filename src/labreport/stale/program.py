"""The loaded modules of a project: their globals, their syntax, and where a name in one leads."""

from __future__ import annotations

import sys
from importlib.util import resolve_name
from types import CodeType, FunctionType, ModuleType

from labreport.project import Reader
from labreport.stale.members import static_member
from labreport.stale.modules import ProjectModules
from labreport.stale.references import DottedName, Reference
from labreport.stale.statements import FunctionSource, ModuleSyntax, Statement, read_module


class Program:
    """The modules of a loaded project. The syntax of each is parsed when it is first needed."""

    def __init__(self, project_modules: ProjectModules) -> None:
        self.project_modules = project_modules
        self.modules: dict[str, dict[str, object]] = {}
        """The globals of each loaded module of the project, by name of the module."""
        for name in project_modules.loaded:
            if name in sys.modules:
                self.modules[name] = vars(sys.modules[name])
        self._module_of_file = {space.get("__file__"): name for name, space in self.modules.items()}
        self._syntax: dict[str, ModuleSyntax] = {}

    def is_own(self, module: str | None) -> bool:
        """Whether a module belongs to the project."""
        return bool(module) and self.project_modules.path(module) is not None

    def is_library_code(self, code: CodeType) -> bool:
        """Whether code is in a file of a library, and so counts by the library's version."""
        return code.co_filename not in self._module_of_file and not code.co_filename.startswith("<")

    # Syntax

    def syntax(self, module: str) -> ModuleSyntax:
        """The parsed file of a module; empty for a module that is not the project's."""
        if module not in self._syntax:
            file = str(self.project_modules.path(module))
            self._syntax[module] = read_module(module, self.project_modules.source_of(module), file)
        return self._syntax[module]

    def loaded_statements(self) -> list[Statement]:
        """The top-level statements of all loaded modules."""
        return [statement for module in self.modules for statement in self.syntax(module).statements]

    def function_sources(self, code: CodeType) -> list[FunctionSource]:
        """The source of a function; several if lambdas share its line; empty if it has no source."""
        module = self._module_of_file.get(code.co_filename)
        return self.syntax(module).functions_at(code.co_firstlineno, code.co_name) if module else []

    # Where names lead

    def absolute(self, name: str, module: str) -> str:
        """The full name of a module that `module` imports by a relative name such as `..data`."""
        path = self.project_modules.path(module)
        is_package = path is not None and path.name == "__init__.py"
        try:
            return resolve_name(name, module if is_package else module.rpartition(".")[0])
        except ImportError:
            return name

    def lookup(self, module: str, reference: Reference) -> tuple[str, DottedName]:
        """Follow imports from a name that code of a module uses to the module that defines it.

        Gives that module, and the name there with its attributes; no name if it leads to a module itself.
        """
        owner = self.absolute(reference.module, module) if reference.module else module
        names = reference.names
        visited = set[tuple[str, DottedName]]()
        while names and (owner, names) not in visited:
            visited.add((owner, names))
            owner, names = self._follow_import(owner, names[0], names[1:])
        return owner, names

    def _follow_import(self, module: str, name: str, attributes: DottedName) -> tuple[str, DottedName]:
        """Follow one import: the module and name behind a name of a module; the same if it is no import."""
        space = self.modules.get(module, {})
        value = space.get(name)
        if isinstance(value, ModuleType):
            return value.__name__, attributes
        imported = self.syntax(module).imported.get(name)
        if imported is not None:
            origin = self.absolute(imported.module, module)
            if not imported.names or self._is_same(origin, imported.names[0], module, value):
                return origin, imported.names + attributes
        if name not in space and self.project_modules.has_module(f"{module}.{name}"):
            return f"{module}.{name}", attributes
        return module, (name, *attributes)

    def _is_same(self, origin: str, name: str, module: str, value: object) -> bool:
        """Whether an imported name still has its value in the module `origin`, and was not assigned since.

        True if one of the modules is not loaded, so that it cannot be known.
        """
        if origin not in self.modules or module not in self.modules:
            return True
        return name in self.modules[origin] and self.modules[origin][name] is value

    def global_name_of(self, value: object) -> tuple[str, str] | None:
        """A module and a global name in it that is bound to this very object; None if there is none."""
        for module, space in self.modules.items():
            for name, other in space.items():
                if other is value:
                    return module, name
        return None

    def defined_at(self, value: type | FunctionType) -> bool:
        """Whether the module and qualified name of a function or class lead to this very object."""
        member: object = sys.modules.get(value.__module__ or "")
        for name in value.__qualname__.split("."):
            member = static_member(member, name)
        if isinstance(member, Reader):
            member = member.function
        return member is value
