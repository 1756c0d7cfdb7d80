"""Records of runs: made, listed, compared, and thrown away."""

__all__: list[str] = []
