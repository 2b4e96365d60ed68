"""What keeps the program from doing its work, and how it is found inside a task group's wrapping."""


class StartRefused(Exception):
    """The bot cannot start; the message says why and what to do."""


def unwrap(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The one error inside a task group's wrapping, if it is only one."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error
