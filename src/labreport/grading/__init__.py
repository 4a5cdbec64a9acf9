"""Grading: submissions of students against the published answers, in processes of their own.

`reference` turns the published answers into what is expected of a submission: numbers, with `tolerance` for
how far they may be off, and `outcomes` of findings. `worker` reads one untrusted file after another,
`submission` an answers file and `filled` a form, and `score` gives points; `grade` keeps the workers alive.
`table`, `gradescope` and `form` write what an instructor reads or hands out.
"""
