"""The content: networks, training, questions, answers and figures of one exercise on MNIST."""
