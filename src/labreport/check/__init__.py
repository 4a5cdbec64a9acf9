"""What is asked of a finished report, by the commands `check`, `changes` and `build`.

`claims` lists the claims of the report as it was built, each with its verdict: it holds, fails or is unknown.
`changes` compares two reports, and keeps what the last build changed. `coverage` finds the sentences that
compare or judge outside every claim. `fragile` asks each claim again without one seed or replicate.
"""
