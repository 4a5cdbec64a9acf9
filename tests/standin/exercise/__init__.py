"""A stand-in for an exercise: experiments of a twentieth of a second, for tests of the engine."""
