"""The sources that the report names."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reference:
    """A source: what it is, and where it can be read."""

    text: str
    url: str


REFERENCES = (
    Reference(
        "LeCun, Bottou, Bengio and Haffner, Gradient-Based Learning Applied to Document Recognition, 1998 "
        "(MNIST)",
        "https://doi.org/10.1109/5.726791",
    ),
    Reference(
        "Glorot and Bengio, Understanding the Difficulty of Training Deep Feedforward Neural Networks, 2010 "
        "(initial weights, sigmoids)",
        "https://proceedings.mlr.press/v9/glorot10a.html",
    ),
    Reference(
        "Hochreiter, The Vanishing Gradient Problem During Learning Recurrent Neural Nets and Problem "
        "Solutions, 1998",
        "https://doi.org/10.1142/S0218488598000094",
    ),
    Reference("Keras, documentation of its programming interface", "https://keras.io/api/"),
    Reference(
        "Wilson, Probable Inference, the Law of Succession, and Statistical Inference, 1927 "
        "(intervals of shares)",
        "https://doi.org/10.1080/01621459.1927.10502953",
    ),
    Reference(
        "Schuirmann, A Comparison of the Two One-Sided Tests Procedure and the Power Approach, 1987 "
        "(equivalence)",
        "https://doi.org/10.1007/BF01068419",
    ),
    Reference(
        "Amodei and Hernandez, AI and Compute, OpenAI, 2018", "https://openai.com/index/ai-and-compute/"
    ),
    Reference(
        "Kaplan et al., Scaling Laws for Neural Language Models, 2020 (counting operations)",
        "https://arxiv.org/abs/2001.08361",
    ),
    Reference(
        "Krizhevsky, Sutskever and Hinton, ImageNet Classification with Deep Convolutional Neural Networks, "
        "2012 (AlexNet: five to six days)",
        "https://papers.nips.cc/paper/4824-imagenet-classification-with-deep-convolutional-neural-networks",
    ),
    Reference(
        "Silver et al., Mastering the Game of Go without Human Knowledge, 2017 (AlphaGo Zero)",
        "https://doi.org/10.1038/nature24270",
    ),
    Reference(
        "Brown et al., Language Models are Few-Shot Learners, 2020, Table D.1 (GPT-3)",
        "https://arxiv.org/abs/2005.14165",
    ),
    Reference(
        "Chowdhery et al., PaLM: Scaling Language Modeling with Pathways, 2022",
        "https://arxiv.org/abs/2204.02311",
    ),
    Reference("Grattafiori et al., The Llama 3 Herd of Models, 2024", "https://arxiv.org/abs/2407.21783"),
)
