"""Five compressors on six inputs, measured elsewhere: a report on recorded runs."""

from labreport import (
    Answer,
    Measure,
    Project,
    Results,
    Words,
    dots,
    environment,
    figure,
    question,
    ranking,
    section,
)
from labreport.charts import Drawing
from labreport.recorded import recorded_groups

# Each row of the file is a run; the six inputs are blocks: programs are compared on each.
RUNS = recorded_groups(
    "runs.csv",
    name=("program", "level"),
    blocks="input",
    metrics=("seconds", "bytes"),
    made={"processor": "machine", "python": "python", "finished": "date"},
)
ENOUGH = "so small a difference is not worth a change of program"
SECONDS = Measure("seconds", "s", better="lower", scale="ratio", margin=1.02, because=ENOUGH)
SIZE = Measure("bytes", "bytes", better="lower", scale="ratio", margin=1.02, more="larger", less="smaller")


@figure(reads=RUNS.values())
def by_input(results: Results) -> Drawing:
    """The seconds of each program, a dot for each input."""
    return dots(results, SECONDS)


@question("Which program is the fastest?", reads=RUNS.values(), figures=(by_input,))
def fastest(results: Results) -> Answer:
    """Every pair is compared input by input; repetitions on one input are averaged first."""
    return ranking(results, SECONDS)


@question("Which leaves the fewest bytes?", reads=RUNS.values())
def smallest(results: Results) -> Answer:
    """The same of the size of what is left."""
    return ranking(results, SIZE)


@question("With what were the runs made?", reads=RUNS.values(), local=True)
def machine(results: Results) -> Answer:
    """As their file says it."""
    return environment(results)


project = Project(
    "Compressors",
    subtitle="Which is fast, and which leaves little",
    sections=(section("Programs", fastest, smallest), section("Runs", machine)),
    facts=machine,
    words=Words(run="measurement", item="input", category="program"),
)
