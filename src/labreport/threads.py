"""Environment variables that limit the threads of numerical libraries, which read them when imported."""

_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
)


def limits_threads(variable: str) -> bool:
    """Whether the engine sets this environment variable; the input `threads` of a run stands for all such."""
    return variable in _VARIABLES


def thread_environment(threads: int) -> dict[str, str]:
    """The environment variables for a process with so many threads, on which the bits of results depend."""
    return dict.fromkeys(_VARIABLES, str(threads))
