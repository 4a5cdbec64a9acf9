"""What the program can be asked for: one module for each command, imported when it is asked for.

A command's module has `run(arguments, root, terminal)`, which returns the exit code. What it takes is
declared in `labreport.commands.parser`, which needs no library.
"""
