"""The report on which edits are tried: every name in it is bound, or reached, in some unusual way."""

from trial.answers import counted, listed, measured
from trial.catalogue import BASE, SIZES
from trial.figures import bars, steps
from trial.fitting import fit

from labreport import Project, Words, section

assert bars.slug != steps.slug

project = Project(
    "Edits",
    fit=fit,
    seeds=1,
    data_files=("trial/numbers.txt",),
    sections=(section("Edits", measured, counted, listed, slug="edits", experiments=(BASE, SIZES)),),
    words=Words(run="fit"),
    libraries=("numpy",),
)
