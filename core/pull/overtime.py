"""Ends what a connector computes without end: a page that costs minutes of processor time never comes.

Waiting is no overtime: only the processor time of the thread counts, and it counts anew from each kept page."""

import ctypes
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

# A page of 1,000 tickets costs half a second (measured).
LIMIT_S = 300.0
LOOK_S = 1.0


class Overtime(Exception):
    """The thread has computed for minutes since the last page was kept."""


class _Watch:
    """Looks now and then how long a thread has computed; raises Overtime in it once it was too long."""

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self._thread = threading.get_ident()
        self._clock = time.pthread_getcpuclockid(self._thread)
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._raised = False
        self._since_s = time.clock_gettime(self._clock)
        self._looking = threading.Thread(target=self._look, name="overtime", daemon=True)
        self._looking.start()

    def renew(self) -> None:
        """A page was kept: the time counts anew."""
        self._since_s = time.clock_gettime(self._clock)

    def end(self) -> None:
        """Nothing is raised from here on."""
        with self._lock:
            self._over.set()
            if self._raised:
                # It may still be on its way to a thread that has just come to its end by itself.
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self._thread), None)
        self._looking.join()

    def _look(self) -> None:
        while not self._over.wait(min(LOOK_S, self._limit_s / 4)):
            with self._lock:
                spent_s = time.clock_gettime(self._clock) - self._since_s
                if spent_s < self._limit_s or self._over.is_set():
                    continue
                self._raised = True
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self._thread), ctypes.py_object(Overtime))
                # A connector that catches everything is told again.
                self._since_s = time.clock_gettime(self._clock)


_mine = threading.local()


def renew() -> None:
    """A page was kept: the time of this thread counts anew."""
    watch: _Watch | None = getattr(_mine, "watch", None)
    if watch is not None:
        watch.renew()


@contextmanager
def watched(limit_s: float | None = None) -> Iterator[None]:
    """Inside, Overtime is raised after so many seconds of computing without a kept page; nothing where the system
    cannot tell the processor time of a thread."""
    if not hasattr(time, "pthread_getcpuclockid"):
        yield
        return
    before, watch = getattr(_mine, "watch", None), _Watch(LIMIT_S if limit_s is None else limit_s)
    _mine.watch = watch
    try:
        yield
    finally:
        _mine.watch = before
        watch.end()
