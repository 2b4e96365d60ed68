"""`banqbot init`: asks what the configuration needs, checks it at once, and writes it down."""

import asyncio
from pathlib import Path
from typing import Any

import typer
from rich.console import Console

from banq.models import AccountSpace
from bot import config, config_writer, questions
from bot.chat import invitation, only_looking, signed_in
from bot.config_files import secrets_beside
from bot.config_models import Discord
from bot.config_reference import secret_keys
from bot.doctor.banq import account_spaces, merchants
from bot.doctor.findings import State
from bot.questions import Question, ask
from bot.refusals import StartRefused
from services.foreign_text import clean
from services.sources import Sources
from web.sign_in import CALLBACK

console = Console(highlight=False, soft_wrap=True)

PATIENCE_S = 10.0


class Answers:
    """By section and key, as they are to stand in the two files."""

    def __init__(self) -> None:
        self.plain: config_writer.Sections = {}
        self.secret: config_writer.Sections = {}
        self._secret_keys = secret_keys()

    def keep(self, section: str, key: str, value: Any) -> None:
        sections = self.secret if key in self._secret_keys else self.plain
        if value is None:
            sections.get(section, {}).pop(key, None)
        else:
            sections.setdefault(section, {})[key] = value

    def ask(self, *asked: Question) -> None:
        for question in asked:
            self.keep(question.section, question.key, ask(question))

    def values(self) -> dict[str, Any]:
        """As a file with all of them would be read."""
        values: dict[str, Any] = {}
        for sections in (self.plain, self.secret):
            for name, pairs in sections.items():
                section = values
                for part in name.split("."):
                    section = section.setdefault(part, {})
                section.update(pairs)
        return values


def initialise(path: Path, sources: Sources) -> int:
    """1 where the operator breaks off. Raises StartRefused or ConfigRefused; nothing was written then."""
    config_writer.refuse_to_overwrite(path)
    console.print(
        "This makes a configuration for the bot. Have at hand: Discord's developer portal, your server in "
        "Discord, and what Banq has sent you. Ctrl-C ends it, and nothing is written then."
    )
    answers = Answers()
    try:
        answers.ask(questions.NAME, questions.LANGUAGE)
        application_id = _ask_for_discord(path, answers)
        _ask_for_banq(path, answers, sources)
        answers.ask(questions.PUBLIC_URL, questions.PORT)
    except typer.Abort:
        console.print("\nNothing was written.")
        return 1
    settings = config.check(path, answers.values())
    config_writer.write(path, answers.plain, answers.secret)
    _tell_what_is_next(path, settings, application_id)
    return 0


def _ask_for_discord(path: Path, answers: Answers) -> int | None:
    """The application's id, where Discord told it."""
    answers.ask(questions.TOKEN)
    # Anything will do where only the token is looked at.
    values = {"discord": {**answers.secret["discord"], "home_guild_id": 1}}
    application_id = None
    try:
        application_id = asyncio.run(_application(config.check_discord(path, values)))
    except StartRefused as refused:
        console.print(str(refused), style="red", markup=False)
        if not typer.confirm("Keep the token all the same?"):
            return _ask_for_discord(path, answers)
    else:
        console.print("Discord takes it. If the bot is not in your server yet, invite it now:")
        console.print(invitation(application_id), markup=False)
    answers.ask(questions.SERVER, questions.ROLE, questions.CHANNEL, questions.CLIENT_SECRET)
    if "client_secret" in answers.secret["discord"]:
        if application_id is None:
            answers.ask(questions.CLIENT_ID)
        else:
            answers.keep("discord", "client_id", application_id)
    return application_id


async def _application(settings: Discord) -> int:
    client = only_looking(settings)
    async with asyncio.timeout(PATIENCE_S), signed_in(client, settings):
        return client.application_id or 0


def _ask_for_banq(path: Path, answers: Answers, sources: Sources) -> None:
    answers.ask(*questions.BANQ)
    if not typer.confirm("Is that at Banq's sandbox, for trying things out?", default=True):
        answers.ask(*questions.BANQ_PLACES)
    found, spaces = asyncio.run(account_spaces(config.check_banq(path, answers.values()), PATIENCE_S))
    is_in = found.state is State.OK
    console.print(f"{found.what} {found.fix}", style="green" if is_in else "red", markup=False)
    if not is_in and not typer.confirm("Keep these credentials all the same?"):
        _ask_for_banq(path, answers, sources)
        return
    own = merchants(spaces or ())
    for number, (space_id, platform_id) in enumerate(_chosen(own) if own else _typed(), start=1):
        lane = config_writer.FIRST_LANE if number == 1 else f"lanes.lane{number}"
        answers.keep(lane, "account_space_id", space_id)
        answers.keep(lane, "platform_id", platform_id)
        answers.keep(lane, "webhook_secret", sources.new_token())


def _typed() -> list[tuple[str, str]]:
    return [(ask(questions.SPACE), ask(questions.PLATFORM))]


def _chosen(spaces: list[AccountSpace]) -> list[tuple[str, str]]:
    console.print("\nYour merchant's account spaces at Banq:")
    for number, space in enumerate(spaces, start=1):
        console.print(f"  {number}  {clean(space.name or '(no name)', 60)}  {space.id}", markup=False)
    console.print(
        "Members link through one of them. With several, as many can link at the same time; such as 1,2.",
        style="dim",
    )
    while True:
        typed = str(typer.prompt("Which, by number", default="1"))
        numbers = [int(part) for part in typed.replace(",", " ").split() if part.isdecimal()]
        chosen = [spaces[number - 1] for number in dict.fromkeys(numbers) if 1 <= number <= len(spaces)]
        if chosen:
            return [(space.id, space.platform_id or "") for space in chosen]
        console.print(f"It must be a number from 1 to {len(spaces)}.", style="red")


def _tell_what_is_next(path: Path, settings: config.Config, application_id: int | None) -> None:
    banqbot = "banqbot" if path == Path("config.toml") else f"banqbot --config {path}"
    steps = [
        f"Reverse proxy: let {settings.web.public_url} lead to {settings.web.host}:{settings.web.port}.",
        f"{banqbot} doctor         says what is still missing, and how to mend it",
        f"{banqbot} webhooks set   tells Banq where to send its webhooks",
        f"{banqbot} run            starts the bot",
    ]
    if settings.discord.has_sign_in:
        steps.insert(
            0,
            "Developer portal -> your application -> OAuth2 -> Redirects: add "
            f"{settings.web.public_url}{CALLBACK}",
        )
    if application_id is not None:
        steps.insert(0, f"Invite the bot, unless it is in your server: {invitation(application_id)}")
    console.print(f"\nWritten: {path}, and the secrets to {secrets_beside(path)}. Next:\n", markup=False)
    for number, step in enumerate(steps, start=1):
        console.print(f"  {number}. {step}", markup=False)
