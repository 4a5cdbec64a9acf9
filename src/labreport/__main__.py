"""Run the command `labreport` as `python -m labreport`."""

import sys

from labreport.cli import console

if __name__ == "__main__":
    sys.exit(console())
