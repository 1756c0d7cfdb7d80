"""Many runs at once: restarts, ensembles, folds."""

__all__: list[str] = []
