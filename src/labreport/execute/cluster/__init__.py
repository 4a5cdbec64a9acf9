"""The same tasks on a Dask cluster; scheduler and workers need nothing of this program.

`pool` is what happens here, `remote` what a worker does, and `child` what a process on a worker does that
has the code. (Dask's plugins for this, `UploadDirectory` and `Environ`, are for workers with a nanny only,
and one of them holds one version of the code.)
"""
