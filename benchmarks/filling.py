"""The statements that write an invented year into the tables of a ledger on PostgreSQL, each many rows at once.

What letters have in common stands in small tables of the benchmark's own; the database draws and multiplies. Two
tables of one row a letter and one row a try hold what has been drawn, until all is written.
"""

from stdnum import damm

TABLES = (
    """CREATE UNLOGGED TABLE bench_source (
        slot int PRIMARY KEY, system text, department text, letter_type text, ready_made boolean, months int,
        kind int, reminds boolean)""",
    """CREATE UNLOGGED TABLE bench_way (
        period int, kind int, slot int, pattern int, refused int, story int, PRIMARY KEY (period, kind, slot))""",
    """CREATE UNLOGGED TABLE bench_pattern (
        pattern int PRIMARY KEY, channel text, provider text, route text, mailbox text, sheets int, size int,
        letter_class text, country text)""",
    """CREATE UNLOGGED TABLE bench_entry (
        pattern int, place int, stage text, measure text, amount bigint, certain boolean, inputs text,
        tariff_hash text)""",
    """CREATE UNLOGGED TABLE bench_story (
        story int PRIMARY KEY, status text, steps int, routed boolean, outcome text, held_code text, waits_for text,
        route text, due int, spread int, rests boolean, acknowledged boolean)""",
    """CREATE UNLOGGED TABLE bench_step (
        story int, place int, was text, now text, code text, by text, after int, counted_from text)""",
    """CREATE UNLOGGED TABLE bench_batch (
        day date, period int, first bigint, letters int, begins int, span int, mailing uuid, slot int, story int,
        patterns int[])""",
)
"""`period`: between two changes of prices. See benchmarks.year and benchmarks.stories for the rest."""

INDEXES = ("CREATE INDEX ON bench_entry (pattern, place)", "CREATE INDEX ON bench_step (story, place)")

FUNCTIONS = (
    """CREATE FUNCTION bench_slot(n bigint, what int, many int) RETURNS int IMMUTABLE LANGUAGE sql AS
        $$ SELECT ((hashint8extended(n, what) >> 8) & 1073741823)::int % many $$""",
    """CREATE FUNCTION bench_id(n bigint, what int) RETURNS uuid IMMUTABLE LANGUAGE sql AS
        $$ SELECT overlay(overlay(md5(n::text || '-' || what::text)
            placing '4' from 13) placing '8' from 17)::uuid $$""",
    """CREATE FUNCTION bench_id_of(at timestamptz, n bigint, what int) RETURNS uuid IMMUTABLE LANGUAGE sql AS
        $$ SELECT (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' ||
            lpad(to_hex(n & 4095), 3, '0') || '8' || substr(md5(n::text || '-' || what::text), 1, 15))::uuid $$""",
)
"""What a number draws, a random id (version 4), and one that begins with its time (version 7)."""

DRAWN = """
CREATE UNLOGGED TABLE bench_letter AS
SELECT n, bench_id_of(at, n, %(seed)s) AS id, bench_id_of(at, n, %(seed)s + 1) AS submission_id, at,
    (at AT TIME ZONE 'Europe/Copenhagen')::date AS day, b.mailing, n - b.first AS place,
    s.system, s.department, s.letter_type, s.ready_made, s.months, s.reminds AND y.story = 0 AS reminds,
    y.story, y.pattern, y.refused, CASE WHEN p.channel = 'digital' THEN at + interval '60 s' ELSE run END AS sent_at,
    CASE WHEN y.refused IS NOT NULL THEN at + interval '240 s' END AS refused_at
FROM bench_batch b
CROSS JOIN generate_series(b.first, b.first + b.letters - 1) n
JOIN bench_source s ON s.slot = coalesce(b.slot, bench_slot(n, %(seed)s, {sources}))
JOIN bench_way w ON w.period = b.period AND w.kind = s.kind AND w.slot = bench_slot(n, %(seed)s + 1, {ways})
CROSS JOIN LATERAL (SELECT
    coalesce(b.patterns[1 + bench_slot(n, %(seed)s + 2, cardinality(b.patterns))], w.pattern) AS pattern,
    CASE WHEN b.story IS NULL THEN w.refused END AS refused, coalesce(b.story, w.story) AS story,
    b.day + make_interval(secs => (b.begins + b.span * (n - b.first)::float / b.letters)) AS local OFFSET 0) y
JOIN bench_pattern p ON p.pattern = y.pattern
CROSS JOIN LATERAL (SELECT y.local AT TIME ZONE 'Europe/Copenhagen' AS at,
    (y.local::date + CASE WHEN y.local::time < '09:55' THEN interval '10 h'
        WHEN y.local::time < '14:25' THEN interval '14 h 30 min' ELSE interval '34 h' END)
        AT TIME ZONE 'Europe/Copenhagen' AS run OFFSET 0) m
ORDER BY n
"""
"""A row for each letter. Paper goes with the next run: at 10.00 or at 14.30."""

TRIED = """
CREATE UNLOGGED TABLE bench_try AS
WITH tries AS (
    SELECT n, 1 AS number, id, system, mailing, place, at, at + interval '40 s' AS routed_at,
        at + interval '60 s' AS sent_at, refused_at, refused AS pattern, 'refused' AS outcome, story
    FROM bench_letter WHERE refused IS NOT NULL
    UNION ALL
    SELECT n, CASE WHEN refused IS NULL THEN 1 ELSE 2 END, id, system, mailing, place, at,
        coalesce(refused_at - interval '20 s', at) + interval '40 s', sent_at, NULL, pattern, s.outcome, story
    FROM bench_letter JOIN bench_story s USING (story) WHERE s.routed
), placed AS (
    SELECT t.*, p.channel, p.provider, p.sheets, p.letter_class,
        row_number() OVER (PARTITION BY p.channel = 'print' AND t.outcome <> '', sent_at ORDER BY n) AS in_run
    FROM tries t JOIN bench_pattern p USING (pattern)
)
SELECT *, bench_id(n, %(seed)s + 10 + number) AS dispatch,
    (routed_at AT TIME ZONE 'Europe/Copenhagen')::date AS routed_day,
    (sent_at AT TIME ZONE 'Europe/Copenhagen')::date AS sent_day,
    (refused_at AT TIME ZONE 'Europe/Copenhagen')::date AS refused_day, CASE
    WHEN channel = 'print' THEN md5('run' || sent_at || in_run / {run})::uuid
    WHEN mailing IS NOT NULL AND outcome = 'taken' THEN md5('container' || mailing || place / {container})::uuid
    ELSE bench_id(n, %(seed)s + 20 + number) END AS consignment
FROM placed ORDER BY n, number
"""
"""A row for each try, and for each letter that is routed and not tried yet (outcome '')."""

_INTERIM = "0"
for _place in range(1, 11):
    _INTERIM = f"substr('{{damm}}', 1 + 10 * ({_INTERIM})::int + substr(drawn.digits, {_place}, 1)::int, 1)"
_DAMM = "".join(str(digit) for row in damm._operation_table for digit in row)
CHECK_DIGIT = _INTERIM.replace("{damm}", _DAMM)

WRITTEN: dict[str, str] = {
    "mailing": """INSERT INTO mailing (id, system, reference, department, title, created_at)
        SELECT mailing, min(system), mailing::text, min(department), 'Udsendelse ' || min(day), min(at)
        FROM bench_letter WHERE mailing IS NOT NULL GROUP BY mailing""",
    "submission": """INSERT INTO submission (id, system, reference, fingerprints, created_at)
        SELECT submission_id, system, 'brev-' || n, '{}', at FROM bench_letter""",
    "letter": f"""INSERT INTO letter (
        id, submission_id, recipient_no, role, system, reference, department, letter_type, case_number, mailing_id,
        lane, ready_made, attachments, id_type, country, recipient_key, retention_month, wish, format, refused,
        not_before, useful_until, status, version, held_code, waits_for, route, channel, routed_at, looked_up_at,
        mailbox, dated, document_address, document_channel, document_fingerprint, template_version, pages, sheets,
        bytes, deaths, tries, due_at, created_at, updated_at, journalised_at, acknowledged_at, return_code,
        forgotten_at)
        SELECT l.id, submission_id, 0, 'party', system, 'brev-' || n, department, letter_type,
        to_char(day, 'YY') || '/' || lpad((n / 3)::text, 7, '0'), mailing,
        CASE WHEN mailing IS NULL THEN 'single' ELSE 'mailing' END, ready_made, 0,
        CASE WHEN p.route <> 'no-number' THEN 'CPR' END, p.country,
        CASE WHEN NOT s.rests AND p.route <> 'no-number' THEN md5('person' || n) || md5('number' || n) END,
        to_char(day + make_interval(months => months), 'YYYY-MM'),
        CASE p.route WHEN 'paper-demanded' THEN 'paper' WHEN 'digital-demanded' THEN 'digital' ELSE 'any' END,
        'normal', CASE WHEN l.refused IS NULL THEN '' ELSE 'digital' END,
        CASE WHEN s.status = 'RECEIVED' AND s.due > 0 THEN (due.at AT TIME ZONE 'Europe/Copenhagen')::date END,
        CASE WHEN NOT s.rests AND n %% 40 = 0 THEN %(today)s + 2 + (n %% 20)::int END,
        s.status, s.steps, s.held_code, s.waits_for, r.route, CASE WHEN s.routed THEN p.channel ELSE
            CASE WHEN s.route IS NOT NULL THEN 'none' END END,
        CASE WHEN r.route IS NOT NULL THEN l.at + interval '40 s' END,
        CASE WHEN r.route IS NOT NULL AND p.mailbox <> '' THEN l.at + interval '30 s' END,
        CASE WHEN r.route IS NOT NULL AND p.mailbox <> '' THEN p.mailbox END,
        day, CASE WHEN p.channel = 'print' AND NOT s.rests THEN md5('at' || n) || md5('address' || n) END,
        CASE WHEN s.routed THEN p.channel END, md5('document' || n) || md5('print' || n), md5(letter_type),
        2 * p.sheets - n %% 2, p.sheets, p.size, 0, 0, due.at, l.at,
        least(%(now)s, CASE last.counted_from WHEN 'sent' THEN l.sent_at ELSE l.at END
            + make_interval(secs => last.after)),
        CASE WHEN s.rests THEN l.sent_at + interval '1 day' END,
        CASE WHEN s.acknowledged THEN least(%(now)s, l.sent_at + interval '8 days') END,
        CASE WHEN s.routed AND p.channel = 'print' THEN drawn.digits || {CHECK_DIGIT} END,
        CASE WHEN s.rests THEN %(now)s END
        FROM bench_letter l JOIN bench_story s USING (story) JOIN bench_pattern p USING (pattern)
        JOIN bench_step last ON last.story = s.story AND last.place = s.steps
        CROSS JOIN LATERAL (SELECT (1000000000 + n * 2654435761 %% 9000000000)::text AS digits OFFSET 0) drawn
        CROSS JOIN LATERAL (SELECT CASE WHEN s.route IS NOT NULL THEN s.route WHEN s.routed THEN p.route END AS route) r
        CROSS JOIN LATERAL (SELECT %(now)s + make_interval(
            secs => s.due + bench_slot(n, 3, greatest(s.spread, 1))) AS at OFFSET 0) due""",
    "consignment": """INSERT INTO consignment (
        id, channel, provider, lane, letters, closed_at, begun_at, called_at, deadline_at, due_at, tries)
        SELECT consignment, min(channel), min(provider),
        min(CASE WHEN mailing IS NULL THEN 'single' ELSE 'mailing' END), count(*),
        min(sent_at) - interval '1 s', min(sent_at), min(sent_at),
        CASE WHEN min(outcome) = 'doubt' THEN %(now)s + interval '36 h' END,
        CASE WHEN min(outcome) = 'doubt' THEN %(now)s + interval '20 h' END, 1
        FROM bench_try WHERE outcome <> '' GROUP BY consignment""",
    "print_run": """INSERT INTO print_run (
        id, closed_at, letters, envelopes, pages, sheets, answer_due_at, told_at, counted_letters, counted_envelopes,
        counted_pages, counted_sheets, counted_at)
        SELECT consignment, min(sent_at), count(*), count(*), sum(2 * sheets - 1), sum(sheets),
        min(sent_at) + interval '1 day', min(sent_at) + interval '1 h', count(*), count(*), sum(2 * sheets - 1),
        sum(sheets), min(sent_at) + interval '1 h'
        FROM bench_try WHERE outcome <> '' AND channel = 'print' GROUP BY consignment""",
    "dispatch": """INSERT INTO dispatch (
        id, letter_id, consignment_id, channel, provider, kind, outcome, code, transmission, envelope, letter_class,
        created_at, taken_at, available_at, settled_at)
        SELECT t.dispatch, t.id, t.consignment, t.channel, t.provider, 'letter', t.outcome,
        CASE WHEN t.outcome = 'refused' THEN 'mailbox-closed' END, bench_id(n, 5)::text,
        CASE WHEN t.channel = 'print' THEN CASE WHEN t.sheets <= 8 THEN 'C5' ELSE 'C4' END END,
        nullif(t.letter_class, ''), t.sent_at - interval '1 s',
        CASE WHEN t.outcome <> 'doubt' THEN t.sent_at END,
        CASE WHEN s.rests AND t.outcome = 'taken' THEN t.sent_at + interval '60 s' END,
        CASE WHEN s.rests THEN coalesce(t.refused_at, t.sent_at + interval '60 s') END
        FROM bench_try t JOIN bench_story s USING (story) WHERE t.outcome <> ''""",
    "event": """INSERT INTO event (txid, letter_id, system, was, now, code, by, at)
        SELECT pg_current_xact_id()::text::bigint, l.id, l.system, e.was, e.now,
        CASE WHEN e.code = '*' THEN coalesce(first.route, p.route) ELSE e.code END,
        CASE WHEN e.by = 'system' THEN l.system ELSE e.by END,
        least(%(now)s, CASE e.counted_from WHEN 'sent' THEN l.sent_at WHEN 'refused' THEN l.refused_at ELSE l.at END
            + make_interval(secs => e.after))
        FROM bench_letter l JOIN bench_pattern p USING (pattern)
        LEFT JOIN bench_pattern first ON first.pattern = l.refused
        CROSS JOIN LATERAL (SELECT * FROM bench_step e WHERE e.story = l.story ORDER BY place) e""",
    "receipt_inbox": """INSERT INTO receipt_inbox (
        owner, provider, provider_id, state, tries, due_at, arrived_at, settled_at, letter_id)
        SELECT bench_id(n, 30 + number), provider, 'kvittering-' || n || '-' || number, 'settled', 0,
        r.at, r.at, r.at, t.id
        FROM bench_try t JOIN bench_story s USING (story)
        CROSS JOIN LATERAL (SELECT coalesce(refused_at, sent_at + interval '60 s') AS at) r
        WHERE s.rests""",
    "reminder": """INSERT INTO reminder (
        id, letter_id, state, planned_for, useful_until, provider, transmission, deaths, tries, begun_at, sent_at,
        settled_at, created_at)
        SELECT bench_id(n, 40), id, 'delivered', r.at, r.at + interval '1 day', 'digital-post', bench_id(n, 41)::text,
        0, 1, r.at, r.at, r.at + interval '60 s', l.at
        FROM bench_letter l CROSS JOIN LATERAL (SELECT l.at + interval '9 days' AS at) r
        WHERE reminds AND r.at < %(now)s - interval '1 day'""",
    "returned": """INSERT INTO returned (letter_id, dispatch_id, reason, was, by, at)
        SELECT l.id, t.dispatch, (ARRAY['addressee-unknown', 'moved', 'deceased', 'unknown'])[1 + (l.n %% 4)],
        'DELIVERED', 'receipt', least(%(now)s, l.sent_at + interval '6 days')
        FROM bench_letter l JOIN bench_story s USING (story) JOIN bench_try t ON t.n = l.n AND t.outcome = 'taken'
        WHERE s.status = 'RETURNED'""",
}
"""By the table that they fill, in this order."""

_ENTRY = "INSERT INTO entry (letter_id, dispatch_id, stage, measure, amount, certain, inputs, tariff_hash, at, day)"
ENTRIES = {
    "entry": f"""{_ENTRY}
        SELECT t.id, CASE WHEN e.stage <> 'estimate' THEN t.dispatch END, e.stage, e.measure, e.amount, e.certain,
        e.inputs, e.tariff_hash,
        CASE e.stage WHEN 'estimate' THEN routed_at WHEN 'booked' THEN sent_at ELSE refused_at END,
        CASE e.stage WHEN 'estimate' THEN routed_day WHEN 'booked' THEN sent_day ELSE refused_day END
        FROM bench_try t
        CROSS JOIN LATERAL (SELECT * FROM bench_entry e WHERE e.pattern = t.pattern ORDER BY place) e
        WHERE CASE e.stage WHEN 'estimate' THEN routed_day >= %(estimated)s
            WHEN 'booked' THEN outcome IN ('taken', 'refused') ELSE outcome = 'refused' END""",
    "entry-of-reminders": f"""{_ENTRY}
        SELECT l.id, bench_id(n, 40), e.stage, e.measure, e.amount, e.certain, e.inputs, e.tariff_hash, r.at,
        (r.at AT TIME ZONE 'Europe/Copenhagen')::date
        FROM bench_letter l CROSS JOIN LATERAL (SELECT l.at + interval '9 days' AS at) r
        CROSS JOIN LATERAL (SELECT * FROM bench_entry e WHERE e.pattern = -1 ORDER BY place) e
        WHERE reminds AND r.at < %(now)s - interval '1 day'""",
}
"""The money, which nothing else refers to. Estimates from `estimated` on."""
