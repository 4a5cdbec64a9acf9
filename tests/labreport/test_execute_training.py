"""The training part of a build: what is said of it."""

from __future__ import annotations

from labreport.execute.training import Standing


def test_an_interruption_promises_what_is_on_the_disk() -> None:
    """A checkpoint is named only where one was stored; what has none begins again."""
    standing = Standing("fit")
    assert standing.told() == "Interrupted; run the same command again."
    for key in "abcd":
        standing.begun(key, stored=False)
    assert standing.told() == "Interrupted; run the same command again: 4 to begin again."
    standing.kept("a", True, stored=True)
    standing.kept("b", False, stored=True)
    standing.kept("c", False, stored=False)  # a forced one, which is kept in memory until it is finished
    told = "Interrupted; run the same command again: 1 fit finished, 1 to continue from its last checkpoint"
    assert standing.told() == f"{told}, 2 to begin again."
    standing.begun("e", stored=True)
    assert "2 to continue from their last checkpoint" in standing.told()
