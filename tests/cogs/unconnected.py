"""What a client of the chat is made of, for tests that need no gateway."""

from cogs.client import DiscordSettings, Services
from cogs.pictures import Pictures
from sandbox.banq import identities
from sandbox.discord import ADMIN_ROLE_ID, GUILD_ID
from services.audit_log import AuditLog
from services.charts import Charts
from services.member_languages import MemberLanguages
from services.overview import OverviewReader
from services.webhook_setup import WebhookSetup, lane_setups
from services.wording.language import ENGLISH
from tests.services.rig import Rig

SETTINGS = DiscordSettings(
    community="Sunny Meadow",
    home_guild_id=GUILD_ID,
    admin_role_id=ADMIN_ROLE_ID,
    team_channel_id=None,
    audit_channel_id=None,
    pictures=Pictures("https://ipfs.example/ipfs/", "https://bot.example/none.png"),
    explorers={},
)
WEBHOOK_SECRET = "a-webhook-secret-of-tests"
LANES = lane_setups(
    "https://bot.example", {"main": (identities.ACCOUNT_SPACE_ID, WEBHOOK_SECRET)}, ("payment", "transaction")
)


def services_of(rig: Rig) -> Services:
    return Services(
        linking=rig.linking,
        links=rig.links,
        nfts=rig.nfts,
        withdrawals=rig.withdrawals,
        history=rig.history,
        address_book=rig.address_book,
        limits=rig.limits,
        kill_switch=rig.kill_switch,
        settling=rig.settling,
        outbox=rig.outbox,
        overview=OverviewReader(rig.database, rig.banq, rig.inbox.refused, rig.sources),
        charts=Charts(rig.sources),
        audit_log=AuditLog(rig.database),
        webhook_setup=WebhookSetup(rig.database, rig.banq, LANES, rig.sources),
        languages=MemberLanguages(rig.database, ENGLISH),
        metrics=rig.metrics,
    )
