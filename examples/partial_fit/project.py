"""Handwritten digits, read by a linear model of scikit-learn that is trained in epochs by `partial_fit`."""

from dataclasses import dataclass

from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier

from labreport import Experiment, Measure, Project, at, change, curve, figure, question

IMAGES, DIGITS = load_digits(return_X_y=True)
LEARNED = ("classes_", "coef_", "intercept_")


@dataclass(frozen=True)
class Linear:
    alpha: float = 1e-4


class Training:
    """One run. Its state are arrays: pickled bytes of a model may differ where its weights are equal."""

    def __init__(self, linear, seed, epoch=0, state=None):
        self.seed, self.epoch = seed, epoch
        self.model = SGDClassifier(alpha=linear.alpha)
        if state:
            for name in LEARNED:
                setattr(self.model, name, state[name])
            self.model.t_ = float(state["t_"])  # counts the steps, on which their size depends

    def advance(self):
        """Train one epoch; the order of the images follows from seed and epoch."""
        self.model.random_state = 10_000 * self.seed + self.epoch
        self.model.partial_fit(IMAGES, DIGITS, classes=range(10))
        self.epoch += 1
        return {"training accuracy": self.model.score(IMAGES, DIGITS)}

    def snapshot(self):
        """Metrics and arrays that are worth keeping."""
        return {"training": {"accuracy": self.model.score(IMAGES, DIGITS)}}, {}

    def state(self):
        """All that is needed to continue in the same bits."""
        return {name: getattr(self.model, name) for name in (*LEARNED, "t_")}


LINEAR = Experiment("linear", Linear(), epochs=20, start=Training)
ACCURACY = Measure("training accuracy", unit="%")


@figure(reads=LINEAR)
def accuracies(results):
    return curve(results, "training accuracy")


@question("Does it help to go on?", reads=at((5, 20), LINEAR), figures=accuracies)
def longer(results):
    return change(results, ACCURACY, 5, 20)


project = Project("Digits by a linear model", (longer,), seeds=3)
