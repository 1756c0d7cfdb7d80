"""One script per way of doing the work; each runs alone, in its own environment, and prints one line of JSON."""
