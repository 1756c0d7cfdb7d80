"""`python -m nyuron` is the command `nyuron`."""

import sys

from nyuron.cli import main

if __name__ == "__main__":
    sys.exit(main())
