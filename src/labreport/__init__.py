"""The engine: experiments, staleness, claims and pages; it knows nothing of any one exercise."""
