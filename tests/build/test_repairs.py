"""What small projects met once, and must not meet again."""

from __future__ import annotations

import json
from pathlib import Path

from build.conftest import Toy
from build.small import HEAD, TAIL, Small

TRAINING = """
from labreport import Measure, mean


class Training:
    def __init__(self, spec, seed, epoch=0, state=None):
        self.epoch = epoch

    def advance(self):
        if self.epoch == 4:
            return None
        self.epoch += 1
        return {"loss": 1 / self.epoch}

    def snapshot(self):
        return {}, {}

    def state(self):
        return {}


LOSS = Measure("loss", better="lower")
"""


def test_a_record_of_a_training_that_ended_early_is_that_of_its_last_epoch(tmp_path: Path) -> None:
    """A measure that only the records have, read at an epoch that was not reached."""
    text = HEAD + TRAINING + TAIL.replace("fit=fit", "epochs=20, start=Training")
    text = text.replace(
        'Answer(value=number(sum(results["run"].values("value")), exact=True))', "mean(results, LOSS)"
    )
    small = Small(tmp_path, text)
    small.build()
    assert '"value": 0.25' in small.toy.read("cache/answer/much.json")


def test_numbers_of_numpy_in_a_specification_are_numbers(tmp_path: Path) -> None:
    """They pass all checks, and are others than Python's own, which computes otherwise."""
    text = HEAD + 'import numpy\n\n\ndef fit(spec, seed):\n    return Fit({"value": spec.size})\n' + TAIL
    small = Small(tmp_path, text.replace("Spec()", "Spec(numpy.int64(3))"))
    assert "1 run" in small.build()
    assert small.answer() == 3
    small.edit("numpy.int64(3)", "3")
    assert "run: size: int64(3), now 3" in small.run("why", "much").out


def test_a_run_that_has_to_be_alone_keeps_what_another_experiment_reads_of_it(toy: Toy) -> None:
    """Both share it: it is made again once, by itself, with the epochs of both."""
    timed = 'TIMED = Experiment("timed", Slope(), epochs=2, start=Descent, exclusive=True)\nWELLS = '
    toy.edit("project.py", "WELLS = ", timed)
    toy.edit("project.py", "fit=fit,\n", "experiments=(TIMED,),\n    fit=fit,\n")
    toy.succeed()
    assert "All is fresh" in toy.run("status").out


def test_a_document_can_be_built_by_its_name(toy: Toy) -> None:
    """The page is made, and nothing that it does not need."""
    toy.edit("templates/questions/higher.md", "Who drifts ends higher", "Drifting helps")
    printed = toy.succeed("page")
    assert "Drifting helps" in toy.read("report.html")
    assert not (toy.report / "report.pdf").exists()  # there is none beside another page
    assert "1 document" in printed


def test_claims_belong_to_the_question_in_whose_text_they_are(tmp_path: Path) -> None:
    """Two questions have one template, which makes the claim of each."""
    second = """
@question("And?", template="best.md", reads=RUN)
def best(results):
    return much.function(results)


project"""
    fit = 'def fit(spec, seed):\n    return Fit({"value": 1})\n'
    text = HEAD + fit + TAIL.replace("\nproject", second).replace("(much,)", "(much, best)")
    small = Small(tmp_path, text.replace('"How much?", ', '"How much?", template="best.md", '))
    (small.toy.folder / "templates").mkdir()
    small.write("templates/best.md", "{% claim value > 0 %}It is so.{% endclaim %}\n")
    small.succeed("answers.json")
    questions = json.loads(small.toy.read("answers.json"))["questions"]
    files = {name: [claim["file"] for claim in question["claims"]] for name, question in questions.items()}
    assert files == {"much": ["templates/best.md"], "best": ["templates/best.md"]}


def test_verify_removes_what_is_damaged_so_that_a_build_makes_it_again(toy: Toy) -> None:
    """A byte of an array that nobody reads: the size is as it was."""
    file = next((toy.report / "results" / "up").glob("0-*.safetensors"))
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + b"\x00")
    ended = toy.run("verify")
    assert ended.code == 1
    assert "1 damaged and removed; build again" in ended.out
    assert "1 walk" in toy.run().out
    assert file.read_bytes() == whole
    toy.succeed("verify")


def test_a_figure_is_not_drawn_on_what_a_module_left_open(tmp_path: Path) -> None:
    """The window of a module is wider than the page; the figure is of the usual width."""
    text = HEAD.replace("number, question", "figure, number, question")
    text += """
from matplotlib import pyplot

pyplot.figure(figsize=(12, 3))


def fit(spec, seed):
    return Fit({"value": 1})


@figure(reads=())
def line():
    pyplot.plot([1, 2])
    return pyplot.gcf()
"""
    small = Small(tmp_path, text + TAIL.replace("reads=RUN)", "reads=RUN, figures=line)"))
    small.succeed("line")
