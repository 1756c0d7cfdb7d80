"""Nyuron beside its peers: the same work, on the same data, for the same epochs. See README.md."""
