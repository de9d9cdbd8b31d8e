"""PostgreSQL and a broker from wheels or from the system, run by us: `make run` needs no Docker and no apt.

`embedded.running(home)` runs the two servers for tests; `config.embedded.supervisor` runs a whole installation.
"""

from config.embedded.ephemeral import Connection, running

__all__ = ["Connection", "running"]
