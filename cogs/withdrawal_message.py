"""The message that tells a withdrawal's story, and follows along as long as Discord lets it be edited."""

from dataclasses import dataclass
from functools import partial

from discord import ui

from cogs.cards import Button, card
from cogs.client import BanqBot, chat_user, markup_of
from cogs.following import Followed, Update
from cogs.presses import Interaction, Press
from services.addresses import explorer_url
from services.changes import Changes
from services.identity import ChatUser
from services.withdrawal_history import Story
from services.withdrawals import NotYourWithdrawal
from services.wording import general as general_words
from services.wording import linking as linking_words
from services.wording import withdrawal_story as story_words
from services.wording.text import Markup, Words


@dataclass(frozen=True)
class WithdrawalMessage:
    """`page` of the list is where its button leads back to."""

    bot: BanqBot
    markup: Markup
    user: ChatUser
    object_id: str
    page: int

    @property
    def changes(self) -> Changes:
        return self.bot.services.history.changes

    async def look(self, *, for_the_last_time: bool = False) -> Update | None:
        history = self.bot.services.history
        story = await history.story(self.object_id, self.user)
        if isinstance(story, NotYourWithdrawal):
            return None
        words = story_words.withdrawal_story(self.markup, story)
        is_under_way = story.withdrawal.state in story_words.UNDER_WAY
        if for_the_last_time and is_under_way:
            words = story_words.no_longer_followed(self.markup, words)
        return Update(
            words,
            partial(self._view, story, words),
            partial(history.mark_told, story.withdrawal),
            is_last=not is_under_way,
        )

    def _view(self, story: Story, words: Words, with_picture: bool) -> ui.LayoutView:
        m, withdrawal, settings = self.markup, story.withdrawal, self.bot.settings
        owner, reference = int(self.user.id), story_words.details_reference(withdrawal, self.page)
        row: list[Button] = []
        url = explorer_url(withdrawal.chain, withdrawal.transaction_hash, settings.explorers)
        if url is not None:
            row.append(ui.Button(label=story_words.see_transaction(m), url=url))
        if withdrawal.state in story_words.UNDER_WAY:
            row.append(Press(general_words.refresh(m), "withdrawal-details", owner, reference))
        row.append(Press(story_words.my_withdrawals(m), "withdrawals-list", owner, str(self.page)))
        picture = settings.pictures.or_neutral(words.image_url)
        return card(words, *row, picture=picture if with_picture else None)


async def tell_story(interaction: Interaction, withdrawal_id: str, page: int = 1) -> None:
    """Tell it in the interaction's own message, now and as it goes on."""
    bot = interaction.client
    subject = WithdrawalMessage(bot, markup_of(interaction), chat_user(interaction.user), withdrawal_id, page)
    update = await subject.look()
    if update is None:
        await bot.show(interaction, card(linking_words.not_your_button(markup_of(interaction))))
        return
    message = await bot.edit(interaction, update.view)
    await update.mark_told()
    if not update.is_last:
        bot.following.follow(Followed(interaction, message.id, subject, update.words))
    await bot.show_kept_notices(interaction)
