"""Peak memory of one process that trains every network of the catalogue, each for one epoch."""

from __future__ import annotations

from common import report


def main() -> None:
    """Print it, with the number of networks."""
    from exercise.project import PROJECT
    from exercise.training import start

    specifications = {item.specification for item in PROJECT.all_experiments}
    for specification in specifications:
        run = start(specification, seed=0)
        run.advance()
        run.snapshot()
    report(networks=len(specifications))


main()
