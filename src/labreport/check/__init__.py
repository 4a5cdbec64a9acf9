"""Checks of a finished report, for the commands `check`, `changes` and `build`.

`claims` lists the claims of the last build, each with its verdict: holds, fails or unknown. `changes`
compares two reports, and stores what the last build changed. `coverage` finds sentences outside of claims
that compare or judge. `fragile` evaluates each claim again without each seed or replicate.
"""
