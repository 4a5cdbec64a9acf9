"""Handwritten digits, read by networks of PyTorch: a report on runs that train in epochs."""

import io
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import nn

from labreport import (
    Experiment,
    Measure,
    Project,
    Words,
    at,
    change,
    curve,
    figure,
    grid,
    heat_map,
    question,
    ranking,
    section,
    study,
)

TRAINED = 1200
VALIDATION, TEST = slice(TRAINED, 1500), slice(1500, None)  # the last images are by other writers


@dataclass(frozen=True)
class Network:
    optimizer: Literal["sgd", "momentum", "adam"]
    width: int = 64
    dropout: float = 0.0


class Training:
    """One run. The engine calls `advance` for each epoch, and keeps what `snapshot` and `state` return."""

    def __init__(self, network, seed, epoch=0, state=None):
        torch.use_deterministic_algorithms(True)
        torch.manual_seed(seed)  # of the first weights
        pixels, labels = load_digits(return_X_y=True)
        self.inputs, self.labels = torch.tensor(pixels / 16, dtype=torch.float32), torch.tensor(labels)
        hidden = nn.Linear(64, network.width), nn.ReLU(), nn.Dropout(network.dropout)
        self.model = nn.Sequential(*hidden, nn.Linear(network.width, 10))
        weights = self.model.parameters()
        self.optimizer = {
            "sgd": lambda: torch.optim.SGD(weights, lr=0.1),
            "momentum": lambda: torch.optim.SGD(weights, lr=0.1, momentum=0.9),
            "adam": lambda: torch.optim.Adam(weights, lr=0.003),
        }[network.optimizer]()
        self.generator = torch.Generator().manual_seed(seed)
        if state is not None:
            kept = torch.load(io.BytesIO(state["torch"].tobytes()))
            self.model.load_state_dict(kept["model"])
            self.optimizer.load_state_dict(kept["optimizer"])
            self.generator.set_state(kept["generator"])

    def advance(self):
        """Train one epoch; what it returns is the record of the epoch, which charts can show."""
        # Dropout draws from the generator of the process, of which `state` knows nothing
        torch.manual_seed(torch.randint(2**31, (), generator=self.generator).item())
        self.model.train()
        losses = []
        for batch in torch.randperm(TRAINED, generator=self.generator).split(50):
            loss = nn.functional.cross_entropy(self.model(self.inputs[batch]), self.labels[batch])
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            losses.append(loss.item())
        return {"loss": float(np.mean(losses))}

    @torch.inference_mode()
    def snapshot(self):
        """Metrics and arrays that are worth keeping, at the epochs that a question or a figure reads."""
        self.model.eval()
        right = (self.model(self.inputs).argmax(1) == self.labels).numpy()
        accuracy = {"validation": right[VALIDATION].mean(), "test": right[TEST].mean()}
        return {name: {"accuracy": float(value)} for name, value in accuracy.items()}, {"right": right[TEST]}

    def state(self):
        """All that `start` needs to continue in the same bits, as one array of bytes."""
        file = io.BytesIO()
        kept = {"model": self.model.state_dict(), "optimizer": self.optimizer.state_dict()}
        torch.save({**kept, "generator": self.generator.get_state()}, file)
        return {"torch": np.frombuffer(file.getvalue(), np.uint8)}


def right(run, epoch):
    return run.at(epoch).arrays["right"]


SGD = Experiment("sgd", Network("sgd"), epochs=20, start=Training, title="plain SGD")
MOMENTUM = Experiment("momentum", Network("momentum"), epochs=20, start=Training, title="SGD with momentum")
ADAM = Experiment("adam", Network("adam"), epochs=20, start=Training, title="Adam")
GRID = study("grid", ADAM, width=(16, 64), dropout=(0.0, 0.25, 0.5))
ACCURACY = Measure("test accuracy", unit="%", margin=1, because="three of 297 images", right=right)
VALIDATED = Measure("validation accuracy", unit="%", margin=1, because="three of 300 images")


@figure(reads=(SGD, MOMENTUM, ADAM))
def losses(results):
    return curve(results, "loss")


@figure(reads=GRID)
def cells(results):
    return heat_map(results, GRID, ACCURACY)


@question("Which optimizer is the best after 20 epochs?", reads=(SGD, MOMENTUM, ADAM), figures=losses)
def best(results):
    return ranking(results, ACCURACY)


@question("Does it help to train longer than 5 epochs?", reads=at((5, 20), SGD, MOMENTUM, ADAM))
def longer(results):
    return change(results, ACCURACY, 5, 20)


@question("Which width, and how much dropout?", reads=GRID, figures=cells)
def width(results):
    return grid(results, GRID, ACCURACY, chosen_by=VALIDATED)


project = Project(
    "Digits with PyTorch",
    subtitle="Optimizers, widths and dropout",
    sections=(section("Networks", best, longer, width),),
    words=Words(item="image"),
)
