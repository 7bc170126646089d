"""One process at a time: a lock file that names its holder and is free again when the holder ends, however it ends."""

from __future__ import annotations

import fcntl
import logging
import os
import time
from pathlib import Path

from cxsim.errors import RunError

_POLL_S = 0.2
_log = logging.getLogger(__name__)


class Lock:
    """The right to write a folder, held from `acquire` to `release` or to the end of the process."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Wait until no other process holds the lock, then hold it.

        Raises
        ------
        RunError : this very process holds it already, so that waiting would never end.
        """
        told = False
        while not self._try():
            holder = self._path.read_text() if self._path.exists() else ""
            if holder == str(os.getpid()):
                message = f"{self._path.parent}: this process is already computing that run"
                raise RunError(message)
            if not told:
                _log.warning("%s: waiting for process %s, which computes the same run", self._path.parent, holder)
                told = True
            time.sleep(_POLL_S)

    def release(self) -> None:
        """Let others have it; the file goes away."""
        if self._descriptor is not None:
            self._path.unlink(missing_ok=True)
            os.close(self._descriptor)
            self._descriptor = None

    def _try(self) -> bool:
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        # The holder before may have removed the file between the two calls above.
        if not self._path.exists() or self._path.stat().st_ino != os.fstat(descriptor).st_ino:
            os.close(descriptor)
            return False
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        self._descriptor = descriptor
        return True
