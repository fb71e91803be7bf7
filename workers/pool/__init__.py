"""The only processes: children that run the stages, under a time-out and a memory cap, replaced when they fail.

A template process loads the model once, warms it up and forks the children, which share its memory copy-on-write: a
fresh child costs about 0.1 s. Each child has a private socket, so a killed one can leave no shared lock behind. A
document's fault (it hangs, crashes, eats memory) is told from the machine's (no process can be started): the first ends
in a dead letter after the document was tried alone, the second waits and tries again.
"""

from workers.pool.child import PoolUnavailableError, Template
from workers.pool.pool import Pool, PoolEvent, PoolState

__all__ = ["Pool", "PoolEvent", "PoolState", "PoolUnavailableError", "Template"]
