"""What can go wrong at Banq, named by who must act. None carries a body, a header or a token."""


class BanqError(Exception):
    """A call to Banq did not succeed. `reference` is the request id that the log has too."""

    def __init__(self, sentence: str, *, status: int | None = None, reference: str = "") -> None:
        super().__init__(sentence)
        self.status = status
        self.reference = reference


class BanqUnavailable(BanqError):
    """Banq did not answer, or answered 5xx; nothing was done. Try again later."""


class BanqRefused(BanqError):
    """Banq answered 4xx. `message` is Banq's own sentence: foreign text, to be cleaned before display."""

    def __init__(self, message: str, *, status: int, reference: str = "") -> None:
        super().__init__(f"Banq refused the call ({status})", status=status, reference=reference)
        self.message = message


class NotFound(BanqRefused):
    """404: no such user token, transaction or account space."""


class Forbidden(BanqRefused):
    """403: not, or no longer, allowed for this user or platform."""


class InvalidCredentials(BanqRefused):
    """Banq does not accept the integrator's own credentials: the operator must act."""


class RateLimited(BanqRefused):
    """429: nothing was done. `retry_after_s` as Banq said it."""

    def __init__(self, message: str, *, status: int, retry_after_s: float, reference: str = "") -> None:
        super().__init__(message, status=status, reference=reference)
        self.retry_after_s = retry_after_s


class MalformedResponse(BanqError):
    """Banq answered 2xx with something that is not what the contract says."""


class OutcomeUnknown(BanqError):
    """A POST went out and no usable answer came: it may or may not have happened. Never send it again."""
