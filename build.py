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
    try:
        from labreport import program, streams  # noqa: F401 - what the next one loads, too
        from labreport.front import main as front
    except (EOFError, ImportError, TypeError, ValueError):
        # Compiled code that a full disk has cut short; all other is checked before it is used
        import shutil

        shutil.rmtree(os.path.join(ROOT, "src", "labreport", "__pycache__"))
        from labreport.front import main as front

    return front(sys.argv[1:], ROOT, checkout)


def checkout():
    """The package `tools`: the set-up, and the commands that only a checkout has."""
    from importlib.util import module_from_spec, spec_from_file_location

    folder = os.path.join(ROOT, "tools")
    spec = spec_from_file_location(
        "tools", os.path.join(folder, "__init__.py"), submodule_search_locations=[folder]
    )
    sys.modules["tools"] = tools = module_from_spec(spec)
    spec.loader.exec_module(tools)
    return tools


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        # So early that nothing was begun; once something is, labreport.console.terminal says how to continue
        sys.stderr.write("Interrupted; run the same command again.\n")
        sys.exit(130)
