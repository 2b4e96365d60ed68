"""Customers who are signed in. A restart signs everybody out."""

import secrets
from collections.abc import Mapping

from sandbox.banq.identities import CUSTOMER_PASSWORD, Customer


class Sessions:
    def __init__(self, customers: Mapping[str, Customer]) -> None:
        self._customers = customers
        self._emails: dict[str, str] = {}

    def sign_in(self, email: str, password: str) -> str | None:
        """A token for later, or None where the two don't belong together."""
        known = email.strip().lower()
        if known not in self._customers or password != CUSTOMER_PASSWORD:
            return None
        token = secrets.token_urlsafe(24)
        self._emails[token] = known
        return token

    def sign_out(self, token: str) -> None:
        self._emails.pop(token, None)

    def customer(self, token: str | None) -> Customer | None:
        email = self._emails.get(token or "")
        return self._customers[email] if email else None
