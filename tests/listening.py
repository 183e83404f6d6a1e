"""What a logger says while it is listened to, whatever other tests have made of logging."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager


class _Listener(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(self.format(record))


@contextmanager
def listening(name: str = "root", level: int = logging.DEBUG) -> Iterator[list[str]]:
    """The messages of a logger and of those below it, as they come, with their tracebacks.

    Airflow configures logging for the whole process in whichever test needs it first: handlers
    go, levels rise, loggers are silenced. So this has a handler of its own, and puts all back.
    pytest's `caplog` hears nothing then. A logger below that has a level keeps it.
    """
    logger = logging.getLogger(name)
    threshold, before = logging.root.manager.disable, logger.level
    silent = [each for each in _with_those_below(logger) if each.disabled]
    listener = _Listener()
    logging.disable(logging.NOTSET)
    logger.setLevel(level)
    logger.addHandler(listener)
    for each in silent:
        each.disabled = False
    try:
        yield listener.messages
    finally:
        for each in silent:
            each.disabled = True
        logger.removeHandler(listener)
        logger.setLevel(before)
        logging.disable(threshold)


def _with_those_below(logger: logging.Logger) -> list[logging.Logger]:
    known = [logger]
    for name, each in logging.root.manager.loggerDict.items():
        is_below = logger is logging.root or name.startswith(f"{logger.name}.")
        if is_below and isinstance(each, logging.Logger):
            known.append(each)
    return known
