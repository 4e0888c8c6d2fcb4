"""What every step needs at hand, and the waiting times they share."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from outbound import clock
from outbound.ledger import Ledger
from outbound.ledger.pace import Rate
from outbound.ledger.tallies import Tallies
from outbound.ledger.values import Letter
from outbound.letter import Channel
from outbound.organisation import Organisation
from outbound.ports import Outside
from outbound.postage import Tariffs
from outbound.postal_days import add_working_days
from outbound.postal_districts import SHIPPED, PostalDistricts
from outbound.rendering import LetterTypes
from outbound.seal import Seal
from outbound.settings import Settings

WORKER = "worker"
TIMER = "timer"
RECEIPT = "receipt"

LONGEST_TOLD = 86_400.0  # seconds that a supplier can keep us waiting by its own word


@dataclass(frozen=True)
class House:
    """The rooms a step walks through; made once per process."""

    settings: Settings
    ledger: Ledger
    seal: Seal
    types: LetterTypes
    organisation: Organisation
    tariffs: Tariffs
    outside: Outside
    districts: PostalDistricts = SHIPPED
    tallies: Tallies = field(default_factory=Tallies)

    @property
    def printer(self) -> str:
        """Our own remote print: whom digital letters are compared with."""
        return self.outside.mailers[Channel.PRINT].provider


def later(seconds: float) -> datetime:
    """That many seconds from now."""
    return clock.now() + timedelta(seconds=seconds)


def next_try(settings: Settings, tries: int, retry_after: float | None = None) -> datetime:
    """When to try again after `tries` failures: doubled each time up to a most, with jitter.

    Never sooner than told, but within a day: a supplier may say anything, also what is no time at all.
    """
    wait = min(settings.retry_first * 2 ** min(tries, 20), settings.retry_most) * random.uniform(0.8, 1.2)
    told = retry_after if retry_after is not None and retry_after > wait else wait
    return later(min(told, LONGEST_TOLD))


def look_up_rate(settings: Settings) -> Rate:
    """How many recipients may be looked up a minute."""
    return Rate("look-ups", settings.look_ups_per_minute, settings.timer_seconds)


def sending_rate(settings: Settings, channel: Channel) -> Rate:
    """How many letters a minute may leave on this channel."""
    digital = channel is Channel.DIGITAL
    per_minute = settings.digital_post_per_minute if digital else settings.print_per_minute
    return Rate(f"send-{channel}", per_minute, settings.timer_seconds)


def deadline(working_days: int) -> datetime:
    """The end of the working day, `working_days` from today."""
    return add_working_days(clock.now(), working_days)


def print_deadline(settings: Settings, days: int) -> datetime:
    """The same in days on which the printer works, where its runs close by a plan."""
    if settings.print_gather_seconds is not None:
        return deadline(days)
    return settings.print_runs.add_open_days(clock.now(), days)


def receipt_deadline(settings: Settings, channel: Channel) -> datetime:
    """When a letter that was taken is HELD if no receipt has come."""
    if channel is Channel.DIGITAL:
        return deadline(settings.receipt_deadline_days_digital)
    return print_deadline(settings, settings.receipt_deadline_days_print)


def out_of_patience(settings: Settings, one: Letter) -> bool:
    """Has the letter waited for the outside longer than a person should be kept from knowing it?"""
    if one.waiting_since is None:
        return False
    return clock.now() > add_working_days(one.waiting_since, settings.patience_days)
