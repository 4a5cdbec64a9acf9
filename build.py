"""The front door: `python build.py` makes the report, `python build.py --help` says what else there is."""

import os
import sys

ROOT = os.path.dirname(os.path.abspath(__file__))


def main():
    if sys.version_info < (3, 11):
        found = ".".join(map(str, sys.version_info[:2]))
        sys.stderr.write("error: needs Python 3.11 or newer; " + sys.executable + " is " + found + "\n")
        return 2
    sys.path.insert(0, os.path.join(ROOT, "src"))
    from labreport.bootstrap import ensure

    ensure(ROOT, sys.argv[1:])
    from labreport.command import main as command

    return command(sys.argv[1:], ROOT)


if __name__ == "__main__":
    sys.exit(main())
