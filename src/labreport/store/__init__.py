"""Files on disk: sealed documents, arrays, cache, lock, mark of ownership, publication; never trusted."""
