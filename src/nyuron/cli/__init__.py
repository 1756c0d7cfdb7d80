"""The command line: `nyuron train`, `predict`, `runs`, `doctor`. Imports what a command needs when it runs."""

from nyuron.cli._app import main

__all__ = ["main"]
