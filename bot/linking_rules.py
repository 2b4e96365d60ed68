"""The rules of linking as the configuration has them, for the bot and for commands beside it."""

from datetime import timedelta

from bot.config import Config
from services.linking_rules import LinkingRules


def linking_rules(config: Config) -> LinkingRules:
    return LinkingRules(
        link_lives=timedelta(minutes=config.linking.link_minutes),
        turn_lives=timedelta(minutes=config.linking.turn_minutes),
        code_lives=timedelta(minutes=config.linking.code_minutes),
        late_approvals_within=timedelta(minutes=config.linking.late_approval_minutes),
        cool_down=timedelta(minutes=config.linking.cool_down_minutes),
        heard_within=timedelta(seconds=config.linking.page_silence_seconds),
        proof="sign_in" if config.discord.has_sign_in else "code",
        echoes_reference=config.banq.reference_option is not None,
    )
