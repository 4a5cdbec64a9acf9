"""Grading: submissions of students against the published answers, in processes of their own.

`reference` turns the published answers into what is expected of a submission, `tolerance` says how far
a number may be off, `worker` reads and scores one untrusted file after another, `pool` keeps the workers
alive, and `table`, `gradescope` and `form` write what an instructor reads or hands out.
"""
