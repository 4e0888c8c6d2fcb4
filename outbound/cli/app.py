"""Every command, listed under what it is for; each is loaded when it is called (`outbound.cli.lazy`)."""

from pathlib import Path
from typing import Annotated

import typer

from outbound.cli.lazy import Listed, group_of

PANELS = {
    "Look": {
        "now": Listed(
            "watching:now",
            "The answer for 03:00: what is lost, what waits and until when, the first deadline; and what needs a hand.",
        ),
        "lost": Listed(
            "watching:lost", "Letters that are lost: accepted, and nothing will ever bring anybody to them."
        ),
        "queues": Listed("views:queues", "Every queue with its oldest letter, and what stands still."),
        "held": Listed("views:held", "Letters that wait for a person, and what can be done."),
        "todo": Listed("cases:todo", "What waits for a department, as on the first page of its caseworkers."),
        "letters": Listed("many:letters", "Letters, found by what the ledger knows of them."),
        "show": Listed("views:show", "One letter's story."),
        "find": Listed("cases:find", "Letters by id, return code, reference, case number, or person."),
        "case": Listed("cases:case", "Every letter of a case, and what became of it, in plain sentences."),
        "proof": Listed("proof:proof", "The proof of a letter as a PDF: what was sent, to whom, when, which way."),
        "incidents": Listed("loose_ends:incidents", "What must never happen and did: list, close, reopen."),
        "receipts": Listed("loose_ends:receipts", "Receipts without a letter: list, open, again, aside, pair."),
        "person": Listed("person:person", "Everything about one person or company, for a request for access."),
        "readings": Listed("retention:readings_", "The reading log: who opened what under the seal, and for what."),
        "preflight": Listed("checking:preflight", "Would this PDF be taken in?"),
        "systembreve": Listed("systembreve:systembreve", "How readable are the finished PDFs of a system."),
    },
    "Act on letters": {
        "release": Listed("acts:release", "Let HELD letters go on: looked up and routed again."),
        "hold": Listed("acts:hold", "Let letters stand still until somebody releases them."),
        "reroute": Listed("acts:reroute", "Choose the channel of a letter."),
        "mend": Listed("mending:mend", "Give a letter another address, or another PDF."),
        "settle": Listed("acts:settle", "Settle a letter by what you found out."),
        "resend": Listed("mending:resend", "Send letters again, as new ones."),
        "returned": Listed("returned:returned", "Say that letters came back by post."),
        "cancel": Listed("acts:cancel", "Never send these letters. Refused where one may be on its way."),
        "nudge": Listed("watching:nudge", "Bring lost letters back among those that somebody comes to."),
        "stop-reminder": Listed(
            "acts:stop_reminder", "Never send these letters' reminders (NemSMS). The letters stand."
        ),
        "batch": Listed("many:batch", "Many letters at once: preview, begin, list, show, undo, end."),
        "mailing": Listed("mailings:mailing", "Mailings: list, show, pause, resume, cancel."),
        "misdelivered": Listed("misdelivered:misdelivered", "Faulty letters: begin a list, list, show, csv."),
        "pause": Listed("acts:pause", "Let letters wait: of a channel, system, type or mailing."),
        "resume": Listed("acts:resume", "Let them go on."),
        "print": Listed("print_runs:print_runs", "Print runs: list, show, hold, release, recall, and proof runs."),
        "submit": Listed("submit:submit", "Take in the letters that lie whole in a folder."),
    },
    "Figures and money": {
        "report": Listed("money:report", "Letters, shares and savings of a period."),
        "audit": Listed("money:audit", "Compute everything again: entries, figures, closed months."),
        "rebuild-facts": Listed("rebuilding:rebuild_facts", "Make the facts of all days anew from the entries."),
        "month": Listed("months:month", "Reported months: close, report, verify, billing."),
        "invoice": Listed("invoices:invoice", "Providers' invoices: check one against the accounts, import it."),
        "local": Listed("local:local", "Letters that departments still print at their own offices."),
        "tariffs": Listed("tariffs:tariffs", "The prices in force on a day, and which are examples without a source."),
        "targets": Listed("targets:targets", "Shares, gains and enrolment of a period, against targets and budgets."),
        "whatif": Listed("whatif:whatif", "What a past period would have cost otherwise, beside what it did cost."),
    },
    "Set up": {
        "demo": Listed("running:demo", "200 letters, all the way; leaves nothing running."),
        "up": Listed("running:up", "The whole router and its pages, until Ctrl-C."),
        "migrate": Listed("setup:migrate", "Bring the ledger's schema to the newest, while everything runs."),
        "system-key": Listed("setup:system_key", "Make an API key for a specialist system."),
        "account": Listed("setup:account", "Print an account's lines for the accounts file."),
        "keys": Listed("seal_keys:keys", "Seal keys: one per retention month, and the fingerprint key."),
        "retention": Listed("retention:retention", "Content that is deleted when its time is out, and what stays."),
        "legal-hold": Listed("retention:hold", "Legal holds: what must not be deleted until somebody says so."),
        "template": Listed("template:template", "Letter types: make one, check them, look at one, list them."),
        "webhook": Listed("webhooks:webhook", "Webhooks: list, show, test, stop, start, replay and their secrets."),
        "settings": Listed("settings_page:settings", "Print the page of all settings."),
        "restored": Listed("restored:restored", "A ledger restored from a back-up: begin, compare, finish."),
        "completion": Listed("completion:completion", "Print what makes a shell complete the command."),
    },
}
"""Under the headings of `outbound --help`. Each line says what the command's own help begins with."""

WITHOUT_A_LEDGER = ("up", "demo", "keys", "account", "settings", "template", "completion")

app = typer.Typer(
    cls=group_of(PANELS),
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="The outbound mail router: letters to Digital Post and remote print.",
)


@app.callback()
def given_settings(
    context: typer.Context,
    env: Annotated[
        Path | None,
        typer.Option(
            help="File of settings, as `outbound up` writes it; else var/env, unless OUTBOUND_ settings are given."
        ),
    ] = None,
) -> None:
    """The outbound mail router: letters to Digital Post and remote print."""
    from outbound.cli.opening import use_env_file

    if env is not None or context.invoked_subcommand not in WITHOUT_A_LEDGER:
        use_env_file(env)
