"""The command line: what is asked for, in which project, and the exit code."""

from labreport.cli.stamp import console, main
