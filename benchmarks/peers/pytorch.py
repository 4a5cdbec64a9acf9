"""PyTorch as its users write it: `nn.Sequential`, `SGD`, batches by a random permutation."""

from __future__ import annotations

import itertools
import time

from common import BATCH_SIZE, LEARNING_RATE, arguments, report, training_data


def main() -> None:
    """Print seconds of each epoch of training."""
    given = arguments()

    import torch

    if given["cores"]:
        torch.set_num_threads(given["cores"])
    images, labels = training_data()
    inputs, targets = torch.from_numpy(images), torch.from_numpy(labels.astype("int64"))
    layers: list[torch.nn.Module] = []
    widths = [784, *given["hidden_layers"]]
    for before, after in itertools.pairwise(widths):
        layers += [torch.nn.Linear(before, after), torch.nn.Sigmoid()]
    model = torch.nn.Sequential(*layers, torch.nn.Linear(widths[-1], 10))
    optimizer = torch.optim.SGD(model.parameters(), LEARNING_RATE, momentum=given["momentum"])
    loss_function = torch.nn.CrossEntropyLoss()
    seconds = []
    for _ in range(given["epochs"] + 1):
        begun = time.perf_counter()
        loss_sum, correct = 0.0, 0
        for batch in torch.randperm(len(inputs)).split(BATCH_SIZE):
            optimizer.zero_grad()
            logits = model(inputs[batch])
            loss = loss_function(logits, targets[batch])
            loss.backward()
            optimizer.step()
            loss_sum += loss.item() * len(batch)
            correct += int((logits.argmax(1) == targets[batch]).sum())
        seconds.append(time.perf_counter() - begun)
    report(seconds=seconds[1:])


main()
