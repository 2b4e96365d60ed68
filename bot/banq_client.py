"""The client for Banq, as the configuration wants it."""

from banq.client import BanqClient, Endpoint, Observer
from banq.protocol import Credentials
from bot.config_models import Banq


def banq_client(banq: Banq, observer: Observer | None = None) -> BanqClient:
    endpoint = Endpoint(
        api_url=banq.api_url,
        token_url=banq.token_url,
        company_id=banq.company_id or None,
        timeout_s=banq.timeout_s,
    )
    credentials = Credentials(
        client_id=banq.client_id,
        username=banq.username,
        password=banq.password.get_secret_value(),
        audience=banq.audience,
    )
    return BanqClient(endpoint, credentials, observer)
