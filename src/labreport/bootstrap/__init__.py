"""Set-up: the libraries in the running interpreter, or `.venv` made from the lock file to continue in."""

from labreport.bootstrap.ensure import ensure, python_for_tests

__all__ = ["ensure", "python_for_tests"]
