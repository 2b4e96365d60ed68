"""Builds all parts of the bot from the configuration and hands them to each other."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import discord
from aiohttp import web

from banq.models import PlatformId
from bot import lanes as webhook_lanes
from bot.banq_client import banq_client
from bot.config import Config
from bot.linking_rules import linking_rules
from bot.refusals import StartRefused
from cogs.addresses import AddressesCog
from cogs.admin import AdminCog
from cogs.client import PLATFORM, BanqBot, DiscordSettings, Services
from cogs.direct_messages import DiscordMessenger
from cogs.help import HelpCog
from cogs.limits import LimitsCog
from cogs.linking import LinkingCog
from cogs.nfts import NftsCog
from cogs.pictures import Pictures
from cogs.sending import SendingCog
from cogs.wallet import WalletCog
from cogs.withdrawal_history import WithdrawalHistoryCog
from cogs.withdrawals import WithdrawalsCog
from services.address_book import AddressBook
from services.audit_log import AuditLog
from services.banq_watch import LOOK_EVERY_S, BanqWatch
from services.changes import Changes
from services.charts import Charts
from services.health import HealthCheck, gateway_check, workers_check
from services.inbox import Inbox
from services.kill_switch import KillSwitch
from services.limits import WithdrawalLimits
from services.line import Line
from services.link_page import LinkPage
from services.linking import Linking
from services.links import Links
from services.matching import Matching
from services.member_languages import MemberLanguages
from services.metrics import Metrics
from services.nfts import Nfts
from services.outbox import Outbox
from services.overview import OverviewReader
from services.processor import Processor
from services.reconciler import Reconciler
from services.retention import Retention
from services.scrape import Scrape
from services.settling import Settling
from services.sources import Sources
from services.submitter import Submitter
from services.webhook_setup import WebhookSetup
from services.withdrawal_history import WithdrawalHistory
from services.withdrawal_steps import WithdrawalSteps
from services.withdrawals import Withdrawals
from services.wording.language import language_of
from services.worker import ROUND_WITHIN_S, Worker
from storage import links as link_rows
from storage.database import Database
from storage.intake import Intake
from storage.limits import Pause, Rules, current_pause
from web.app import create_app
from web.discord_sign_in import DiscordApp, DiscordSignIn
from web.keys import Limits, WebSettings, origin
from web.limits import RequestLimit
from web.metrics import create_private_app
from web.pictures import NEUTRAL
from web.sign_in import CALLBACK

FOR_EVERYBODY = (
    *(LinkingCog, WalletCog, NftsCog, SendingCog, WithdrawalsCog, WithdrawalHistoryCog),
    *(AddressesCog, LimitsCog, HelpCog),
)
COGS = (*FOR_EVERYBODY, AdminCog)


@dataclass(frozen=True)
class Parts:
    """What the running process is made of. `rounds`: all that goes round in it, to see whether it does."""

    bot: BanqBot
    private_web: web.Application
    web: web.Application
    workers: tuple[Worker | Processor, ...]
    rounds: tuple[Worker, ...]
    outbox: Outbox
    submitter: Submitter
    pause: Pause | None


@asynccontextmanager
async def wired(config: Config) -> AsyncIterator[Parts]:
    sources = Sources()
    lanes = {name: PlatformId(lane.platform_id) for name, lane in config.lanes.items()}
    rules = linking_rules(config)
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(Database(config.storage.path))
        await _refuse_missing_lanes(database, lanes)
        metrics = Metrics()
        banq_watch = BanqWatch(metrics, sources)
        banq = await stack.enter_async_context(banq_client(config.banq, banq_watch.called))
        line = Line(lanes, rules, sources, Changes())
        links = Links(database, line, sources)
        nfts = Nfts(banq, links, sources)
        stack.push_async_callback(nfts.close)
        matching = Matching(database, banq, line, rules, sources)
        patient = partial(Worker, round_within_s=_asking_banq_within_s(config.banq.timeout_s))
        settling = [
            patient(f"matching {lane}", partial(matching.settle, lane), interval_s=1) for lane in lanes
        ]

        def wake_settling() -> None:
            for worker in settling:
                worker.wake()

        steps = WithdrawalSteps(database, Changes(), sources)
        limits = WithdrawalLimits(database, _withdrawal_rules(config), sources)
        await limits.settings_may_have_changed()
        submitter = Submitter(database, banq, nfts, lanes, steps, sources)
        reconciler = Reconciler(
            database,
            banq,
            nfts,
            submitter,
            steps,
            sources,
            webhook_action_stands=config.banq.webhook_action_stands,
        )
        withdrawals = Withdrawals(database, links, nfts, limits, submitter, steps.changes, sources)
        processor = Processor(
            database,
            matching,
            reconciler,
            nfts,
            sources,
            wake_settling=wake_settling,
            granting_actions=frozenset(config.banq.granting_actions),
            reference_field=config.banq.reference_field,
        )
        retention = Retention(database, timedelta(days=config.storage.keep_webhooks_days), sources)
        intake = Intake(database, metrics.webhooks_committed)
        stack.push_async_callback(intake.drain)
        inbox = Inbox(intake, processor, metrics, sources)
        languages = MemberLanguages(database, language_of(config.community.language))
        outbox = Outbox(database, languages, sources)
        linking = Linking(database, line, rules, sources, config.web.public_url)
        await linking.settings_may_have_changed()
        services = Services(
            linking=linking,
            links=links,
            nfts=nfts,
            withdrawals=withdrawals,
            history=WithdrawalHistory(database, steps.changes, sources),
            address_book=AddressBook(database, sources),
            limits=limits,
            kill_switch=KillSwitch(database, steps.changes, sources),
            settling=Settling(database, steps.changes, sources),
            outbox=outbox,
            overview=OverviewReader(database, banq, inbox.refused, sources),
            charts=Charts(sources),
            audit_log=AuditLog(database),
            webhook_setup=WebhookSetup(database, banq, webhook_lanes.configured(config), sources),
            languages=languages,
            metrics=metrics,
        )
        sign_in = None
        if config.discord.has_sign_in:
            sign_in = await stack.enter_async_context(DiscordSignIn(_discord_app(config)))
        page = LinkPage(database, line, lanes, rules, sources, wake_settling)
        bot = await chat_bot(config, services)
        messenger = DiscordMessenger(bot)
        bot.add_listener(messenger.look_at_channels, "on_ready")
        outbox.serve(PLATFORM, messenger)
        workers = (
            Worker("linking", matching.keep_time, interval_s=1),
            *settling,
            patient("withdrawal", reconciler.step, interval_s=5),
            Worker("draft", withdrawals.expire_drafts, interval_s=30),
            Worker("retention", retention.delete_old, interval_s=60),
            Worker("maintenance", database.look_after, interval_s=5),
            patient("access", nfts.ask_again_about_denials, interval_s=5),
            patient("banq", partial(banq_watch.look, banq), interval_s=LOOK_EVERY_S),
        )
        rounds = (*workers, *processor.workers, outbox.worker)
        health = HealthCheck(
            database,
            (
                partial(gateway_check, lambda: bot.is_connected),
                partial(workers_check, rounds),
                banq_watch.check,
            ),
        )
        yield Parts(
            bot=bot,
            web=create_app(_web_settings(config), page, inbox, health, _limits(sources), sign_in),
            private_web=create_private_app(
                health, Scrape(metrics, database, intake, health, banq_watch, sources)
            ),
            workers=(*workers, processor),
            rounds=rounds,
            outbox=outbox,
            submitter=submitter,
            pause=await current_pause(database.read),
        )


async def chat_bot(config: Config, services: Services) -> BanqBot:
    home = discord.Object(config.discord.home_guild_id)
    settings = DiscordSettings(
        community=config.community.name,
        home_guild_id=home.id,
        admin_role_id=config.discord.admin_role_id,
        team_channel_id=config.discord.team_channel_id,
        audit_channel_id=config.discord.audit_channel_id,
        pictures=Pictures(
            ipfs_gateway=config.nfts.ipfs_gateway,
            neutral=config.web.public_url + NEUTRAL,
            insecure=config.nfts.allow_insecure_pictures,
        ),
        explorers=config.withdrawals.explorers,
        api_url=config.discord.api_url,
        gateway_url=config.discord.gateway_url,
    )
    bot = BanqBot(services, settings)
    for cog in FOR_EVERYBODY:
        await bot.add_cog(cog(bot))
    await bot.add_cog(AdminCog(bot), guild=home)
    return bot


def _asking_banq_within_s(timeout_s: float) -> float:
    """More than a round takes while Banq hangs, since a restart helps nothing against that.

    One makes two calls at most, one after the other. Each waits for a place, and twice for a token and twice
    for an answer.
    """
    return max(ROUND_WITHIN_S, 12 * timeout_s)


def _withdrawal_rules(config: Config) -> Rules:
    return Rules(
        link_hold=timedelta(minutes=config.withdrawals.link_hold_minutes),
        address_hold=timedelta(minutes=config.withdrawals.address_hold_minutes),
        per_day=config.withdrawals.per_day,
        in_flight=config.withdrawals.in_flight,
        loosening=timedelta(minutes=config.withdrawals.loosening_minutes),
    )


def _web_settings(config: Config) -> WebSettings:
    return WebSettings(
        public_url=config.web.public_url,
        community=config.community.name,
        widget_url=config.banq.widget_url,
        widget_frame_origins=config.banq.widget_frame_origins,
        webhook_secrets={name: lane.webhook_secret.get_secret_value() for name, lane in config.lanes.items()},
        signature_secrets={
            name: [secret.get_secret_value() for secret in lane.signature_secrets]
            for name, lane in config.lanes.items()
        },
        signature_header=config.banq.signature_header,
        sign_in_origins=(origin(config.discord.authorize_url),) if config.discord.has_sign_in else (),
        reference_option=config.banq.reference_option,
        heard_within_s=config.linking.page_silence_seconds,
        trusted_proxies=config.web.trusted_proxies,
    )


def _discord_app(config: Config) -> DiscordApp:
    if config.discord.client_secret is None:
        raise AssertionError("only asked for where there is one")
    return DiscordApp(
        client_id=str(config.discord.client_id),
        client_secret=config.discord.client_secret.get_secret_value(),
        authorize_url=config.discord.authorize_url,
        api_url=config.discord.api_url,
        redirect_uri=config.web.public_url + CALLBACK,
    )


def _limits(sources: Sources) -> Limits:
    """Generous: a whole community may sit behind one address, and an open page may ask once a second."""
    return Limits(
        links=RequestLimit(burst=60, per_s=1, now=sources.now),
        requests=RequestLimit(burst=600, per_s=20, now=sources.now),
    )


async def _refuse_missing_lanes(database: Database, lanes: Mapping[str, PlatformId]) -> None:
    """A link is tied to its lane for ever: without it, nobody could withdraw through that link."""
    for lane in await link_rows.lanes_in_use(database.read):
        if lane not in lanes:
            raise StartRefused(
                f"lanes.{lane} is missing from the configuration, but members are linked through it. "
                "Put it back; a lane may only go when nobody is linked through it."
            )
