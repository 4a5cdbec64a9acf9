"""Bonus: which digits are misread, and what they are taken for."""

from __future__ import annotations

from statistics import fmean
from typing import Any

from exercise.catalogue import COMPLEX, LEARNING
from exercise.figures import (
    EASY,
    HARD,
    PAIRS,
    SHOWN,
    by_pair,
    confusion_matrix,
    confusions,
    errors_by_digit,
)
from exercise.measures import ERRORS, LAST, labels, question, seen, wrong
from exercise.networks import CLASSES
from labreport import Answer, Measure, at, difference, fact, hardest, mean, number


def _misread(digits: tuple[int, ...]) -> Measure:
    """The share of the test images of some digits that is misread."""

    def of(run: Any, epoch: int | None) -> Any:
        return wrong(run, epoch)[[label in digits for label in labels("test")]]

    named = ", ".join(map(str, digits))
    return Measure(f"share misread of {named}", unit="%", better="lower", right=of, margin=0.2)


@question(
    "Does any network fail more often on a particular digit?",
    reads=at(LAST, *LEARNING),
    figures=errors_by_digit,
)
def digits(results: Any) -> Answer:
    """The share of each digit misread by each network, and the hard digits against the easy ones."""
    found = {
        name: hardest(results, name, truth=labels("test"), predicted="predictions").mean for name in results
    }
    shares = {
        name: {digit: float(of[digit].value or 0) for digit in range(CLASSES)} for name, of in found.items()
    }
    orders = [sorted(of, key=of.__getitem__) for of in shares.values()]
    times = [of[digit] / max(of[1], 1e-9) for of in shares.values() for digit in HARD]
    runs = results[COMPLEX]
    worst = {max(range(CLASSES), key=_misread_by(run).__getitem__) for run in runs}
    counts = {digit: int((labels("training") == digit).sum()) for digit in range(CLASSES)}
    return difference(results, _misread(HARD) - _misread(EASY), name="harder") | Answer(
        **found,
        hard_first=seen(
            runs,
            all(set(order[-len(HARD) :]) == set(HARD) for order in orders),
            "5, 8 and 9 are misread most by all three networks",
        ),
        easy_last=seen(
            runs,
            all(set(order[: len(EASY)]) == set(EASY) for order in orders),
            "0 and 1 are misread least by all three networks",
        ),
        three_times=seen(
            runs,
            min(times) > 2.5 and max(times) < 3.5,
            "each of them is misread 2.5 to 3.5 times as often as 1",
        ),
        changing=fact(
            len(worst) > 1 if len(runs) > 1 else None,
            "the trainings of complex do not agree on the worst digit",
        ),
        images=Answer(**{f"digit_{digit}": number(count, exact=True) for digit, count in counts.items()}),
        rarest=fact(min(counts, key=counts.__getitem__) == 5, "5 is the rarest digit in training"),
        commonest=fact(max(counts, key=counts.__getitem__) == 1, "1 is the most frequent digit in training"),
    )


def _misread_by(run: Any) -> list[float]:
    """The share of each digit that one training misreads."""
    return [float(wrong(run)[labels("test") == digit].mean()) for digit in range(CLASSES)]


@question(
    "Is there a clear pattern? Why could that be?",
    reads=at(LAST, *LEARNING),
    figures=confusion_matrix,
)
def pattern(results: Any) -> Answer:
    """The pairs of digits that are confused most, and the images that no run reads."""
    import numpy as np

    runs = results[COMPLEX]
    matrices = confusions(runs)
    pairs = by_pair(matrices)
    total = [sum(found[run] for found in pairs.values()) for run in range(len(matrices))]
    first = {name: next(iter(by_pair(confusions(each)))) for name, each in results.items()}
    leading = {next(iter(by_pair(matrix[None]))) for matrix in matrices}
    even = np.arange(len(labels("test"))) % 2 == 0
    chosen = list(by_pair(confusions(runs, even)))[:PAIRS]
    odd = by_pair(confusions(runs, ~even))
    of_odd = [sum(found[run] for found in odd.values()) for run in range(len(matrices))]
    shares = [sum(odd[pair][run] for pair in chosen) / of_odd[run] for run in range(len(matrices))]
    table = matrices.mean(axis=0)
    fours, fives = ([table[digit, other] for other in range(CLASSES) if other != digit] for digit in (4, 5))
    never = {name: np.all([wrong(run) for run in each], axis=0) for name, each in results.items()}
    return mean(results, ERRORS, name="errors") | Answer(
        four_nine=Answer(
            **{
                name: number(fmean(by_pair(confusions(each))[4, 9]), method="mean of the runs")
                for name, each in results.items()
            }
        ),
        three_five=number(fmean(pairs[3, 5]), method="mean of the runs"),
        close=fact(
            fmean(pairs[3, 5]) > fmean(pairs[4, 9]) / 2, "3 and 5 are confused half as often at least"
        ),
        always_first=seen(
            runs, leading == {(4, 9)}, "4 and 9 are the commonest pair in every run of complex"
        ),
        first_in_all=seen(
            runs, set(first.values()) == {(4, 9)}, "4 and 9 are the commonest pair of all three networks"
        ),
        named=seen(
            runs,
            set(chosen) == {(4, 9), (3, 5), (2, 7), (4, 6), (7, 9)},
            "the five pairs are 4–9, 3–5, 2–7, 4–6 and 7–9",
        ),
        share=number(
            fmean(shares), unit="fraction", method="of the errors on odd-numbered images, mean of the runs"
        ),
        by_chance=number(PAIRS / len(pairs), unit="fraction", exact=True),
        more=seen(runs, min(shares) > PAIRS / len(pairs), "in every run they are more than their share"),
        fours=number(sum(fours), method="mean of the runs"),
        fours_nine=number(table[4, 9], method="mean of the runs"),
        fives=number(sum(fives), method="mean of the runs"),
        fives_three=number(table[5, 3], method="mean of the runs"),
        one_rival=seen(
            runs, 2 * max(fours) >= sum(fours), "at least half of the misread fours are taken for nines"
        ),
        several=seen(runs, 2 * max(fives) < sum(fives), "no digit takes half of the misread fives"),
        never=number(never[COMPLEX.name].sum(), exact=True),
        nobody=number(np.all(list(never.values()), axis=0).sum(), exact=True),
        shown=number(SHOWN[0] * SHOWN[1], exact=True),
        total=number(fmean(total), method="mean of the runs"),
    )
