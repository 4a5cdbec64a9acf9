"""What a report says, judged against the results by code of its own: sums, counts and comparisons."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from statistics import fmean
from typing import Any

import numpy as np

from exercise import mnist
from exercise.networks import Network, timing_of
from labreport.results import Runs
from labreport.stats import Answer, Finding

Values = dict[int, float]
"""By seed."""
NEAR = 1e-9
THRESHOLD, GOAL = 0.20, 0.92
DEEP = ("deep-8", "deep-32", "deep-64")
LEARNING = ("wide", "small", "complex")


class Results:
    """The results of a world, read without the engine."""

    def __init__(self, runs: Mapping[str, Runs]) -> None:
        self.runs = runs

    def accuracy(self, name: str, split: str, epoch: int) -> Values:
        """Of the snapshot."""
        return {run.seed: run.snapshots[epoch].metrics[split]["accuracy"] for run in self.runs[name].runs}

    def recorded(self, name: str, epoch: int, what: str = "validation_accuracy") -> Values:
        """Of the record of an epoch."""
        return {run.seed: run.records[epoch - 1][what] for run in self.runs[name].runs}

    def misread(self, name: str, digit: int, *, others: bool = False) -> Values:
        """The share of a digit's test images, or of all other images, misread after the last epoch."""
        labels = mnist.load().test.labels
        return {
            run.seed: float(
                np.mean((run.snapshots[50].arrays["predictions"] != labels)[(labels == digit) != others])
            )
            for run in self.runs[name].runs
        }

    def mean(self, name: str) -> float:
        """Test accuracy after the last epoch, over seeds."""
        return fmean(self.accuracy(name, "test", self.runs[name].experiment.epochs).values())

    def network(self, name: str) -> Network:
        """What was trained."""
        network: Network = self.runs[name].experiment.specification
        return network

    def above(
        self, name: str, split: str = "test", epoch: int | None = None, level: float = THRESHOLD
    ) -> int:
        """In how many seeds a network is above a level."""
        epoch = epoch or self.runs[name].experiment.epochs
        return sum(value > level for value in self.accuracy(name, split, epoch).values())

    def learns(self, *names: str) -> bool:
        """Whether each is above the threshold in every seed."""
        return all(self.above(name) == len(self.runs[name].runs) for name in names)

    def stays(self, *names: str) -> bool:
        """Whether none is above the threshold in any seed."""
        return not any(map(self.above, names))

    def seconds(self, name: str) -> float:
        """Of the median epoch."""
        (run,) = self.runs[timing_of(name)].runs
        return float(np.median(run.at().arrays["seconds"]))


def _values(results: Results, slug: str, finding: Finding, subject: str, answer: Answer) -> Values:
    """What the finding compares, of one of its subjects."""
    assert finding.measure is not None
    split = finding.measure.name.partition(" ")[0]
    if slug == "part-one.accuracy":
        return results.accuracy(finding.name.partition(".")[0], subject, 10)
    if slug == "bonus.digits":
        name, _, digit = finding.name.partition(".")
        return results.misread(name, int(digit), others=subject == "others")
    if slug == "bonus.diminishing":
        return results.recorded("small-60", int(subject))
    if slug == "bonus.longer":
        return results.accuracy("small", "test", int(subject))
    if slug == "bonus.more-time":
        return results.accuracy("complex-100", split, int(subject.rpartition(" ")[2]))
    if slug == "bonus.worth" and finding.name in ("equal-time", "momentum", "fewest"):
        within = int(answer.quantities["fewest" if finding.name == "fewest" else "within"].value or 0)
        if within == 50:  # of which the predictions are kept
            return results.accuracy(subject, "validation", 50)
        return results.recorded(subject, within if subject == "complex" else 50)
    if finding.name == "lead":
        pair = (answer.quantities[f"{subject}.{axis}"].value for axis in ("learning_rate", "momentum"))
        subject = "rates/learning_rate={},momentum={}".format(*pair)
    epoch = finding.epochs[-1] if finding.epochs else results.runs[subject].experiment.epochs
    return results.accuracy(subject, split, epoch)


def false_findings(results: Results, slug: str, answer: Answer) -> Iterator[str]:
    """Observations of the engine's sentences, and the numbers under them, that the results contradict."""
    says = answer.to_plain()["findings"]
    for finding in answer.findings.values():
        if finding.kind == "exact":
            continue
        found = {subject: _values(results, slug, finding, subject, answer) for subject in finding.subjects}
        for part in finding.parts:
            first, second = part.subjects if finding.kind != "trend" else part.subjects[::-1]
            if second in found:
                common = found[first].keys() & found[second].keys()
                expected = fmean(found[first][seed] - found[second][seed] for seed in common)
                value = answer.quantities[part.quantity].value
                if value is None or abs(value - expected) > NEAR:
                    yield f"{part.quantity} is {value}, not {expected}"
        means = {subject: fmean(values.values()) for subject, values in found.items()}
        titles = dict(zip(finding.subjects, finding.titles, strict=True))
        names = {titles[subject] or f"`{subject}`": subject for subject in finding.subjects}
        yield from _false_sentence(says[finding.name]["says"], finding, found, means, names)


def _false_sentence(
    text: str,
    finding: Finding,
    found: Mapping[str, Values],
    means: Mapping[str, float],
    names: Mapping[str, str],
) -> Iterator[str]:
    assert finding.measure is not None
    sign = -1 if finding.measure.better == "lower" else 1
    ordered = sorted(names, key=len, reverse=True)
    some = "|".join(map(re.escape, ordered))
    for match in re.finditer(rf"({some}) is (more|less|as) accurate (?:than|as) ({some})", text):
        first, second = means[names[match[1]]], means[names[match[3]]]
        true = {
            "more": first > second - NEAR,
            "less": first < second + NEAR,
            "as": abs(first - second) <= 0.002,
        }[match[2]]
        if not true and len(names) == len(finding.subjects):
            yield f"{first} and {second}, but: {text}"
    if finding.kind in ("ranking", "extremes"):
        for words, end in (
            ("is the most accurate|has the lowest share misread", max),
            ("has the highest share misread", min),
        ):
            for match in re.finditer(rf"({some}) (?:{words})", text):
                value = means[names[match[1]]]
                if abs(value - sign * end(sign * mean for mean in means.values())) > NEAR:
                    yield f"{value} is not first of {means}, but: {text}"
    if finding.kind == "count":
        level = GOAL if finding.subjects == ("complex",) else THRESHOLD
        for subject, values in found.items():
            above = sum(value > level for value in values.values())
            if f"`{subject}`" in text.partition(". ")[0] and len(finding.subjects) == 1:
                told = re.search(r"in (none|each|\d+) of (\d+)", text)
                count = {"none": 0, "each": len(values)}.get(told[1], told[1]) if told else "is above" in text
                if int(count) != above:
                    yield f"{subject} is above in {above} of {len(values)}, but: {text}"


Said = Callable[[Results, Answer, str], Iterator[bool]]
"""Whether each thing that a question's own words say is so."""


def _above_20(results: Results, answer: Answer, text: str) -> Iterator[bool]:
    any_ = any(results.above(name, split, 10) for name in DEEP for split in ("test", "validation"))
    yield text.startswith("Yes:" if any_ else "No:")
    digits = {
        name: [set(run.snapshots[10].arrays["predictions"].tolist()) for run in results.runs[name].runs]
        for name in DEEP
    }
    one = all(len(each) == 1 for found in digits.values() for each in found)
    yield ("names one digit for every image" in text) == one
    yield "differs from seed to seed" not in text or any(
        found.count(found[0]) < len(found) for found in digits.values()
    )
    yield ("stay at the level of guessing. Accuracy" in text) or "Not all deep" in text


def _hypothesis(results: Results, answer: Answer, text: str) -> Iterator[bool]:
    frozen, backward, no_bias = "deep-32-frozen", "deep-32-backward-4", "deep-32-no-output-bias"
    stuck = results.stays(*DEEP)
    gain, fewer, longer = (
        [f"{name}-{change}" for name in DEEP] for change in ("gain-4", "4-layers", "30-epochs")
    )

    def most(names: list[str]) -> bool:
        return sum(map(results.above, names)) > sum(len(results.runs[name].runs) for name in names) / 2

    for words, so in {
        "Not all of them fail": not stuck,
        "Because in the late layers": stuck and results.learns(frozen) and results.stays(backward),
        "Because almost no gradient": stuck and results.stays(frozen) and results.learns(backward),
        "It is enough to bring back either": results.learns(frozen, backward),
        "It is not enough to bring back only": results.stays(frozen, backward),
        "needs the gradient in the early layers as well": results.mean("deep-32-gain-4")
        > results.mean(frozen),
        "all layers trained, deep-32 is less accurate": results.mean("deep-32-gain-4") < results.mean(frozen),
        "Because the signal vanishes": stuck and results.learns(*gain, *fewer),
        "Probably because the signal": stuck
        and most(gain)
        and most(fewer)
        and not results.learns(*gain, *fewer),
        "We cannot say": not (most(gain) and most(fewer)),
        "large, all three networks learn": results.learns(*gain),
        "10, all three do.": results.learns(*fewer),
        "10, not all three do.": not results.learns(*fewer),
        "no other change, none does": results.stays(*longer),
        "at least one does": not results.stays(*longer),
        "Both came out as the forward": results.learns(frozen) and results.stays(backward),
        "Both came out as the backward": results.learns(backward) and results.stays(frozen),
        "Both networks learn": results.learns(frozen, backward),
        "Neither network learns": results.stays(frozen, backward),
        "these biases made it name one digit": stuck and results.learns(no_bias),
        "it is not only these biases": not results.learns(no_bias),
        "came out as predicted. That supports both": results.learns(*gain, *fewer) and results.stays(*longer),
    }.items():
        yield words not in text or so


def _correlation(results: Results, answer: Answer, text: str) -> Iterator[bool]:
    yield text.startswith(("No clear one:", "Yes, as far as it is clear:"))
    means = {name: fmean(results.accuracy(name, "validation", 10).values()) for name in (*DEEP, *LEARNING)}
    pattern = r"([\w-]+) has more parameters than ([\w-]+), [\d ]+ against [\d ]+, and is less accurate"
    for more, fewer in re.findall(pattern, text):
        yield results.network(more).parameters >= results.network(fewer).parameters
        yield means[more] < means[fewer]
    counts = re.search(r"clearly more accurate in (\d+),? and clearly less accurate in (\d+|none)", text)
    coefficient = re.search(r"\(Kendall\), that is (−?[\d.]*\d)", text)
    yield counts is not None and coefficient is not None
    if counts and coefficient:
        turned = 0 if counts[2] == "none" else int(counts[2])
        yield abs((int(counts[1]) - turned) / 15 - float(coefficient[1].replace("−", "-"))) < 0.001
    if "the other one is clearly more accurate in all" in text:
        yield max(means[name] for name in DEEP) < min(means[name] for name in LEARNING)


def _goal(results: Results, answer: Answer, text: str) -> Iterator[bool]:
    seeds = len(results.runs["complex"].runs)
    both = all(results.above("complex", split, level=GOAL) == seeds for split in ("validation", "test"))
    yield text.startswith("Yes:" if both else "Not in every seed:" if seeds > 1 else "No:")
    if "a sign of overfitting" in text:
        losses, trained = (
            [fmean(results.recorded("complex", epoch, name).values()) for epoch in range(1, 51)]
            for name in ("validation_loss", "loss")
        )
        lowest = int(np.nanargmin(losses))
        yield losses[-1] > losses[lowest] and trained[-1] < trained[lowest]


def _digits(results: Results, answer: Answer, text: str) -> Iterator[bool]:
    for name in LEARNING:
        shares = {digit: fmean(results.misread(name, digit).values()) for digit in range(10)}
        found = re.search(
            rf"{name} misreads (?:(\d) most often \(.*?\) and (\d) least|all digits equally often)", text
        )
        yield found is not None
        if found and found[1]:
            most, least = (shares[int(found[which])] for which in (1, 2))
            yield most == max(shares.values()) > min(shares.values()) == least
        else:
            yield max(shares.values()) - min(shares.values()) < NEAR
        for digit, word, networks in re.findall(
            r"(\d) (?:is misread )?clearly (more|less) often by ([^;.]+)", text
        ):
            if name in re.split(", | and ", networks):
                others = fmean(results.misread(name, int(digit), others=True).values())
                yield shares[int(digit)] > others if word == "more" else shares[int(digit)] < others


def _pattern(results: Results, answer: Answer, text: str) -> Iterator[bool]:
    labels = mnist.load().test.labels
    pairs = []
    for run in results.runs["complex"].runs:
        taken = run.snapshots[50].arrays["predictions"]
        wrong = taken != labels
        pairs.append(
            [frozenset(pair) for pair in zip(labels[wrong].tolist(), taken[wrong].tolist(), strict=True)]
        )
    together = [pair for found in pairs for pair in found]
    told = re.search(r"(\d) and (\d) are confused most", text)
    yield bool(told) == bool(together)
    if told:
        pair = frozenset((int(told[1]), int(told[2])))
        yield together.count(pair) == max(map(together.count, set(together)))


def _diminishing(results: Results, answer: Answer, text: str) -> Iterator[bool]:
    at = {epoch: fmean(results.recorded("small-60", epoch).values()) for epoch in range(10, 61, 10)}
    first, *others = (at[epoch + 10] - at[epoch] for epoch in range(10, 60, 10))
    falls = "The first of these steps brings most" in text
    yield all((other < first + NEAR) if falls else True for other in others)
    yield falls or not all(other < first - NEAR for other in others)
    yield "After 20 epochs, not clearly" in text or others[0] < first
    yield "After 50, not clearly" in text or others[-1] < first


def _worth(results: Results, answer: Answer, text: str) -> Iterator[bool]:
    within = int(min(50 * results.seconds("small") / results.seconds("complex") + NEAR, 50))
    yield ("does not finish one" in text) == (within == 0)
    if within:
        ahead = fmean(results.recorded("complex", within).values()) - fmean(
            results.recorded("small", 50).values()
        )
        opening = text.partition(" ")[0].strip(",:")
        yield {"Yes": ahead > 0, "No": ahead < 0.002, "Not": True}[opening]
        yield "is as accurate on validation data" not in text.partition(". ")[0] or abs(ahead) < 0.002
        alike = fmean(results.recorded("complex", within).values()) - fmean(
            results.recorded("small-momentum", 50).values()
        )
        yield "equal momentum it is ahead" not in text or alike > 0
        yield "equal momentum it is behind" not in text or alike < 0
    late = fmean(results.accuracy("complex", "test", 50).values()) - fmean(
        results.accuracy("small", "test", 50).values()
    )
    yield "complex is more accurate than small," not in text or late > 0


def _more_time(results: Results, answer: Answer, text: str) -> Iterator[bool]:
    after = [fmean(results.accuracy("complex-100", "test", epoch).values()) for epoch in (50, 100)]
    gain = after[1] - after[0]
    yield {
        "Yes": gain > 0.002 - NEAR,
        "Hardly, less than matters": 0 < gain < 0.002 + NEAR,
        "No": gain < 0.002,
        "Perhaps not": True,
    }[text.partition(":")[0]]
    training = fmean(results.accuracy("complex-100", "training", 50).values())
    yield "little left to learn" not in text or training > 0.99


def _rates(results: Results, answer: Answer, text: str) -> Iterator[bool]:
    cells = {
        name: fmean(results.accuracy(name, "validation", 10).values())
        for name in results.runs
        if name.startswith("rates/")
    }
    found = re.search(r"learning rate ([\d.]+) with momentum ([\d.]+) has the highest", text)
    pair = [float(each) for each in found.groups()] if found else [0.5, 0.9]
    yield cells.get("rates/learning_rate={},momentum={}".format(*pair), 0) > max(cells.values()) - NEAR


def _best(results: Results, answer: Answer, text: str) -> Iterator[bool]:
    means = {name: results.mean(name) for name in LEARNING}
    named = re.findall("|".join(LEARNING), text.partition(" with ")[0])
    best = max(means.values())
    yield any(means[name] > best - NEAR for name in named)
    printed = re.findall(r" with ([\d.]+)", text)[:1]
    step = max(0.01 / 10 ** len(number.partition(".")[2]) for number in printed)
    yield len(named) == 1 or all(means[name] > best - step - NEAR for name in named)
    if taken := re.search(r"we would take the smaller one, ([\w-]+)", text):
        fewer = [
            name
            for name in LEARNING
            if results.network(name).parameters < results.network(taken[1]).parameters
        ]
        yield all(means[name] < best for name in fewer)


def _epochs(results: Results, answer: Answer, text: str) -> Iterator[bool]:
    epochs = {results.runs[name].experiment.epochs for name in LEARNING}
    yield text.startswith("Yes, for" if len(epochs) == 1 else "No:")


OWN_WORDS: Mapping[str, Said] = {
    "part-two.above-20": _above_20,
    "part-two.hypothesis": _hypothesis,
    "part-two.correlation": _correlation,
    "part-three.goal": _goal,
    "part-three.best": _best,
    "part-three.epochs": _epochs,
    "bonus.digits": _digits,
    "bonus.pattern": _pattern,
    "bonus.diminishing": _diminishing,
    "bonus.worth": _worth,
    "bonus.more-time": _more_time,
    "set-up.rates": _rates,
}


def false_words(results: Results, slug: str, answer: Answer, said: Mapping[str, str]) -> Iterator[str]:
    """What the question's own words say that is not so; `said` is its headline and its body."""
    text = f"{said['headline']} {said['body']}"
    checks: Any = OWN_WORDS.get(slug, lambda *_: ())
    for number, so in enumerate(checks(results, answer, text)):
        if not so:
            yield f"check {number} of {slug} fails: {text[:600]}"
