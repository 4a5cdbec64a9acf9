"""Bonus: which digits are classified wrongly, and what they are taken for."""

from __future__ import annotations

from statistics import fmean
from typing import TYPE_CHECKING, Any

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
    from numpy.typing import NDArray


def _share_wrong(digits: tuple[int, ...]) -> Measure:
    """The share of the test images of some digits that is classified wrongly."""

    def wrong(run: Any, epoch: int | None) -> Any:
        of_these_digits = [label in digits for label in labels("test")]
        return errors(run, epoch)[of_these_digits]

    names = ", ".join(str(digit) for digit in digits)
    return Measure(f"share of wrong answers for {names}", unit="%", better="lower", right=wrong, margin=0.2)


@question(
    "Does any network fail more often on a particular digit?",
    reads=at(LAST, *LEARNING),
    figures=accuracy_by_digit,
)
def digits(results: Any) -> Answer:
    """The share of each digit that each network gets wrong, and the hard digits against the easy ones."""
    shares = {}
    hard_first = True
    easy_last = True
    eights_third = True
    times_one = []
    for name in results:
        shares[name] = hardest(results, name, truth=labels("test"), predicted="predictions").mean
        wrong = [shares[name][digit].value for digit in range(CLASSES)]
        from_easy_to_hard = sorted(range(CLASSES), key=wrong.__getitem__)
        hard_first = hard_first and set(from_easy_to_hard[-len(HARD) :]) == set(HARD)
        easy_last = easy_last and set(from_easy_to_hard[: len(EASY)]) == set(EASY)
        eights_third = eights_third and from_easy_to_hard[-3] == 8
        for digit in HARD:
            times_one.append(wrong[digit] / max(wrong[1], 1e-9))
    harder = difference(results, _share_wrong(HARD) - _share_wrong(EASY), name="harder")

    runs = results[COMPLEX]
    three_times = min(times_one) > 2.5 and max(times_one) < 3.5
    changing = len({_worst_digit(run) for run in runs}) > 1
    return harder | Answer(
        **shares,
        hard_first=judged_over_runs(runs, hard_first, "5 and 9 are wrong most often in all networks"),
        easy_last=judged_over_runs(runs, easy_last, "0 and 1 are wrong least often in all networks"),
        eights_third=judged_over_runs(runs, eights_third, "8 is wrong third most often in all networks"),
        three_times=judged_over_runs(runs, three_times, "each is wrong 2.5 to 3.5 times as often as 1"),
        changing=judged_over_runs(runs, changing, "the runs of complex have several worst digits"),
    )


def _worst_digit(run: Any) -> int:
    """The digit of which one run classifies the largest share wrongly."""
    wrong = errors(run)
    digits = labels("test")
    shares = [wrong[digits == digit].mean() for digit in range(CLASSES)]
    return shares.index(max(shares))


@question(
    "Is there a clear pattern? Why could that be?",
    reads=at(LAST, *LEARNING),
    figures=confusion_matrix,
)
def pattern(results: Any) -> Answer:
    """The pairs of digits that are confused most."""
    runs = results[COMPLEX]
    pairs = frequent_pairs(runs)
    odd_counts = errors_by_pair(confusion_matrices(runs, ~even_images()))
    shares = [_share_of_pairs(odd_counts, pairs, run) for run in range(len(runs))]
    share = fmean(shares)
    by_chance = PAIRS / len(odd_counts)

    first_pairs = set()
    for name in results:
        counts = errors_by_pair(confusion_matrices(results[name]))
        first_pairs.add(next(iter(counts)))

    named = set(pairs) == {(4, 9), (3, 5), (2, 7), (4, 6), (7, 9)}
    first_in_all = first_pairs == {(4, 9)}
    lead = difference(results, _confused((4, 9)) - _confused((3, 5)), name="lead")
    method = "of the errors on images with odd numbers, mean of the runs"
    return lead | Answer(
        first_in_all=judged_over_runs(runs, first_in_all, "4 and 9 are the first pair of all networks"),
        named=judged_over_runs(runs, named, "the five pairs are 4–9, 3–5, 2–7, 4–6 and 7–9"),
        share=number(share, unit="fraction", method=method),
        by_chance=number(by_chance, unit="fraction", exact=True),
        more=judged_over_runs(runs, min(shares) > by_chance, "in every run they are more than their share"),
        third=judged_over_runs(runs, 0.28 < share < 0.38, "they make up about a third of the errors"),
    )


def _share_of_pairs(counts: dict[Pair, list[int]], pairs: list[Pair], run: int) -> float:
    """The share of the errors of one run that some pairs make up."""
    of_pairs = sum(counts[pair][run] for pair in pairs)
    of_all = sum(count[run] for count in counts.values())
    return of_pairs / of_all


def _confused(pair: Pair) -> Measure:
    """The share of the test images on which the digits of a pair are confused, either way."""

    def confused(run: Any, epoch: int | None) -> NDArray[Any]:
        digits = labels("test")
        predictions = run.at(epoch).arrays["predictions"]
        first, second = pair
        forwards = (digits == first) & (predictions == second)
        backwards = (digits == second) & (predictions == first)
        either: NDArray[Any] = forwards | backwards
        return either

    first, second = pair
    return Measure(f"share of images that confuse {first} and {second}", unit="%", better="", right=confused)
