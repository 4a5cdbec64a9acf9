"""What `python build.py` can be asked for besides a build: one module a command."""
