"""A published report checked by other paths than the one by which it was made."""

from labreport.verification.published import Stage, stages

__all__ = ["Stage", "stages"]
