"""Training compute and training times that others published, each with its source."""

from __future__ import annotations

from dataclasses import dataclass

OPENAI = "Amodei and Hernandez, AI and Compute, OpenAI 2018"
BROWN = "Brown et al., Language Models are Few-Shot Learners, 2020, Table D.1"


@dataclass(frozen=True)
class Published:
    """One model: total floating-point operations of its training, year, and who says so."""

    key: str
    name: str
    flop: float
    year: int
    source: str


MODELS = (
    # 470 PF by counting operations; the post's PF are 10^15 operations times a second's worth
    Published("alexnet", "AlexNet", 4.7e17, 2012, f"{OPENAI}, appendix"),
    # the post gives the increase, 300,000 times AlexNet
    Published(
        "alphago-zero",
        "AlphaGo Zero",
        300_000 * 4.7e17,
        2017,
        f"{OPENAI}: three hundred thousand times AlexNet",
    ),
    Published("gpt-3", "GPT-3", 3.14e23, 2020, BROWN),
    Published(
        "palm", "PaLM", 2.5e24, 2022, "Chowdhery et al., PaLM: Scaling Language Modeling with Pathways, 2022"
    ),
    Published(
        "llama-3",
        "Llama 3 405B",
        3.8e25,
        2024,
        "Grattafiori et al., The Llama 3 Herd of Models, 2024",
    ),
)


@dataclass(frozen=True)
class Duration:
    """How long one training ran, in days."""

    key: str
    name: str
    days: float
    source: str


DURATIONS = (
    # "between five and six days on two GTX 580 3GB GPUs"
    Duration(
        "alexnet",
        "AlexNet",
        5.5,
        "Krizhevsky et al., ImageNet Classification with Deep CNNs, 2012: five to six days",
    ),
    Duration(
        "alphago-zero",
        "AlphaGo Zero",
        40,
        "Silver et al., Mastering the Game of Go without Human Knowledge, 2017",
    ),
    # 1,200 hours on so many chips, then 336 hours on half of them
    Duration("palm", "PaLM", (1_200 + 336) / 24, "Chowdhery et al. 2022: hours of its two stages"),
)
CHIPS = 6_144
"""On which PaLM was trained for most of this time (Chowdhery et al. 2022)."""
