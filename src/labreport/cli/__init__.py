"""The command line: parsing, commands, terminal, exit codes."""

from labreport.cli.stamp import console, main
