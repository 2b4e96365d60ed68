"""The configured lanes, as setting up their webhooks needs them."""

from bot.config import Config
from services.webhook_setup import LaneSetup, lane_setups


def configured(settings: Config) -> list[LaneSetup]:
    secrets = {
        name: (lane.account_space_id, lane.webhook_secret.get_secret_value())
        for name, lane in settings.lanes.items()
    }
    return lane_setups(settings.web.public_url, secrets, settings.banq.webhook_types)
