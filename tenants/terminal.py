"""What is meant for the person at the terminal and for no log file, since it tells of a guest (R-PRIV-1).

Mail and SMS that nobody carries, where no server is set, are shown this way. The supervisor that files what its children say
leaves out lines with this mark.
"""

from __future__ import annotations

import sys

# Neither printed nor taken for white space.
MARK = "\x02"


def show(text: str) -> None:
    """Write the lines of a text, each marked, to the standard output."""
    sys.stdout.write("".join(f"{MARK}{line}\n" for line in text.splitlines()))
    sys.stdout.flush()
