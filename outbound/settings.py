"""Settings: the environment (`OUTBOUND_…`) over `config/outbound.toml`; every fault is reported together.

Secrets (keys, tokens, passwords) come from the environment or from files it names, never from `config/`.
"""

import logging
import os
import re
from difflib import get_close_matches
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from outbound.letter import ReturnReason
from outbound.print_page import USUAL, PrintPage
from outbound.run_plan import RunPlan

TOKENS_SECONDS = 60  # six calls for tokens at most around a call of Serviceplatformen and its repeat (adapters.sf1601)
HOME = Path(__file__).resolve().parent.parent
PREFIX = "OUTBOUND_"
OTHER_NAMES = frozenset({"FONT_CACHE", "POSTGRES_BIN", "PROPERTY_EXAMPLES", "TORTURE"})
"""What else in the environment begins with OUTBOUND_: the font cache, and choices of the tests."""
log = logging.getLogger(__name__)
HEADER = r"^[A-Za-z][A-Za-z0-9-]{0,60}$"


class SettingsFault(Exception):
    """The settings cannot be used; the text names every fault and shows no value."""


class Settings(BaseSettings):
    """Each field is a setting; its description is its documentation (`docs/settings.md` is made from here)."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="forbid", frozen=True, hide_input_in_errors=True, validate_default=True
    )

    # where things lie
    var_dir: Path = Field(HOME / "var", description="Data and logs of the embedded stack.")
    config_dir: Path = Field(HOME / "config", description="Policy as data: organisation, tariffs, targets.")
    templates_dir: Path = Field(HOME / "templates" / "letters", description="One folder per letter type.")
    specs_dir: Path | None = Field(None, description="The folder of the MeMo XSDs, where they are at hand.")
    accounts_file: Path | None = Field(None, description="TOML file of the people who may sign in (argon2 hashes).")
    clock_file: Path | None = Field(None, description="Tests only: seconds to add to the clock. See outbound.clock.")

    # logs
    log_format: Literal["json", "text"] = Field(
        "json", description="What a line of the logs looks like: `json` for machines, `text` for a terminal."
    )

    # the ledger and the queue
    database_url: str = Field("", description="SQLAlchemy URL of the ledger. Empty: SQLite under the var folder.")
    redis_url: str = Field("", description="Redis for the tickets, e.g. unix:///run/redis.sock?db=0.")
    seal_keys_file: Path | None = Field(
        None,
        description="JSON file of AES-256 keys per retention month and a fingerprint key (see docs/operations.md).",
    )

    # what is kept how long
    retention_bite: int = Field(200, ge=1, le=2000, description="Letters that retention looks at in one transaction.")
    retention_from_hour: int = Field(
        2, ge=0, le=23, description="The hour (Danish time) from which retention does its daily work."
    )
    month_closes_on: int = Field(
        0,
        ge=0,
        le=28,
        description="The day of the month on which the timer closes the month before and keeps its report; 0: a person "
        "closes it. No source sets a day: take the one on which the municipality's accounts of a month are closed.",
    )
    reports_dir: Path | None = Field(
        None, description="Folder into which the timer puts the reports of closed months. Empty: none."
    )
    returned_mail_days: int = Field(
        90,
        ge=0,
        description="Days after a letter on paper was handed over in which it may come back by post: its content is "
        "kept so long. Has no published source.",
    )
    receipt_months: int = Field(
        12, ge=1, le=120, description="Months that a supplier's receipt is kept as it came. Has no published source."
    )
    note_months: int = Field(
        60, ge=1, le=120, description="Months that the why of an act is kept. Has no published source."
    )
    key_drop_days: int = Field(
        35,
        ge=0,
        description="Days for which a key stays after its month, or after another took its place: as old as a back-up "
        "may be that is still restored. Has no published source.",
    )
    reading_log_months: int = Field(
        60,
        ge=12,
        le=240,
        description="Months that a line of the reading log is kept. Has no published source; agree it with the data "
        "protection officer.",
    )

    # work
    handful: int = Field(30, ge=1, le=500, description="Letters that one ticket claims at most.")
    run_letters: int = Field(500, ge=1, le=10_000, description="Letters in one print run at most.")
    batch_letters: int = Field(
        200_000, ge=1, description="Letters that one act on many can take at most. Has no published source."
    )
    cancel_minutes: float = Field(
        10,
        ge=0,
        description="Minutes for which many letters that are to be cancelled stand still first, so that it can be "
        "called off. Has no published source.",
    )
    render_lease: float = Field(120, gt=0, description="Seconds that a claim for rendering or routing is held.")
    send_lease: float = Field(600, gt=0, description="Seconds that a claim for sending is held.")
    hard_end: float = Field(
        0.5, gt=0, lt=0.9, description="Share of its lease after which a worker ends itself, work and all."
    )
    deaths_alone: int = Field(3, ge=1, description="Deaths of a worker with this letter alone before it is HELD.")
    timer_seconds: float = Field(15, gt=0, description="Seconds between two rounds of the timer.")
    retry_first: float = Field(30, gt=0, description="Seconds to the first new try after an outage; doubled each time.")
    retry_most: float = Field(900, gt=0, description="The longest time in seconds between two tries.")
    deadline_danger_hours: float = Field(
        24,
        ge=0,
        description="Hours before a deadline from which the page for operations says that it is in danger. Has no "
        "published source.",
    )
    certificate_days: int = Field(
        30,
        ge=0,
        description="Days before a certificate runs out from which the page for operations says so. Has no published "
        "source: about as long as it takes to have a new one issued and exchanged with the supplier.",
    )
    unknown_recheck: float = Field(300, gt=0, description="Seconds to the next look-up after the answer unknown.")
    patience_days: int = Field(
        3, ge=0, description="Working days that a letter may wait for a supplier or a register before it is HELD."
    )
    ready_made_days: int = Field(
        3,
        ge=0,
        description="Working days after its date on which a ready-made PDF may still leave. Has no published source.",
    )
    print_gather_seconds: float | None = Field(
        None,
        ge=0,
        description="For a demo or tests: print runs close every so many seconds, day and night, in place of the "
        "cut-offs of `print_runs`; letters routed within this time leave in one run.",
    )
    print_runs: RunPlan = Field(
        RunPlan(),
        description="When print runs close: the table `[print_runs]` in the file, JSON in the environment. No Danish "
        "print provider publishes its hours; agree them.",
    )
    run_taken_days: int = Field(
        1,
        ge=0,
        description="Days on which the printer works (`print_runs`) in which it must have said something of a run, "
        "before it is shown as missing. Has no published source.",
    )
    run_order_hours: float = Field(
        4,
        gt=0,
        description="Hours for which a print run's order (hold, release, recall) waits for the printer's answer before "
        "another may be given. Has no published source.",
    )
    most_tries_again: int = Field(
        3, ge=1, description="Times that a supplier may throw a letter away before it is HELD."
    )
    unmatched_seconds: float = Field(
        3600,
        ge=0,
        description="Seconds that a receipt without a dispatch of ours is looked at again before a person sees it.",
    )
    route_fresh_hours: float = Field(24, gt=0, description="A route older than this is looked up again.")
    enrolment_fresh_seconds: float = Field(
        600,
        ge=0,
        description="Seconds for which an answer of the enrolment register is used again. Has no published source.",
    )
    enrolment_stale_hours: float = Field(
        24,
        ge=0,
        description="Hours for which an older answer may still say that somebody is enrolled when a look-up fails: a "
        "mailbox that is gone refuses by receipt. It never sends to paper. Has no published source.",
    )
    look_ups_per_minute: int = Field(
        60_000,
        ge=0,
        description="Recipients looked up a minute at most, by all workers and prechecks together; 0: no limit. "
        "Digital Post publishes none.",
    )
    precheck_seconds: float = Field(60, gt=0, description="Seconds after which a precheck begins no further look-up.")
    digital_post_per_minute: int = Field(
        6_000,
        ge=0,
        description="Letters handed to Digital Post a minute at most, all workers together, also when a backlog drains "
        "after an outage; 0: no limit. Digital Post publishes none.",
    )
    print_per_minute: int = Field(
        0,
        ge=0,
        description="The same for remote print; a limit makes runs smaller. 0: no limit. Has no published source.",
    )
    address_fresh_seconds: float = Field(
        3600,
        ge=0,
        description="Seconds that an answer of the person register is good for printing; an older one is asked for "
        "anew when the run closes. The municipal copy of CPR is renewed once a night (digitaliseringskataloget.dk).",
    )
    quiet_seconds: float = Field(
        900,
        ge=0,
        description="After the hard end of the last request: seconds before anybody may say that nothing was taken. "
        "Has no published source (no supplier states its longest processing); agree it with the supplier.",
    )
    doubt_ask_seconds: float = Field(300, gt=0, description="Seconds between two questions about a doubt.")
    doubt_deadline_days: int = Field(2, ge=0, description="Working days that a doubt may wait before it is HELD.")
    receipt_deadline_days_digital: int = Field(
        2, ge=0, description="Working days to the digital receipt. NgDP: never infer failure within a day."
    )
    receipt_deadline_days_print: int = Field(
        5, ge=0, description="Days on which the printer works (`print_runs`) to its receipt."
    )
    rate_limit_per_minute: int = Field(600, ge=1, description="Single letters a minute per specialist system.")
    person_searches_per_minute: int = Field(
        20,
        ge=1,
        description="Searches for a person, and look-ups before a letter is sent again, a minute per account at /sager "
        "(each web process counts for itself). Nobody prescribes it: enough for a caseworker, too few for guessing.",
    )
    body_limit: int = Field(140_000_000, ge=1_000, description="The largest request body in bytes.")
    pdf_limit: int = Field(15_000_000, ge=1_000, description="The largest ready-made PDF in bytes.")
    most_attachments: int = Field(
        10, ge=0, le=99, description="Attachments (bilag) to a letter at most. 10: KMD Logic's Doc2Mail takes no more."
    )
    attachments_limit: int = Field(
        30_000_000, ge=1_000, description="Bytes of a letter's attachments together at most. Has no published source."
    )
    preflight_seconds: float = Field(10, gt=0, description="Seconds that the checking of a ready-made PDF may take.")
    preflight_memory: int = Field(512_000_000, gt=0, description="Bytes of memory that it may take.")

    # numbers for machines
    metrics_token: SecretStr = Field(
        SecretStr(""),
        description="What `/metrics` asks for as `Authorization: Bearer …` (secret). Empty: nothing; then let the "
        "proxy pass it to the inside only.",
    )
    metrics_seconds: float = Field(
        10,
        ge=0,
        description="Seconds for which the numbers at `/metrics` are given again before they are counted anew.",
    )
    clock_skew_seconds: float = Field(
        5,
        gt=0,
        description="Seconds that our clock and the database's may differ. Claims are leases of a minute and more, "
        "which workers on several hosts read by their own clocks. Has no published source.",
    )
    silent_seconds: float = Field(
        120,
        gt=0,
        description="Seconds without a sign of life after which the timer or a pool of workers is told of as standing "
        "still; several rounds of the timer. Has no published source.",
    )
    disk_free_bytes: int = Field(
        2_000_000_000,
        ge=0,
        description="Bytes that must be free where a ledger on SQLite lies. Has no published source.",
    )
    revision: str = Field("", max_length=80, description="What was deployed (a commit, say), as `/metrics` tells it.")

    # Digital Post
    digital_post_url: str = Field("", description="Base of the NgDP REST interface, with its trailing slash.")
    digital_post_system_id: str = Field("", description="The sender system's id in Administrativ Adgang.")
    digital_post_token: SecretStr = Field(SecretStr(""), description="Its API token value (secret).")
    digital_post_certificate_file: Path | None = Field(
        None, description="Our OCES3 system certificate with its chain (PEM), for mutual TLS."
    )
    digital_post_key_file: Path | None = Field(None, description="Its private key (PEM, without a passphrase).")
    digital_post_ca_file: Path | None = Field(
        None, description="Authorities that may vouch for the server (PEM). Empty: those of the operating system."
    )
    digital_post_receipts: Literal["pull", "push", "both"] = Field(
        "pull",
        description="Whether receipts are fetched, pushed to `python -m outbound.web.receipts`, or both: as registered "
        "in Administrativ Adgang (REST_PULL, REST_PUSH).",
    )
    digital_post_push_ca_file: Path | None = Field(
        None, description="Authorities that vouch for the certificate Digital Post pushes with (PEM)."
    )
    digital_post_push_clients: tuple[str, ...] = Field(
        (),
        description="The certificates that may push (JSON list): SHA-256 fingerprints, or parts of the subject such as "
        '`"serialNumber=UI:DK-O:G:…"`. Everybody else is refused, whoever vouches for them.',
    )
    digital_post_timeout: float = Field(30, gt=0, description="Seconds that one call may take in all.")
    digital_post_repeat_is_safe: bool = Field(
        False, description="May the same messageUUID be sent twice without a second letter? Not documented by NgDP."
    )
    digital_post_largest: int = Field(
        70_000_000,
        description="Bytes of PDF that fit in a MeMo: 99.5 MB of XML less base64 and the HTML twin (digst.dk).",
    )
    digital_post_container_letters: int = Field(
        200,
        ge=1,
        le=10_000,
        description="Letters of a mailing in one container (.tar.lzma) at most; 1: each goes alone. Digital Post "
        "publishes no limit.",
    )
    digital_post_container_bytes: int = Field(
        50_000_000,
        ge=1_000_000,
        description="Bytes of PDF in one container at most; a larger letter has its own. Digital Post publishes no "
        "limit.",
    )
    memo_version: str = Field("1.2", pattern=r"^1\.[12]$", description="MeMo version to write: 1.2 or 1.1.")
    sender_cvr: str = Field("", pattern=r"^(\d{8})?$", description="The municipality's CVR number.")
    sender_name: str = Field("", max_length=256, description="The municipality's name as the mailbox shows it.")

    # reminders by text message (NemSMS)
    reminder_from_hour: int = Field(
        8, ge=0, le=23, description="Reminders are sent from this hour of the Danish day. Has no published source."
    )
    reminder_to_hour: int = Field(
        20,
        ge=1,
        le=24,
        description="They are sent before this hour; later ones wait for the next day, where that helps.",
    )
    reminder_repeat_is_safe: bool = Field(
        False, description="May the same NemSMS be sent twice without a second text message? Not documented by NgDP."
    )

    # the door that receipts are pushed to
    receipts_certificate_file: Path | None = Field(
        None, description="The certificate of the listener for pushed receipts, with its chain (PEM)."
    )
    receipts_key_file: Path | None = Field(None, description="Its private key (PEM, without a passphrase).")
    receipts_seconds: float = Field(
        10, gt=0, description="Seconds in which a caller must have handed over its receipt, from connecting on."
    )

    # remote print
    print_provider: str = Field("print", pattern=r"^[a-z0-9-]{1,40}$", description="The print provider's short name.")
    print_sftp_host: str = Field("", description="Host of the printer's SFTP server.")
    print_sftp_port: int = Field(22, ge=1, le=65535, description="Its port.")
    print_sftp_user: str = Field("", description="Our user there.")
    print_sftp_key_file: Path | None = Field(None, description="Our private key (file).")
    print_sftp_host_key_file: Path | None = Field(None, description="The server's pinned public host key (file).")
    print_sftp_incoming: str = Field("incoming", description="Folder for our runs.")
    print_sftp_receipts: str = Field("receipts", description="Folder with the printer's receipts.")
    print_sftp_orders: str = Field(
        "orders", description="Folder for our orders to hold, release or recall a run. Empty: the printer takes none."
    )
    print_sftp_returns: str = Field(
        "", description="Folder with files of what came back (docs/operations.md). Empty: nobody sends any."
    )
    print_return_reasons: dict[str, ReturnReason] = Field(
        {},
        description="The words for reasons in those files to ours, where theirs are others: "
        '`{"Flyttet": "moved"}` (JSON, or a table in the file).',
    )
    print_timeout: float = Field(60, gt=0, description="Seconds that one SFTP operation may take.")
    print_largest: int = Field(3_000_000, description="Bytes of PDF per letter (iMail Denmark, 21grams.com: 3 MB).")
    print_form: str = Field(
        "",
        pattern=r"^[a-z0-9-]{0,40}$",
        description="The folder under `print/` in the config folder with the provider's own job ticket. Empty: runs go "
        "out in our form, print-run.xsd.",
    )
    print_openpgp_keys_file: Path | None = Field(
        None,
        description="The printer's OpenPGP public keys (file), each opens a run. Empty: runs go out as they are.",
    )
    print_read_back: int = Field(
        20_000_000,
        ge=0,
        description="Bytes up to which an uploaded run is read back and compared, where the printer's server counts no "
        "checksum itself (check-file). Beyond them its size and the checksums in its manifest must do. 0: never.",
    )
    household_letters: int = Field(
        5,
        ge=1,
        description="Letters in one envelope at most, where their types allow it (samkuvertering); 1: each goes "
        "alone. Has no published source; agree it with the printer.",
    )
    what_if_printed: int = Field(
        25_000,
        ge=0,
        description="Printed letters up to which /ledelse computes what householding would have saved: it reads each "
        "of them, some 0.1 ms of a core a letter. Our own choice; `outbound whatif` has no such bound.",
    )
    household_departments: bool = Field(
        False,
        description="May letters of different departments share an envelope? The one on top gives the return address.",
    )
    print_page: PrintPage = Field(
        USUAL,
        description="Where the envelope's window lies and what stays clear, in millimetres from the upper left corner: "
        "the table `[print_page]` in the file, JSON in the environment. No Danish source publishes them; agree them "
        "with the print provider.",
    )
    print_repeat_is_safe: bool = Field(
        False, description="May the same run be uploaded twice without being printed twice?"
    )

    # SF1601: the common post component on Serviceplatformen
    sf1601: str = Field(
        "",
        pattern="^(|digital|print|both)$",
        description="What goes by KOMBIT's SF1601: `digital`, `print`, `both`, or nothing (empty: Digital Post "
        "directly and a print provider of our own). With `digital` the look-up goes that way too.",
    )
    serviceplatform_url: str = Field("", description="Base of Serviceplatformen's services, with /service/ at its end.")
    serviceplatform_saml_url: str = Field(
        "", description="Where SAML tokens are issued: the whole address, which ends in /wstrust/v1/issue."
    )
    serviceplatform_certificate_file: Path | None = Field(
        None, description="The certificate (PEM) of our service agreements, ours first in the file."
    )
    serviceplatform_key_file: Path | None = Field(None, description="Its private key (PEM, without a passphrase).")
    serviceplatform_ca_file: Path | None = Field(
        None, description="Authorities that may vouch for the servers (PEM). Empty: those of the operating system."
    )
    serviceplatform_timeout: float = Field(30, gt=0, description="Seconds that one call may take in all.")
    sf1601_look_ups_at_once: int = Field(
        8, ge=1, le=64, description="Calls of PostForespoerg at the same time (one number each). No published limit."
    )
    sf1601_digital_repeat_is_safe: bool = Field(
        False, description="May the same messageUUID be sent twice without a second letter? Not documented."
    )
    sf1601_print_repeat_is_safe: bool = Field(
        False,
        description="May the same AfsendelseIdentifikator be sent twice without being printed twice? Not documented.",
    )
    sf1601_user: str = Field("outbound", min_length=1, max_length=2000, description="BrugerNavn of a print letter.")
    sf1601_print_kind: int = Field(
        0, ge=0, description="ForsendelseTypeIdentifikator, which the print vendor gives; 0: none is sent."
    )
    sf1601_post_categories: dict[str, str] = Field(
        {
            "economy": "Economique",
            "quick": "Prioritaire",
            "registered": "Rekommanderet",
            "registered-receipt": "Rekommanderet med modtagerbevis",
        },
        description="PostKategoriKode of each letter class; agree it with the print vendor.",
    )

    # the person register: people from SF1520 on Serviceplatformen, companies from CVR
    persons_url: str = Field(
        "", description="SF1520's whole address, which ends in /service/CPR/PersonBaseDataExtended/5."
    )
    persons_version: str = Field("5", pattern="^[45]$", description="Its version; the address ends in the same.")
    persons_certificate_file: Path | None = Field(
        None, description="The certificate of the service agreement with its chain (PEM), for mutual TLS."
    )
    persons_key_file: Path | None = Field(None, description="Its private key (PEM, without a passphrase).")
    persons_ca_file: Path | None = Field(
        None, description="Authorities that may vouch for the server (PEM). Empty: those of the operating system."
    )
    persons_service_agreement: str = Field("", description="UUID of the service agreement.")
    persons_user_system: str = Field("", description="UUID of our system at Serviceplatformen (UserSystemUUID).")
    persons_user: str = Field("", description="UUID of the municipality as its user (UserUUID).")
    persons_service: str = Field(
        "e6be2436-bf35-4df2-83fe-925142825dc2",
        description="UUID of the service (service.properties of its contract, version 4).",
    )
    persons_country_codes: dict[str, str] = Field(
        {},
        description="CPR's country codes (udrejselandekode) to ISO 3166 alpha-2, for addresses abroad that do not name "
        "the country. The list is not published with the interface.",
    )
    persons_timeout: float = Field(15, gt=0, description="Seconds that one call to either register may take.")
    persons_patience: float = Field(
        30, gt=0, description="Seconds after which one look-up of many people begins no further call."
    )
    persons_at_once: int = Field(
        8, ge=1, le=64, description="People looked up at the same time, one a call. No limit is published."
    )
    companies_url: str = Field(
        "", description="Base of Erhvervsstyrelsen's distribution of CVR, which ends in /cvr-permanent/."
    )
    companies_user: str = Field("", description="Our user there.")
    companies_password: SecretStr = Field(SecretStr(""), description="Its password (secret).")

    # Beskedfordeler: the receipts of SF1601
    beskedfordeler_queue: UUID | None = Field(
        None, description="The queue (dueslag) that our receipts lie in, a UUID. Empty: nothing is pulled."
    )
    beskedfordeler_host: str = Field("beskedfordeler.stoettesystemerne.dk", description="Host of the queue.")
    beskedfordeler_port: int = Field(5671, ge=1, le=65535, description="Its port (AMQP over TLS).")
    beskedfordeler_vhost: str = Field("BF", description="Its virtual host.")
    beskedfordeler_entity_id: str = Field(
        "http://entityid.kombit.dk/service/bfo_modtag/2",
        description="The service that the SAML token for the queue is asked for. Public clients have this one or "
        "`http://beskedfordeler.prod-stoettesystemerne.dk/service/afhent/1`; your service agreement says which.",
    )
    beskedfordeler_ca_file: Path | None = Field(
        None, description="Authorities that may vouch for the queue (PEM). Empty: those of the operating system."
    )
    beskedfordeler_timeout: float = Field(30, gt=0, description="Seconds that the queue may take to one answer.")
    beskedfordeler_push: bool = Field(False, description="Are receipts pushed to `python -m outbound.web.receipts`?")
    beskedfordeler_push_ca_file: Path | None = Field(
        None, description="Authorities that vouch for the certificate Beskedfordeler pushes with (PEM)."
    )
    beskedfordeler_push_clients: tuple[str, ...] = Field(
        (), description="The certificates that may push, as in `OUTBOUND_DIGITAL_POST_PUSH_CLIENTS`."
    )
    beskedfordeler_our_systems: tuple[str, ...] = Field(
        (),
        description="The ids by which receipts name our own sender system (AfsenderSystemIdentifikator, or a "
        "RelateretObjekt of the envelope), as a JSON list. Receipts that name others and match no letter are counted, "
        "and shown to nobody.",
    )

    # webhooks to specialist systems
    webhooks: dict[str, str] = Field(
        {},
        description="The address at which each specialist system takes its webhooks: the table `[webhooks]` in the "
        "file, JSON in the environment. https, unless it is on this machine.",
    )
    webhook_ca_file: Path | None = Field(
        None, description="Authorities that may vouch for those servers (PEM). Empty: those of the operating system."
    )
    webhook_timeout: float = Field(
        15,
        gt=0,
        le=300,
        description="Seconds that one call may take in all. Standard Webhooks recommends 15 to 30.",
    )
    webhook_patience_days: float = Field(
        5,
        gt=0,
        description="Days of failing after which a webhook is given up until somebody starts it; the feed has "
        "everything meanwhile. Has no published source.",
    )
    webhook_overlap_hours: float = Field(
        24,
        ge=0,
        description="Hours for which the secret before signs beside a new one. Has no published source.",
    )

    # pages
    session_secret: SecretStr = Field(SecretStr(""), description="Signs the sessions of signed-in people (secret).")
    sign_in: tuple[Literal["local", "oidc", "proxy"], ...] = Field(
        ("local",),
        min_length=1,
        description="How people sign in, as a JSON list: `local` by the accounts file, `oidc` by the municipality's "
        "identity provider, `proxy` by the headers of a trusted proxy; those of the last two get their rights by "
        "`sign_in.toml` in the config folder.",
    )
    sign_in_log_days: int = Field(
        400, ge=1, description="Days for which it is kept who signed in, when and how. Has no published source."
    )
    oidc_issuer: str = Field("", description="The identity provider's issuer, exactly as it writes it itself.")
    oidc_client_id: str = Field("", description="Our client id there.")
    oidc_client_secret: SecretStr = Field(
        SecretStr(""), description="Our client secret there (secret). Empty: a public client, by PKCE alone."
    )
    oidc_redirect_uri: str = Field(
        "", description="Where the provider sends people back to: our address, which ends in /log-ind/oidc/retur."
    )
    oidc_scopes: str = Field("openid profile", description="What is asked for, with spaces between.")
    oidc_algorithm: Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"] = Field(
        "RS256", description="The one algorithm that its ID tokens are signed with."
    )
    oidc_name_claim: str = Field(
        "preferred_username",
        min_length=1,
        description="The claim of the ID token with the name that acts stand under; `upn` at many an ADFS.",
    )
    oidc_group_claims: tuple[str, ...] = Field(
        ("roles", "groups"),
        description="The claims of the ID token whose values `sign_in.toml` maps to roles and departments.",
    )
    oidc_leeway: float = Field(
        60, ge=0, le=300, description="Seconds by which its clock may differ from ours. Has no published source."
    )
    oidc_session_minutes: float = Field(
        60,
        gt=0,
        le=480,
        description="Minutes after which the provider is asked again who somebody is and what they may.",
    )
    oidc_timeout: float = Field(10, gt=0, description="Seconds that one call to the provider may take.")
    oidc_ca_file: Path | None = Field(
        None, description="Authorities that may vouch for it (PEM). Empty: those of the operating system."
    )
    trusted_proxies: tuple[str, ...] = Field(
        ("127.0.0.1",),
        description="Addresses or networks (CIDR) of proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are "
        "believed, and whose headers may say who somebody is where `sign_in` has `proxy`.",
    )
    proxy_secret: SecretStr = Field(
        SecretStr(""),
        description="What such a proxy shows in `proxy_secret_header`, at least 32 characters (secret).",
    )
    proxy_secret_header: str = Field("X-Outbound-Proxy", pattern=HEADER, description="The header of that secret.")
    proxy_name_header: str = Field("X-Outbound-User", pattern=HEADER, description="The header of the name.")
    proxy_groups_header: str = Field(
        "X-Outbound-Groups", pattern=HEADER, description="The header of the groups, with semicolons between."
    )

    @field_validator(
        "digital_post_url", "persons_url", "companies_url", "serviceplatform_url", "serviceplatform_saml_url"
    )
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        try:
            urlsplit(value).port  # noqa: B018 - reading it is the check
        except ValueError:
            raise ValueError("this is no address of a server") from None
        return value.strip()

    @field_validator("digital_post_url", "companies_url", "serviceplatform_url")
    @classmethod
    def _ends_in_slash(cls, value: str) -> str:
        return value if not value or value.endswith("/") else value + "/"

    @field_validator("database_url", "redis_url")
    @classmethod
    def _names_a_server_we_know(cls, value: str, info: ValidationInfo) -> str:
        known = {"database_url": ("sqlite:///", "postgresql://", "postgresql+psycopg://")}
        schemes = known.get(str(info.field_name), ("redis://", "rediss://", "unix://"))
        if value and not value.startswith(schemes):
            raise ValueError(f"the address must begin with one of {', '.join(schemes)}")
        return value

    @model_validator(mode="after")
    def _calls_end_before_leases(self) -> Self:
        """A call begun at the end of a worker's spell must end before its hard end (see outbound.delivery.spell)."""
        room = self.send_lease * self.hard_end / 2
        slowest = max(self.digital_post_timeout, self.print_timeout)
        if self.sf1601:
            receipts = self.beskedfordeler_timeout + TOKENS_SECONDS if self.beskedfordeler_queue else 0
            slowest = max(slowest, 2 * self.serviceplatform_timeout + TOKENS_SECONDS, receipts)
        if slowest > room:
            raise ValueError(f"send_lease leaves {room:g} seconds to a call that may take {slowest:g}; lengthen it.")
        asking = self.persons_patience + self.persons_timeout
        if asking > (room := self.render_lease * self.hard_end):
            raise ValueError(f"render_lease leaves {room:g} seconds to a look-up of {asking:g}; lengthen it.")
        return self

    @model_validator(mode="after")
    def _some_hours_are_open(self) -> Self:
        if self.reminder_from_hour >= self.reminder_to_hour:
            raise ValueError("reminder_from_hour must come before reminder_to_hour.")
        return self

    @property
    def ledger_url(self) -> str:
        """Where the ledger lies."""
        return self.database_url or f"sqlite:///{self.var_dir / 'ledger.sqlite'}"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment over the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, _toml_file())


def _toml_file() -> Path:
    return Path(os.environ.get("OUTBOUND_CONFIG_DIR", HOME / "config")) / "outbound.toml"


def load() -> Settings:
    """The settings of this process. Raises SettingsFault, naming every fault at once.

    A name that no setting has is warned of, not refused: an environment may be a version ahead of a process.
    """
    for unknown in _unknown_names():
        near = get_close_matches(unknown, (one.upper() for one in Settings.model_fields), 1)
        log.warning("%s%s is no setting%s", PREFIX, unknown, f"; did you mean {PREFIX}{near[0]}?" if near else ".")
    try:
        return Settings()
    except SettingsError as fault:  # a list or a table that is no JSON; pydantic stops at the first
        name = re.search('field "([a-z0-9_]+)"', str(fault))
        sentence = f'OUTBOUND_{name[1].upper() if name else "…"} must be JSON, such as ["a", "b"] for a list.'
    except ValidationError as fault:
        lines = [_sentence(one["loc"], one["msg"]) for one in fault.errors(include_input=False)]
        sentence = "\n  ".join(lines)
    raise SettingsFault(f"The settings cannot be used:\n  {sentence}")


def _unknown_names() -> list[str]:
    known = {name.upper() for name in Settings.model_fields} | OTHER_NAMES
    given = {name.upper().removeprefix(PREFIX) for name in os.environ if name.upper().startswith(PREFIX)}
    return sorted(given - known)


def _sentence(place: tuple[int | str, ...], message: str) -> str:
    """One fault, under the name that the environment has for the setting; about several settings, without one."""
    said = message.removeprefix("Value error, ")
    return f"OUTBOUND_{'.'.join(map(str, place)).upper()}: {said}" if place else said
