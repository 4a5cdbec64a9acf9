"""Grading: submissions of students against the published answers, in processes of their own.

`reference` turns the published answers into what is expected of a submission: numbers, with how far they
may be off, and outcomes of findings. `grade` finds the files and keeps the workers alive, each of which
reads one untrusted file after another: `submission` an answers file and `form` a form; `score` gives
points.
"""
