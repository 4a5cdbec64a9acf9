"""The same tasks on a Dask cluster; scheduler and workers need nothing of this program.

`link` is the connection, `agent` what a worker does for it, `child` the process on a worker, `parcel` the
code and data that go there, `identity` the check that results belong under their keys, `greet` how a worker
is taken in, `lane` one place for runs, and `pool` all of them.
"""
