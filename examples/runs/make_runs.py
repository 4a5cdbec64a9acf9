"""Makes the files in `runs/`: 3 settings × 4 seeds × 20 epochs of a linear classifier of handwritten digits.

Run once, with scikit-learn: `python make_runs.py`. The report itself only reads the files.
"""

from __future__ import annotations

import csv
from pathlib import Path

from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split

SETTINGS = {"slow": 1e-5, "middle": 1e-3, "quick": 1e-1}
"""A name to the learning rate, which stays constant."""
EPOCHS, SEEDS = 20, range(4)


def main() -> None:
    """Write a file for each setting and seed."""
    images, digits = load_digits(return_X_y=True)
    folder = Path(__file__).with_name("runs")
    folder.mkdir(exist_ok=True)
    for name, rate in SETTINGS.items():
        for seed in SEEDS:
            x, x_test, y, y_test = train_test_split(images / 16, digits, test_size=0.3, random_state=seed)
            model = SGDClassifier("log_loss", learning_rate="constant", eta0=rate, random_state=seed)
            with (folder / f"{name}-{seed}.csv").open("w", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(["epoch", "learning_rate", "loss", "train/accuracy", "test/accuracy"])
                for epoch in range(1, EPOCHS + 1):
                    model.partial_fit(x, y, classes=range(10))
                    loss = log_loss(y, model.predict_proba(x))
                    shares = model.score(x, y), model.score(x_test, y_test)
                    writer.writerow([epoch, rate, f"{loss:.4f}", *(f"{share:.4f}" for share in shares)])


if __name__ == "__main__":
    main()
