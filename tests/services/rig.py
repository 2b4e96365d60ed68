"""The services over a real database file and the real Banq client, against the Banq emulator."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType

from banq.client import BanqClient, Endpoint
from banq.models import Nft, PlatformId
from banq.protocol import Credentials
from sandbox.banq import identities
from sandbox.banq.catalogue import NFTS
from sandbox.banq.server import BanqSandbox
from services.address_book import AddressBook
from services.banq_watch import BanqWatch
from services.changes import Changes
from services.identity import ChatUser
from services.inbox import Inbox
from services.kill_switch import KillSwitch
from services.limits import WithdrawalLimits
from services.line import Line
from services.link_page import LinkPage, Progress
from services.linking import Linked, Linking, LinkStarted
from services.linking_rules import LinkingRules
from services.links import Links
from services.matching import Matching
from services.member_languages import MemberLanguages
from services.metrics import Metrics
from services.nfts import Nfts
from services.outbox import Outbox
from services.processor import Processor
from services.reconciler import Reconciler
from services.settling import Settling
from services.sources import Sources
from services.submitter import Submitter
from services.wallet import nft_key
from services.withdrawal_history import WithdrawalHistory
from services.withdrawal_steps import WithdrawalSteps
from services.withdrawals import Drafted, Submitted, Withdrawals
from services.wording.language import ENGLISH
from storage import withdrawals
from storage.database import Database
from storage.intake import Intake
from storage.limits import Rules
from storage.withdrawals import Withdrawal

LANE = "main"
SECOND_LANE = "second"
USUAL_RULES = LinkingRules()
ONE_LANE = MappingProxyType({LANE: identities.PLATFORM_ID})
TWO_LANES = MappingProxyType({**ONE_LANE, SECOND_LANE: identities.SECOND_PLATFORM_ID})
FOUR_LANES = MappingProxyType(
    {**TWO_LANES, "third": identities.THIRD_PLATFORM_ID, "fourth": identities.FOURTH_PLATFORM_ID}
)
ADA = ChatUser("discord", "1", "Ada")
BEN = ChatUser("discord", "2", "Ben")
CLEO = ChatUser("discord", "3", "Cleo")
GOOD_ADDRESS = "0x52908400098527886E0F7030069857D2E4169EE7"
# How the address ends, which has to be typed once more while it is new.
ITS_END = GOOD_ADDRESS[-6:]
NO_LIMITS = Rules(
    link_hold=timedelta(0),
    address_hold=timedelta(0),
    per_day=1000,
    in_flight=1000,
    loosening=timedelta(hours=24),
)


@dataclass
class Rig:
    """No worker runs by itself here: tests call `step`, so that nothing depends on timing."""

    sandbox: BanqSandbox
    database: Database
    sources: Sources
    banq: BanqClient
    linking: Linking
    links: Links
    page: LinkPage
    matching: Matching
    inbox: Inbox
    processor: Processor
    nfts: Nfts
    submitter: Submitter
    reconciler: Reconciler
    limits: WithdrawalLimits
    kill_switch: KillSwitch
    settling: Settling
    address_book: AddressBook
    withdrawals: Withdrawals
    history: WithdrawalHistory
    outbox: Outbox
    intake: Intake
    metrics: Metrics
    banq_watch: BanqWatch
    open_pages: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def again(
        self,
        *,
        webhook_action_stands: bool = False,
        timeout_s: float = 5,
        rules: LinkingRules = USUAL_RULES,
        withdrawal_rules: Rules = NO_LIMITS,
    ) -> AsyncIterator["Rig"]:
        """A second process on the same database file."""
        async with (
            Database(self.database._path) as database,
            build(
                self.sandbox,
                database,
                self.sources,
                webhook_action_stands=webhook_action_stands,
                timeout_s=timeout_s,
                rules=rules,
                withdrawal_rules=withdrawal_rules,
            ) as other,
        ):
            yield other

    async def time_passes(self) -> None:
        """What the open pages and the workers do now and then."""
        for browser in self.open_pages:
            await self.page.progress(browser)
        await self.matching.keep_time()
        await self.matching.settle()

    async def work_off(self) -> None:
        """What the processor's two workers do."""
        await self.processor.work_off()
        await self.processor.follow_hints()

    async def webhook(self, body: object, lane: str = LANE) -> None:
        """Banq's webhook arrives and is worked off."""
        await self.inbox.accept(lane, json.dumps(body).encode())
        await self.work_off()

    async def granted(self, user_guid: str, user_id: str, lane: str = LANE) -> None:
        await self.webhook(
            {
                "action": "created",
                "resourceType": "UserToken",
                "resourceId": user_guid,
                "data": {"userGuid": user_guid, "userId": user_id},
            },
            lane,
        )

    async def approve(self, customer: identities.Customer) -> tuple[str, str]:
        """The customer approves at Banq; (userGuid, userId). Its webhook is left to the test."""
        grant = self.sandbox.ledger.approve_platform(customer.email, identities.PLATFORM_ID)
        return grant.user_guid, grant.user_id

    async def start(self, user: ChatUser) -> tuple[str, str]:
        """`/link`, and the page opened by its owner: (session id, browser secret)."""
        started = await self.linking.start(user)
        assert isinstance(started, LinkStarted)
        browser = await self.page.begin(started.url.rsplit("/", maxsplit=1)[1])
        assert isinstance(browser, str)
        self.open_pages.append(browser)
        return started.session_id, browser

    async def matched(self, user: ChatUser, customer: identities.Customer) -> tuple[str, str]:
        """An honest member with the code before their eyes: (session id, finish code)."""
        session_id, browser = await self.start(user)
        await self.granted(*await self.approve(customer))
        await self.page.approved(browser)
        await self.time_passes()
        return session_id, await self.code_of(browser)

    async def link(self, user: ChatUser, customer: identities.Customer) -> None:
        """The whole way of an honest member."""
        session_id, code = await self.matched(user, customer)
        assert isinstance(await self.linking.finish(session_id, user, code), Linked)

    async def signed_in(self, user: ChatUser) -> tuple[str, str]:
        """`/link`, and the page opened by its owner, who signs in: (session id, browser secret)."""
        session_id, browser = await self.start(user)
        await self.sign_in(browser, user)
        return session_id, browser

    async def sign_in(self, browser: str, user: ChatUser) -> None:
        """The browser is sent to sign in, and comes back as this user."""
        secret = await self.page.ask_to_sign_in(browser)
        assert isinstance(secret, str)
        assert await self.page.comes_back(browser, secret)
        await self.page.signed_in(browser, user.platform, user.id)

    async def progress(self, browser: str) -> Progress:
        progress = await self.page.progress(browser)
        assert isinstance(progress, Progress)
        return progress

    async def state_of(self, browser: str) -> str:
        progress = await self.page.progress(browser)
        return progress.standing.state if isinstance(progress, Progress) else "gone"

    async def code_of(self, browser: str) -> str:
        progress = await self.progress(browser)
        assert progress.finish_code is not None, progress
        return progress.finish_code

    async def draft(self, user: ChatUser, slug: str, amount: int = 1) -> Withdrawal:
        drafted = await self.withdrawals.draft(user, key_of(slug), GOOD_ADDRESS, amount)
        assert isinstance(drafted, Drafted), drafted
        return drafted.withdrawal

    async def confirm(self, user: ChatUser, draft: Withdrawal) -> Withdrawal:
        """Confirm, and read the answer in chat."""
        submitted = await self.withdrawals.confirm(draft.id, user, ITS_END)
        assert isinstance(submitted, Submitted), submitted
        await self.history.mark_told(submitted.withdrawal)
        return submitted.withdrawal

    async def stored(self, withdrawal: Withdrawal) -> Withdrawal:
        """The withdrawal as the database has it now."""
        found = await withdrawals.get(self.database.read, withdrawal.id)
        assert found is not None
        return found

    async def column(self, sql: str) -> list[object]:
        """The first column of a query, for what no service tells."""
        return [row[0] for row in await self.database.read.fetch_all(sql)]


def key_of(slug: str) -> str:
    """The key that autocomplete hands out for an NFT of the emulator."""
    nft = NFTS[slug]
    return nft_key(Nft.model_validate({"tokenDataId": nft.token_data_id, "sourceBanq": nft.source_banq}))


@asynccontextmanager
async def build(
    sandbox: BanqSandbox,
    database: Database,
    sources: Sources,
    *,
    webhook_action_stands: bool = False,
    timeout_s: float = 5,
    rules: LinkingRules = USUAL_RULES,
    withdrawal_rules: Rules = NO_LIMITS,
    platform_ids: Mapping[str, str] = ONE_LANE,
    reference_field: str | None = None,
) -> AsyncIterator[Rig]:
    endpoint = Endpoint(sandbox.api_url, sandbox.token_url, timeout_s=timeout_s)
    credentials = Credentials(
        client_id=identities.CLIENT_ID,
        username=identities.USERNAME,
        password=identities.PASSWORD,
        audience=identities.AUDIENCE,
    )
    lanes = {name: PlatformId(platform_id) for name, platform_id in platform_ids.items()}
    metrics = Metrics()
    banq_watch = BanqWatch(metrics, sources)
    async with BanqClient(endpoint, credentials, banq_watch.called) as banq:
        line = Line(lanes, rules, sources, Changes())
        links = Links(database, line, sources)
        nfts = Nfts(banq, links, sources)
        matching = Matching(database, banq, line, rules, sources)
        steps = WithdrawalSteps(database, Changes(), sources)
        limits = WithdrawalLimits(database, withdrawal_rules, sources)
        await limits.settings_may_have_changed()
        submitter = Submitter(database, banq, nfts, lanes, steps, sources)
        reconciler = Reconciler(
            database, banq, nfts, submitter, steps, sources, webhook_action_stands=webhook_action_stands
        )
        processor = Processor(
            database,
            matching,
            reconciler,
            nfts,
            sources,
            wake_settling=lambda: None,
            reference_field=reference_field,
        )
        intake = Intake(database, metrics.webhooks_committed)
        yield Rig(
            sandbox=sandbox,
            database=database,
            sources=sources,
            banq=banq,
            linking=Linking(database, line, rules, sources, "https://bot.example"),
            links=links,
            page=LinkPage(database, line, lanes, rules, sources, lambda: None),
            matching=matching,
            inbox=Inbox(intake, processor, metrics, sources),
            processor=processor,
            nfts=nfts,
            submitter=submitter,
            reconciler=reconciler,
            limits=limits,
            kill_switch=KillSwitch(database, steps.changes, sources),
            settling=Settling(database, steps.changes, sources),
            address_book=AddressBook(database, sources),
            withdrawals=Withdrawals(database, links, nfts, limits, submitter, steps.changes, sources),
            history=WithdrawalHistory(database, steps.changes, sources),
            outbox=Outbox(database, MemberLanguages(database, ENGLISH), sources),
            intake=intake,
            metrics=metrics,
            banq_watch=banq_watch,
        )
        await nfts.close()
