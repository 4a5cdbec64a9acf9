"""The one orchestrator: carries out the plan, in worker processes or on a cluster."""
