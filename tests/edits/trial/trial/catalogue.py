"""What is run."""

from trial.shapes import Model

from labreport import Experiment, study

BASE = Experiment("base", Model(3), title="three")
SIZES = study("sizes", BASE, size=(2, 4))
