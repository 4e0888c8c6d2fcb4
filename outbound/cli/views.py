"""What operations look at: the queues, what is HELD, one letter's story. No person in it but by `--open`."""

import os
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from outbound import clock, standing
from outbound.cli.acts import One, letter_id
from outbound.cli.faults import CannotDo
from outbound.cli.ids import MOST_SHOWN, say_ids
from outbound.cli.opening import name_of_hand, opened_ledger, os_user
from outbound.cli.story_row import STORY, story_row
from outbound.cli.tables import Form, age, clean, moment, shown
from outbound.cli.words import COMMANDS
from outbound.contents import DOCUMENT, HEAD, PERSON, unpack_addressee
from outbound.desk import verbs_for
from outbound.ledger import Ledger, reminders
from outbound.ledger.keys import Transaction
from outbound.ledger.reminders import Reminder
from outbound.ledger.sending import live_dispatch
from outbound.ledger.values import LedgerDispatch, Letter
from outbound.letter import Format, WaitsFor
from outbound.rendering.danish import kroner
from outbound.seal import Part, Seal
from outbound.settings import Settings, SettingsFault
from outbound.story import Story, Try, story
from outbound.web.pages.questions import question
from outbound.web.pages.words import (
    CHANNELS,
    FORMATS,
    LANES,
    REMINDER_REASONS,
    REMINDERS,
    STATES,
    STEPS,
    WAITS_FOR,
    reason,
    state_said,
)

AsForm = Annotated[Form, typer.Option("--format", help="How to print it.")]
QUEUE = {
    "step": "Trin",
    "channel": "Kanal",
    "lane": "Bane",
    "due": "Forfaldne",
    "in_hand": "I arbejde",
    "later": "Senere",
    "age": "Ældste",
}
HELD = {
    "letter": "Brev",
    "since": "Siden",
    "waits_for": "Venter på",
    "code": "Årsag",
    "system": "Fagsystem",
    "department": "Forvaltning",
    "reference": "Reference",
    "verbs": "Kan",
}


def queues(form: AsForm = Form.TABLE) -> None:
    """Every queue with its oldest letter, and what stands still."""
    with opened_ledger() as (_, ledger):
        with ledger.reading() as tx:
            rows = [_queue_row(one, form is Form.TABLE) for one in standing.queues(tx)]
        notes = list(_notes(ledger)) if form is Form.TABLE else []
    typer.echo(shown(rows, QUEUE if form is Form.TABLE else {**QUEUE, "oldest": ""}, form))
    for line in notes:
        typer.echo(line)


def held(
    code: Annotated[str, typer.Option(help="Only for this reason.")] = "",
    waits_for: Annotated[WaitsFor | None, typer.Option(help="Only those that wait for these.")] = None,
    limit: Annotated[
        int | None,
        typer.Option(min=1, max=100_000, help="At most so many letters for each reason; else 50, with --ids all."),
    ] = None,
    form: AsForm = Form.TABLE,
    ids: Annotated[
        bool, typer.Option("--ids", help="Ids alone, one a line, as `outbound release -` reads them.")
    ] = False,
) -> None:
    """Letters that wait for a person, and what can be done."""
    with opened_ledger() as (_, ledger), ledger.reading() as tx:
        reasons = [one for one in standing.held(tx) if code in ("", one.code) and waits_for in (None, one.waits_for)]
        if ids:
            for each in reasons:
                say_ids(partial(_held_ids, tx, each), limit)
            return
        most = limit or MOST_SHOWN
        pages = [standing.held_letters(tx, each.code, each.waits_for, None, most) for each in reasons]
        rows = [_held_row(one, live_dispatch(tx, one.id), form) for page in pages for one in page]
    typer.echo(shown(rows, HELD, form))
    if form is Form.TABLE:
        for each in reasons:
            typer.echo(f"{each.letters:>6} {each.code}: {reason(each.code)}")


def show(
    letter: One,
    by: Annotated[str, typer.Option("--by", default_factory=os_user, help="Who reads; else the system's user.")],
    opened: Annotated[
        bool, typer.Option("--open", help="Also the recipient and the title; the reading log says that you read it.")
    ] = False,
    pdf: Annotated[Path | None, typer.Option(help="Write the PDF to this new file; logged in the same way.")] = None,
    form: Annotated[Form, typer.Option("--format", help="json has the story alone, whatever is opened beside it.")] = (
        Form.TABLE
    ),
) -> None:
    """One letter's story.

    What happened to it, why it went where it went, what it cost and what can be done now.
    """
    with opened_ledger() as (settings, ledger):
        with ledger.reading() as tx:
            found = story(tx, letter_id(letter))
        if found is None:
            raise CannotDo("There is no such letter.")
        if form is Form.TABLE:
            typer.echo("\n".join(map(clean, _told(found))))
        else:
            typer.echo(shown([story_row(found)], STORY, form))
        if opened:
            _open(settings, ledger, found, name_of_hand(by))
        if pdf is not None:
            _write_pdf(settings, ledger, found, name_of_hand(by), pdf)


def _queue_row(one: standing.QueueStanding, for_people: bool) -> Mapping[str, Any]:
    plain = {"due": one.due, "in_hand": one.in_hand, "later": one.later, "oldest": one.oldest}
    if not for_people:
        seconds = None if one.oldest is None else round((clock.now() - one.oldest).total_seconds())
        return {**plain, "step": one.step, "lane": one.lane, "channel": one.channel, "age": seconds}
    channel = CHANNELS[one.channel] if one.channel else ""
    return {**plain, "step": STEPS[one.step], "lane": LANES[one.lane], "channel": channel, "age": age(one.oldest)}


def _notes(ledger: Ledger) -> Iterator[str]:
    """Whatever else operations should know."""
    with ledger.reading() as tx:
        states, pauses, breakers = standing.states(tx), standing.pauses(tx), standing.breakers(tx)
        reminded = reminders.states(tx)
        doubts, loose, incidents = (
            standing.doubts(tx, 20),
            standing.count_loose_receipts(tx),
            standing.count_incidents(tx),
        )
    sms = ", ".join(f"{REMINDERS[state]} {reminded[state]}" for state in REMINDERS if state in reminded)
    yield "\nBreve: " + (", ".join(f"{STATES[state]} {count}" for state, count in states.items()) or "ingen")
    if sms:
        yield f"NemSMS-påmindelser: {sms}"
    for each in pauses:
        yield f"På pause siden {moment(each.since)}: {each.scope} {each.key} (af {clean(each.by)})"
    for channel in breakers:
        again = moment(channel.open_until)
        yield f"{CHANNELS[channel.channel]} svarer ikke ({channel.failures} gange i træk); prøves igen {again}"
    for one in doubts:
        asked = moment(one.next_question) or "ikke igen"
        yield f"I tvivl: {one.id} ({CHANNELS[one.channel]}, {one.letters} breve), spørges {asked}"
    if loose:
        yield f"Kvitteringer uden brev eller ulæselige: {loose} (se /drift)"
    if incidents:
        yield f"Åbne hændelser: {incidents} (se /drift)"


def _held_ids(tx: Transaction, each: standing.HeldStanding, after: UUID | None, most: int) -> list[UUID]:
    return [one.id for one in standing.held_letters(tx, each.code, each.waits_for, after, most)]


def _held_row(one: Letter, live: LedgerDispatch | None, form: Form) -> Mapping[str, Any]:
    verbs = [str(verb) for verb in verbs_for(one, live)]
    plain: dict[str, Any] = {
        "letter": one.id,
        "since": one.updated_at,
        "waits_for": one.waits_for,
        "code": one.held_code,
        "system": one.system,
        "department": one.department,
        "reference": one.reference,
        "verbs": verbs,
    }
    if form is Form.JSON:
        return plain
    waits = WAITS_FOR[one.waits_for] if one.waits_for else ""
    for_people = {"since": moment(one.updated_at), "waits_for": waits} if form is Form.TABLE else {}
    return {**plain, **for_people, "verbs": " ".join(verbs)}


def _told(of: Story) -> Iterator[str]:
    one = of.letter
    yield f"Brev {one.id}: {state_said(one.status, one.channel)}"
    yield f"  {one.system}, reference {one.reference}, sag {one.case_number or '–'}"
    size = f", {FORMATS[one.format].lower()}" if one.format is Format.LARGE else ""
    yield f"  {one.department}, {one.letter_type}{size}"
    if of.route:
        yield f"  rute {of.route.code} ({CHANNELS[of.route.channel]}): {of.route.sentence}"
    if one.looked_up_at:
        yield f"  slået op i Digital Post {moment(one.looked_up_at)}"
    if of.print_run:
        yield f"  printkørsel {of.print_run}"
    if one.waits_for:
        yield f"  venter på {WAITS_FOR[one.waits_for]} ({one.held_code}): {reason(one.held_code)}"
    if asked := question(of):
        yield f"  {asked}"
    if one.due_at:
        yield f"  næste skridt {moment(one.due_at)}"
    yield from _section("Det er sket", (f"{moment(e.at)}  {e.now:<9}  {e.code}  ({e.by})" for e in of.events))
    yield from _section("Forsøg", (_try(each) for each in of.tries))
    if of.reminder:
        yield from _section("NemSMS-påmindelse", (_reminder(of.reminder),))
    yield from _section("I samme kuvert", map(str, of.together))
    yield from _section("Penge", (f"{m.day}  {m.stage} {m.measure}  {kroner(m.amount)}" for m in of.money))
    yield from _section("Hændelser", (f"{moment(i.at)}  {i.code}" for i in of.incidents))
    yield from _section("Gjort af", (f"{moment(a.at)}  {a.verb}  {a.by}" for a in of.acts))
    yield from _section("Følges af", map(str, of.followed_by))
    yield from _section("Samme indlevering", map(str, of.siblings))
    yield from _section("Kan nu", (COMMANDS[verb].format(one.id) for verb in verbs_for(one, of.live)))


def _try(each: Try) -> str:
    one = each.dispatch
    known = " ".join(part for part in (one.code, one.transmission, moment(one.available_at)) if part)
    return f"{moment(one.created_at)}  {CHANNELS[one.channel]}  {one.outcome}  {one.id}  {known}"


def _reminder(one: Reminder) -> str:
    why = f": {REMINDER_REASONS.get(one.code, one.code)}" if one.code else ""
    return f"{moment(one.sent_at or one.planned_for)}  {REMINDERS[one.state]}{why}"


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    listed = list(lines)
    if listed:
        yield f"{title}:"
        yield from (f"  {line}" for line in listed)


def _open(settings: Settings, ledger: Ledger, of: Story, by: str) -> None:
    from outbound.contents import unpack_fields

    parts = _unsealed(settings, ledger, of, by, (PERSON, HEAD))
    if PERSON not in parts:
        raise CannotDo("The letter's content is no longer under the seal.")
    addressee = unpack_addressee(parts[PERSON])
    title = unpack_fields(parts[HEAD])["title"] if HEAD in parts else "–"
    typer.echo("Under seglet:")
    typer.echo(clean(f"  {addressee.recipient.name}, {addressee.recipient.number or 'uden nummer'}"))
    where = addressee.address.as_lines() if addressee.address else ("ingen adresse",)
    typer.echo(clean("  " + ", ".join(where) + (" (adressebeskyttet)" if addressee.protected else "")))
    typer.echo(clean(f"  {title}"))


def _write_pdf(settings: Settings, ledger: Ledger, of: Story, by: str, file: Path) -> None:
    body = _unsealed(settings, ledger, of, by, (DOCUMENT,)).get(DOCUMENT)
    if body is None:
        raise CannotDo("The letter has not been rendered yet, or is no longer under the seal.")
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(body)
    typer.echo(f"{file}: {len(body)} bytes. Remove it when you are done with it.")


def _unsealed(settings: Settings, ledger: Ledger, of: Story, by: str, wanted: tuple[str, ...]) -> dict[str, bytes]:
    """The parts of the letter, each opening written in the reading log."""
    if settings.seal_keys_file is None:
        raise SettingsFault("OUTBOUND_SEAL_KEYS_FILE names no file; what is sealed cannot be read.")
    seal = Seal(settings.seal_keys_file)
    with ledger.writing() as tx:
        found = seal.open_parts(tx, [Part(of.letter.id, part) for part in wanted], by, "show")
    return {part.part: body for part, body in found.items()}
