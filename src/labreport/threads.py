"""The variables that limit the threads of numerical libraries; they are set before any of these is loaded."""

_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
)


def limits_threads(variable: str) -> bool:
    """Whether a variable of the environment says how many threads to use, which count as `threads`."""
    return variable.endswith("_THREADS")


def thread_environment(threads: int) -> dict[str, str]:
    """The environment variables of a process that takes so many compute threads: bits depend on them."""
    return dict.fromkeys(_VARIABLES, str(threads))
