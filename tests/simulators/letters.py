"""Letters for the simulators, by hand: MeMo XML and print runs as the wire has them, without the router's code."""

import base64
import csv
import functools
import hashlib
import io
import uuid
import zipfile
from xml.sax.saxutils import escape, quoteattr

from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen.canvas import Canvas

COLUMNS = ["job", "file", "sha256", "pages", "sheets", "colour", "plex", "envelope", "class", "country", "cost-centre"]


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
) -> tuple[str, list[str], bytes]:
    """Run id, job ids and zip; `change` overwrites attributes of the first letter, `total` those of the run."""
    run, jobs = run or str(uuid.uuid4()), jobs or [str(uuid.uuid4()) for _ in letters]
    rows = [_row(job, content) for job, content in zip(jobs, letters, strict=True)]
    rows[0].update(change or {})
    sums = {name: str(sum(int(row[name]) for row in rows)) for name in ("pages", "sheets")}
    head = {"id": run, "provider": "print", "lane": "single", "created": "2026-11-22T10:00:00Z"}
    head |= {"letters": str(len(rows)), **sums, **(total or {})}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("manifest.xml", _manifest(head, rows))
        archive.writestr("manifest.csv", _table(rows))
        for job, content in zip(jobs, letters, strict=True):
            archive.writestr(f"{job}.pdf", content)
        for name, content in (extra or {}).items():
            archive.writestr(name, content)
    return run, jobs, out.getvalue()


def _row(job: str, content: bytes) -> dict[str, str]:
    pages = max(1, content.count(b"/Type /Page\n"))
    values = [job, f"{job}.pdf", hashlib.sha256(content).hexdigest(), str(pages), str(-(-pages // 2))]
    return dict(zip(COLUMNS, [*values, "mono", "duplex", "C5", "economy", "DK", "Borgerservice 12"], strict=True))


def _manifest(head: dict[str, str], rows: list[dict[str, str]]) -> str:
    lines = [f"<letter {' '.join(f'{name}={quoteattr(value)}' for name, value in row.items())}/>" for row in rows]
    attributes = " ".join(f"{name}={quoteattr(value)}" for name, value in head.items())
    return f'<run xmlns="urn:outbound:print-run:1" {attributes}>\n' + "\n".join(lines) + "\n</run>"


def _table(rows: list[dict[str, str]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
