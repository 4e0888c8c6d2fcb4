"""Letters for the simulators, by hand: MeMo XML and print runs as the wire has them, without the router's code."""

import base64
import csv
import functools
import hashlib
import io
import itertools
import uuid
import zipfile
from xml.sax.saxutils import escape, quoteattr

from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen.canvas import Canvas

ENVELOPE = ["id", "format", "class", "country", "sheets"]
LETTER = ["job", "file", "sha256", "bytes", "pages", "sheets", "colour", "plex", "cost-centre"]
MAY_BE = ["inserts", "return-code"]
COLUMNS = [*(f"envelope-{name}" for name in ENVELOPE), *LETTER, *MAY_BE]


@functools.cache
def pdf(text: str = "Prøvebrev", pages: int = 1, size: tuple[float, float] = A4) -> bytes:
    """A small letter."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=size)
    for page in range(pages):
        canvas.drawString(70, 700, f"{text} {page + 1}")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


LYING = landscape(A4)


def memo(
    recipient: str,
    key: str | None = None,
    content: bytes | None = None,
    label: str = "Prøvebrev",
    more: str = "",
    filename: str = "brev.pdf",
    created: str = "2026-11-22T10:00:00Z",
    action: str = "",
) -> tuple[str, bytes]:
    """A MeMo 1.2 and its messageUUID; `more` goes into the header after the label."""
    key = key or str(uuid.uuid4())
    body = base64.b64encode(pdf() if content is None else content).decode()
    kind = "CPR" if len(recipient) == 10 else "CVR"
    return (
        key,
        f"""<?xml version="1.0" encoding="UTF-8"?>
<memo:Message xmlns:memo="https://DigitalPost.dk/MeMo-1" memoVersion="1.2">
 <memo:MessageHeader>
  <memo:messageType>DIGITALPOST</memo:messageType>
  <memo:messageUUID>{key}</memo:messageUUID>
  <memo:label>{escape(label)}</memo:label>{more}
  <memo:Sender><memo:senderID>10000000</memo:senderID><memo:idType>CVR</memo:idType><memo:label>Prøvekommune</memo:label>
  </memo:Sender>
  <memo:Recipient><memo:recipientID>{recipient}</memo:recipientID><memo:idType>{kind}</memo:idType></memo:Recipient>
 </memo:MessageHeader>
 <memo:MessageBody>
  <memo:createdDateTime>{created}</memo:createdDateTime>
  <memo:MainDocument>
   <memo:File><memo:encodingFormat>application/pdf</memo:encodingFormat><memo:filename>{escape(filename)}</memo:filename>
    <memo:language>da</memo:language><memo:content>{body}</memo:content></memo:File>{action}
  </memo:MainDocument>
 </memo:MessageBody>
</memo:Message>""".encode(),
    )


def print_run(
    letters: list[bytes],
    run: str | None = None,
    jobs: list[str] | None = None,
    change: dict[str, str] | None = None,
    total: dict[str, str] | None = None,
    extra: dict[str, bytes] | None = None,
    together: bool = False,
    edit: tuple[str, str] = ("", ""),
) -> tuple[str, list[str], bytes]:
    """Run id, job ids and zip; `change` overwrites what is told of the first letter and its envelope, `total` of the
    run; `together`: all in one envelope; `edit`: words of the manifest and those in their place."""
    run, jobs = run or str(uuid.uuid4()), jobs or [str(uuid.uuid4()) for _ in letters]
    rows = [_row(job, content, jobs[0] if together else job) for job, content in zip(jobs, letters, strict=True)]
    for row in rows:
        of_envelope = [other for other in rows if other["envelope-id"] == row["envelope-id"]]
        row["envelope-sheets"] = str(sum(int(other["sheets"]) for other in of_envelope))
    rows[0].update(change or {})
    sums = {name: str(sum(int(row[name]) for row in rows)) for name in ("pages", "sheets", "bytes")}
    head = {"id": run, "provider": "print", "lane": "single", "created": "2026-11-22T10:00:00Z", "proof": "false"}
    head |= {"letters": str(len(rows)), "envelopes": str(len({row["envelope-id"] for row in rows})), **sums}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("manifest.xml", _manifest(head | (total or {}), rows).replace(*edit))
        archive.writestr("manifest.csv", _table(rows))
        for job, content in zip(jobs, letters, strict=True):
            archive.writestr(f"{job}.pdf", content)
        for name, content in (extra or {}).items():
            archive.writestr(name, content)
    return run, jobs, out.getvalue()


def _row(job: str, content: bytes, envelope: str) -> dict[str, str]:
    pages = max(1, content.count(b"/Type /Page\n"))
    around = [envelope, "C5", "economy", "DK", ""]
    values = [
        job,
        f"{job}.pdf",
        hashlib.sha256(content).hexdigest(),
        str(len(content)),
        str(pages),
        str(-(-pages // 2)),
    ]
    return dict(zip(COLUMNS, [*around, *values, "mono", "duplex", "Borgerservice 12", "", ""], strict=True))


def _manifest(head: dict[str, str], rows: list[dict[str, str]]) -> str:
    lines = [f'<run xmlns="urn:outbound:print-run:2" {_written(head)}>', *_products(rows)]
    for _, some in itertools.groupby(rows, lambda row: row["envelope-id"]):
        inside = list(some)
        lines.append(f"<envelope {_written({name: inside[0][f'envelope-{name}'] for name in ENVELOPE})}>")
        for row in inside:
            told = {name: value for name, value in row.items() if not name.startswith("envelope-")}
            lines.append(f"<letter {_written({n: v for n, v in told.items() if v or n not in MAY_BE})}/>")
        lines.append("</envelope>")
    return "\n".join([*lines, "</run>"])


def _products(rows: list[dict[str, str]]) -> list[str]:
    kinds: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for row in rows:
        kind = (row["colour"], row["plex"], row["envelope-format"], row["envelope-class"])
        kinds.setdefault(kind, []).append(row)
    return [
        "<product "
        + _written(
            dict(zip(("colour", "plex", "format", "class"), kind, strict=True))
            | {"letters": str(len(some))}
            | {name: str(sum(int(row[name]) for row in some)) for name in ("pages", "sheets")}
        )
        + "/>"
        for kind, some in kinds.items()
    ]


def _written(attributes: dict[str, str]) -> str:
    return " ".join(f"{name}={quoteattr(value)}" for name, value in attributes.items())


def _table(rows: list[dict[str, str]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, rows[0].keys(), delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def run_order(run: str, order: str, created: str = "2026-11-22T10:00:00Z") -> tuple[str, bytes]:
    """An order's id and its file."""
    key = str(uuid.uuid4())
    words = f'id="{key}" run="{run}" order="{order}" created="{created}"'
    return key, f'<order xmlns="urn:outbound:print-order:1" {words}/>'.encode()
