"""The front door: `python build.py` makes the report, `python build.py --help` says what else there is."""

import os
import sys

ROOT = os.path.dirname(os.path.abspath(__file__))


def main():
    if sys.version_info < (3, 11):
        found = ".".join(map(str, sys.version_info[:2]))
        sys.stderr.write("error: needs Python 3.11 or newer; " + sys.executable + " is " + found + "\n")
        return 2
    # In place of this folder: a file in it must not be taken for a module of Python's own
    sys.path[:] = [os.path.join(ROOT, "src"), *(path for path in sys.path if path not in ("", ROOT))]
    from labreport.cli import main as command

    return command(sys.argv[1:], ROOT, checkout)


def checkout(arguments, say):
    """The environment of a checkout, and the command that only it has, `test`: its exit code."""
    from importlib.util import module_from_spec, spec_from_file_location

    folder = os.path.join(ROOT, "tools")
    file = os.path.join(folder, "__init__.py")
    spec = spec_from_file_location("tools", file, submodule_search_locations=[folder])
    sys.modules["tools"] = tools = module_from_spec(spec)
    spec.loader.exec_module(tools)
    return tools.begin(arguments, say)


if __name__ == "__main__":
    sys.exit(main())
