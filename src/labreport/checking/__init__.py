"""A second path to every interval, p-value and verdict of `answers.json`, from that file only.

Nothing here is imported from `labreport.claims`, which made the numbers, and only the standard library is
needed (one permutation test also needs NumPy's generator): distributions are computed from their series
and integrals, p-values directly and not from intervals, variances from counts and not from arrays.

- `distributions`: the normal, Student's t, the noncentral t, the beta and the chi-square distribution;
- `shapes`: estimates with their intervals and p-values; `operations`: how each is made of its data;
- `families`: Holm's procedure and the verdicts; `planning`: what could have been found;
- `reading`, `evaluate`: the file, and every number of it against its derivation;
- `coverage`: which numbers are covered by what.
"""
