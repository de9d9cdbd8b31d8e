"""Whose fault it is when a campaign's messages do not leave: the recipient's or the server's (R-CRM-10).

One that is refused for good has failed, with the reason the server gave. But a server that refuses one after the other
refuses everybody: then nobody is used up, and all of them come again after the others. Who is refused once more, when
others were written to meanwhile, has failed.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from outreach import campaign_waiting
from outreach.carrying import Carried, Fate
from outreach.models import Campaign, Message, RecipientStatus

# So many failures in a row are the server's fault.
MOST_FAILURES = 5


class Trouble(Exception):
    """No other message can leave just now; `failure` says why."""

    def __init__(self, failure: str) -> None:
        super().__init__(failure)
        self.failure = failure


@dataclass(slots=True)
class Failures:
    """How many messages in a row did not leave in one task; `refused` are those among them that were refused for good."""

    campaign: Campaign
    count: int = 0
    refused: list[Message] = field(default_factory=list)

    def add(self, message: Message, carried: Carried, *, is_second_time: bool) -> None:
        """Take note of a message that did not leave. Raises Trouble when it is no use to try the next one."""
        is_refused = carried.fate is Fate.REFUSED
        if is_refused and is_second_time and not self.is_server_blamed:
            return
        self.count += 1
        if is_refused:
            self.refused.append(message)
        if carried.fate in (Fate.AWAY, Fate.DOUBTFUL):
            raise Trouble(campaign_waiting.AWAY)
        if self.count >= MOST_FAILURES:
            raise Trouble(campaign_waiting.SERVER_REFUSES if is_refused else campaign_waiting.AWAY)

    @property
    def is_server_blamed(self) -> bool:
        """Whether it refuses everybody, for all we know: one after the other, or so it did before, and took nothing since."""
        return self.count >= MOST_FAILURES or self.campaign.failure == campaign_waiting.SERVER_REFUSES

    def spare_refused(self) -> None:
        """Where the server is to blame, the refused are used up no more. In the scope of the campaign's tenant."""
        if self.is_server_blamed:
            for message in self.refused:
                campaign_waiting.give_back(message, RecipientStatus.LATER)
        self.refused.clear()

    def end(self) -> None:
        """A message has left: the server works."""
        self.count, self.campaign.attempt_count, self.campaign.failure = 0, 0, ""
