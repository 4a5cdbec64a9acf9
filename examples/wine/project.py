"""Three classifiers of wine, compared: a report in one file. Build it with `labreport build`."""

from dataclasses import dataclass
from typing import Literal

from sklearn.datasets import load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from labreport import (
    Design,
    Experiment,
    Fit,
    Measure,
    Project,
    Words,
    confusion,
    curve,
    dots,
    effect,
    figure,
    hardest,
    question,
    ranking,
    section,
    study,
)


# What one experiment is: a frozen dataclass of plain values. A changed value is another experiment.
@dataclass(frozen=True)
class Model:
    kind: Literal["tree", "forest", "linear"]
    rows: int = 120


def fit(model: Model, seed: int) -> Fit:
    """Run one experiment with one seed, which draws the training data and seeds the learner."""
    wine = load_wine()
    names = wine.target_names[wine.target]
    train, test, train_names, test_names = train_test_split(
        wine.data, names, train_size=model.rows, test_size=50, stratify=names, random_state=seed
    )
    learner = {
        "tree": DecisionTreeClassifier(random_state=seed),
        "forest": RandomForestClassifier(n_estimators=50, random_state=seed),
        "linear": make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)),
    }[model.kind].fit(train, train_names)
    predicted = learner.predict(test)
    return Fit(
        metrics={"test": {"accuracy": (predicted == test_names).mean()}},
        arrays={"truth": test_names, "predicted": predicted},
    )


# Each seed is another random split of the same 178 wines, 50 of them for the test: splits share data.
SPLITS = Design(test_fraction=50 / 178)
TREE = Experiment("tree", Model("tree"), title="decision tree", design=SPLITS)
FOREST = Experiment("forest", Model("forest"), title="random forest", design=SPLITS)
LINEAR = Experiment("linear", Model("linear"), title="logistic regression", design=SPLITS)
ROWS = study("rows", FOREST, rows=(10, 20, 40, 80, 120))


# What is measured, said once: unit, which direction is better, and a difference that does not matter.
ACCURACY = Measure("test accuracy", unit="%", better="higher", margin=1, because="half a wine of each test")


# A figure and a question are functions of the results that they declare; nothing else can be read.
@figure(reads=(TREE, FOREST, LINEAR))
def accuracies(results):
    return dots(results, ACCURACY)


@figure(reads=ROWS)
def more_rows(results):
    return curve(results, ROWS, ACCURACY)


@figure(reads=TREE)
def mistakes(results):
    return confusion(results, TREE)


@question("Which classifier is the most accurate?", reads=(TREE, FOREST, LINEAR), figures=(accuracies,))
def best(results):
    return ranking(results, ACCURACY)


@question("Does more data help?", reads=ROWS, figures=(more_rows,))
def data(results):
    return effect(results, ACCURACY, by=ROWS)


@question("Which cultivar does the tree miss most?", reads=TREE, figures=(mistakes,))
def cultivar(results):
    return hardest(results, TREE)


project = Project(
    "Classifiers of wine",
    subtitle="A tree, a forest and a linear model",
    fit=fit,
    seeds=10,
    sections=(section("Accuracy", best, data, cultivar),),
    words=Words(run="fit", item="wine"),
)
