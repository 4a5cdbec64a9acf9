"""Set-up: the libraries in the running interpreter, or `.venv` made from the lock file and gone on in."""

from labreport.bootstrap.ensure import ensure, python_for_tests

__all__ = ["ensure", "python_for_tests"]
