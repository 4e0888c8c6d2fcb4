"""What the ledger hands out: frozen values, never rows."""

from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from outbound.letter import Channel, Format, Lane, WaitsFor, Wish
from outbound.life import Outcome, Status


class LedgerFault(Exception):
    """The ledger was asked for what it never does; a defect of the caller."""


class Step(StrEnum):
    """The steps that claim letters."""

    RENDER = "render"
    ROUTE = "route"
    SEND = "send"


CLAIMS = {Step.RENDER: Status.RECEIVED, Step.ROUTE: Status.RENDERED, Step.SEND: Status.ROUTED}


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as the ledger knows it: nothing of a person. Field for field the table `letter`."""

    id: UUID
    submission_id: UUID
    recipient_no: int
    role: str
    system: str
    reference: str
    department: str
    letter_type: str
    case_number: str
    mailing_id: UUID | None
    follows: UUID | None
    lane: Lane
    ready_made: bool
    attachments: int
    id_type: str | None
    country: str
    recipient_key: str | None
    retention_month: str
    wish: Wish
    format: Format
    forced: Channel | None
    refused: str
    not_before: date | None
    useful_until: date | None
    status: Status
    version: int
    held_code: str | None
    waits_for: WaitsFor | None
    route: str | None
    channel: Channel | None
    routed_at: datetime | None
    looked_up_at: datetime | None
    mailbox: str | None
    dated: date | None
    document_address: str | None
    document_channel: str | None
    document_fingerprint: str | None
    template_version: str | None
    pages: int | None
    sheets: int | None
    bytes: int | None
    claim_token: str | None
    claimed_until: datetime | None
    deaths: int
    tries: int
    waiting_since: datetime | None
    due_at: datetime | None
    created_at: datetime
    updated_at: datetime
    journalised_at: datetime | None
    acknowledged_at: datetime | None
    corrects: UUID | None
    return_code: str | None
    forgotten_at: datetime | None = None
    correlation: str | None = None

    @property
    def refused_channels(self) -> frozenset[Channel]:
        """The channels that have said a definite no to this recipient."""
        return frozenset(Channel(c) for c in self.refused.split(",") if c)


@dataclass(frozen=True, slots=True)
class LedgerDispatch:
    """A dispatch as the ledger knows it."""

    id: UUID
    letter_id: UUID
    consignment_id: UUID
    channel: Channel
    provider: str
    kind: str
    outcome: Outcome
    code: str | None
    transmission: str | None
    envelope: str | None
    letter_class: str | None
    created_at: datetime
    taken_at: datetime | None
    available_at: datetime | None
    settled_at: datetime | None
    envelope_of: UUID | None


@dataclass(frozen=True, slots=True)
class LedgerConsignment:
    """A consignment as the ledger knows it. `begun_at` None means: certainly not sent."""

    id: UUID
    channel: Channel
    provider: str
    lane: Lane
    letters: int
    closed_at: datetime
    begun_at: datetime | None
    called_at: datetime | None
    deadline_at: datetime | None
    claim_token: str | None
    claimed_until: datetime | None
    due_at: datetime | None
    tries: int


def letter_from(row: Any) -> Letter:
    """The value of a row of `letter`."""
    return Letter(
        **{
            **{f: getattr(row, f) for f in _LETTER},
            "lane": Lane(row.lane),
            "wish": Wish(row.wish),
            "format": Format(row.format),
            "status": Status(row.status),
            "forced": Channel(row.forced) if row.forced else None,
            "channel": Channel(row.channel) if row.channel else None,
            "waits_for": WaitsFor(row.waits_for) if row.waits_for else None,
        }
    )


def dispatch_from(row: Any) -> LedgerDispatch:
    """The value of a row of `dispatch`."""
    own = {"channel": Channel(row.channel), "outcome": Outcome(row.outcome)}
    return LedgerDispatch(**{**{f: getattr(row, f) for f in _DISPATCH}, **own})


def consignment_from(row: Any) -> LedgerConsignment:
    """The value of a row of `consignment`."""
    own = {"channel": Channel(row.channel), "lane": Lane(row.lane)}
    return LedgerConsignment(**{**{f: getattr(row, f) for f in _CONSIGNMENT}, **own})


_LETTER = tuple(f.name for f in fields(Letter))
_DISPATCH = tuple(f.name for f in fields(LedgerDispatch))
_CONSIGNMENT = tuple(f.name for f in fields(LedgerConsignment))
