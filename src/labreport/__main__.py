"""`python -m labreport`, and the file to run in a process of its own: the command `labreport`."""

import os
import sys

if not __package__:
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from labreport.front import console

if __name__ == "__main__":
    sys.exit(console())
