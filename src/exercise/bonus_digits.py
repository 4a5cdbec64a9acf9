"""Bonus: which digits are classified wrongly, and which digits they are taken for."""

from __future__ import annotations

from statistics import fmean
from typing import TYPE_CHECKING

from exercise.catalogue import COMPLEX, LEARNING
from exercise.confusions import (
    PAIRS,
    Pair,
    confusion_matrices,
    errors_by_pair,
    even_images,
    frequent_pairs,
)
from exercise.figures import EASY, HARD, accuracy_by_digit, confusion_matrix
from exercise.measures import LAST, errors, judged_over_runs, labels, question
from exercise.networks import CLASSES
from labreport import Answer, Measure, at, difference, hardest, number

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from labreport.results import Results, Run


def _share_wrong(digits: tuple[int, ...]) -> Measure:
    """The share of wrong answers on the test images of these digits."""

    def wrong(run: Run, epoch: int | None) -> NDArray[np.bool_]:
        shows_one_of_them = [label in digits for label in labels("test")]
        return errors(run, epoch)[shows_one_of_them]

    names = ", ".join(str(digit) for digit in digits)
    return Measure(f"share of wrong answers for {names}", unit="%", better="lower", right=wrong, margin=0.2)


@question(
    "Does any network fail more often on a particular digit?",
    reads=at(LAST, *LEARNING),
    figures=accuracy_by_digit,
)
def digits(results: Results) -> Answer:
    """The share of wrong answers by digit and network, and the hard digits compared with the easy ones."""
    answer = difference(results, _share_wrong(HARD) - _share_wrong(EASY), name="harder")
    digits_by_network = []
    times_one = []
    for name in results:
        share_wrong = hardest(results, name, truth=labels("test"), predicted="predictions").mean
        answer |= Answer(**{name: share_wrong})
        wrong = [share_wrong[digit].value for digit in range(CLASSES)]
        digits_by_network.append(sorted(range(CLASSES), key=wrong.__getitem__))  # from easy to hard
        for digit in HARD:
            times_one.append(wrong[digit] / max(wrong[1], 1e-9))

    runs = results[COMPLEX]
    hard_first = all(set(digits[-2:]) == set(HARD) for digits in digits_by_network)
    easy_last = all(set(digits[:2]) == set(EASY) for digits in digits_by_network)
    eights_third = all(digits[-3] == 8 for digits in digits_by_network)
    three_times = min(times_one) > 2.5 and max(times_one) < 3.5
    changing = len({_worst_digit(run) for run in runs}) > 1
    return answer | Answer(
        hard_first=judged_over_runs(runs, hard_first, "5 and 9 are wrong most often in all networks"),
        easy_last=judged_over_runs(runs, easy_last, "0 and 1 are wrong least often in all networks"),
        eights_third=judged_over_runs(runs, eights_third, "8 is wrong third most often in all networks"),
        three_times=judged_over_runs(runs, three_times, "each is wrong 2.5 to 3.5 times as often as 1"),
        changing=judged_over_runs(runs, changing, "the runs of complex have several worst digits"),
    )


def _worst_digit(run: Run) -> int:
    """The digit with the largest share of wrong answers in one run."""
    wrong = errors(run)
    digits = labels("test")
    shares = [wrong[digits == digit].mean() for digit in range(CLASSES)]
    return shares.index(max(shares))


@question(
    "Is there a clear pattern? Why could that be?",
    reads=at(LAST, *LEARNING),
    figures=confusion_matrix,
)
def pattern(results: Results) -> Answer:
    """The pairs of digits that are confused most often."""
    runs = results[COMPLEX]
    pairs = frequent_pairs(runs)
    odd_counts = errors_by_pair(confusion_matrices(runs, ~even_images()))
    shares = _shares_of_pairs(odd_counts, pairs)
    share = fmean(shares)
    by_chance = PAIRS / len(odd_counts)

    first_pairs = set()
    for runs_of_network in results.values():
        counts = errors_by_pair(confusion_matrices(runs_of_network))
        first_pairs.add(next(iter(counts)))

    named = set(pairs) == {(4, 9), (3, 5), (2, 7), (4, 6), (7, 9)}
    first_in_all = first_pairs == {(4, 9)}
    more = min(shares) > by_chance
    third = 0.28 < share < 0.38
    method = "of the errors on images with odd numbers, mean of the runs"
    answer = difference(results, _confused((4, 9)) - _confused((3, 5)), name="lead")
    answer |= Answer(
        share=number(share, unit="fraction", method=method),
        by_chance=number(by_chance, unit="fraction", exact=True),
    )
    return answer | Answer(
        first_in_all=judged_over_runs(runs, first_in_all, "4 and 9 are the first pair of all networks"),
        named=judged_over_runs(runs, named, "the five pairs are 4–9, 3–5, 2–7, 4–6 and 7–9"),
        more=judged_over_runs(runs, more, "in every run they are more than their share"),
        third=judged_over_runs(runs, third, "they make up about a third of the errors"),
    )


def _shares_of_pairs(counts: dict[Pair, list[int]], pairs: list[Pair]) -> list[float]:
    """For each run, the share of these pairs among its errors; `counts` are errors by pair and run."""
    errors_of_pairs = zip(*(counts[pair] for pair in pairs), strict=True)
    errors_of_all = zip(*counts.values(), strict=True)
    shares = []
    for of_pairs, of_all in zip(errors_of_pairs, errors_of_all, strict=True):
        shares.append(sum(of_pairs) / sum(of_all))
    return shares


def _confused(pair: Pair) -> Measure:
    """The share of the test images on which the two digits of a pair are confused, in either direction."""

    first, second = pair

    def confused(run: Run, epoch: int | None) -> NDArray[np.bool_]:
        digits = labels("test")
        predictions = run.at(epoch).arrays["predictions"]
        first_for_second = (digits == first) & (predictions == second)
        second_for_first = (digits == second) & (predictions == first)
        either: NDArray[np.bool_] = first_for_second | second_for_first
        return either

    return Measure(f"share of images that confuse {first} and {second}", unit="%", better="", right=confused)
