"""The specialist systems of the demo: each hands in letters through the HTTP API with a key of its own."""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import httpx
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from outbound import clock
from outbound.demo.faults import DemoFault
from outbound.demo.scenario import READY_MADE, Group
from outbound.demo.suppliers import Suppliers, id_type
from outbound.letter import Wish

Body = dict[str, Any]
NAMELESS = "Ådse Prøvesen"
REASON = "Aftalt med modtageren ved en samtale."


@dataclass(frozen=True, slots=True)
class HandedIn:
    """One letter that the API has answered for: its id, what it is an example of, and whose it is."""

    letter: str
    group: Group
    reference: str


class Api:
    """The API as one system sees it."""

    def __init__(self, url: str, system: str, key: str) -> None:
        self.system = system
        # A proxy that the environment names must not see what stays on this machine.
        self._client = httpx.Client(
            base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=30, trust_env=False
        )

    def post(self, path: str, body: Body) -> tuple[int, Any]:
        """Status and answer. Raises DemoFault for anything but 2xx."""
        return self._good(self._client.post(path, json=body))

    def post_lines(self, path: str, lines: Sequence[Body]) -> list[Any]:
        """The answers, one a line."""
        body = "\n".join(json.dumps(line) for line in lines)
        answer = self._client.post(path, content=body.encode(), headers={"Content-Type": "application/x-ndjson"})
        if answer.status_code != httpx.codes.OK:
            raise self._fault(answer)
        return [json.loads(line) for line in answer.text.splitlines()]

    def get(self, path: str, **wanted: str) -> Any:
        """The answer as JSON."""
        return self._good(self._client.get(path, params=wanted))[1]

    def fetch(self, path: str) -> bytes:
        """The answer as it came."""
        answer = self._client.get(path)
        if not answer.is_success:
            raise self._fault(answer)
        return answer.content

    def close(self) -> None:
        """End the connections."""
        self._client.close()

    def _good(self, answer: httpx.Response) -> tuple[int, Any]:
        if not answer.is_success:
            raise self._fault(answer)
        return answer.status_code, answer.json()

    def _fault(self, answer: httpx.Response) -> DemoFault:
        return DemoFault(f"Fagsystemet {self.system} fik HTTP {answer.status_code} fra {answer.request.url.path}.")


ATTACHMENTS = ("Beregning af boligstøtte", "Oversigt over dine oplysninger")


class Author:
    """Writes the letters of the scenario, each to somebody invented."""

    def __init__(self, suppliers: Suppliers, examples: Mapping[str, Mapping[str, Any]]) -> None:
        self._suppliers, self._examples, self._written = suppliers, examples, 0

    def bodies(self, group: Group) -> Iterator[Body]:
        """The submissions of a group."""
        numbers = self._suppliers.people(group.outcome, group.kind, 1 if group.to_one else group.letters)
        numbers = numbers * group.letters if group.to_one else numbers
        people = list(zip(numbers, self._suppliers.names(numbers), strict=True))
        for start in range(0, group.letters, group.together):
            yield self._body(group, people[start : start + group.together])

    def _body(self, group: Group, people: Sequence[tuple[str, str]]) -> Body:
        self._written += 1
        body: Body = {
            "reference": f"demo-{self._written:04d}",
            "case_number": f"DEMO-{clock.today().year}-{self._written:04d}",
            "department": group.department,
            "letter_type": group.letter_type,
            "recipients": [self._recipient(group, number, name or NAMELESS) for number, name in people],
        }
        if group.wish is not Wish.ANY:
            body["channel"] = {"wish": group.wish, "reason": REASON}
        if group.enclosing:
            body["attachments"] = [self._attachment(title) for title in ATTACHMENTS]
        return {**body, **self._content(group, body["recipients"][0].get("address"))}

    def _recipient(self, group: Group, number: str, name: str) -> Body:
        role = {"role": "parent"} if group.together > 1 else {}
        known = {id_type(number): number} if group.numbered else {}
        lines = [f"Prøvevænget {self._written % 90 + 1}"]
        address = {"name": name, "lines": lines, "postcode": "4300", "town": "Holbæk"}
        return {"name": name, **role, **known, **({"address": address} if group.addressed else {})}

    def _attachment(self, title: str) -> Body:
        pdf = ready_made(title, clock.today(), [], "Her er de tal, som brevet bygger på.")
        return {"title": title, "pdf": base64.b64encode(pdf).decode()}

    def _content(self, group: Group, address: Body | None) -> Body:
        if group.letter_type != READY_MADE:
            return {"fields": dict(self._examples[group.letter_type])}
        today = clock.today()
        lines = [address["name"], *address["lines"], f"{address['postcode']} {address['town']}"] if address else []
        pdf = base64.b64encode(ready_made(f"Besked nr. {self._written} fra skolen", today, lines)).decode()
        return {"document": {"pdf": pdf, "title": "Besked fra skolen", "dated": today.isoformat()}}


def ready_made(title: str, dated: date, address: Sequence[str], said: str = "") -> bytes:
    """A finished PDF, as a specialist system makes its own; the lines of the address stand in the window."""
    out = BytesIO()
    page = Canvas(out, pagesize=A4)
    page.setFont("Helvetica", 11)
    for line, text in enumerate(address):
        page.drawString(70, 690 - 14 * line, text)
    page.setFont("Helvetica-Bold", 13)
    page.drawString(70, 560, title)
    page.setFont("Helvetica", 11)
    meeting = dated + timedelta(days=21)
    for line, text in enumerate(
        (
            f"Nordhavn, den {dated:%d.%m.%Y}",
            "",
            said or f"Vi holder forældremøde den {meeting:%d.%m.%Y} kl. 19 i skolens samlingssal.",
            "Brevet er et eksempel. Både afsender og modtager er opdigtede.",
        )
    ):
        page.drawString(70, 530 - 16 * line, text)
    page.save()
    return out.getvalue()


def hand_in_singles(api: Api, author: Author, groups: Sequence[Group]) -> Iterator[HandedIn]:
    """Hand in this system's single letters, one call each; a letter for each recipient. The last call is made twice."""
    body, answer = Body(), Body()
    for group in (group for group in groups if group.system == api.system):
        for body in author.bodies(group):
            _, answer = api.post("/v1/letters", body)
            yield from (HandedIn(one["id"], group, body["reference"]) for one in answer["letters"])
    status, again = api.post("/v1/letters", body)
    if status != httpx.codes.OK or [one["id"] for one in again["letters"]] != [one["id"] for one in answer["letters"]]:
        raise DemoFault(f"Et gentaget kald fra {api.system} gav ikke det samme brev.")


def hand_in_mailing(api: Api, author: Author, groups: Sequence[Group]) -> list[HandedIn]:
    """Hand in the mailing: one call to open it, one for its letters."""
    wanted = {"reference": "demo-masseforsendelse", "department": groups[0].department, "title": "Orienteringsmøde"}
    mailing = api.post("/v1/mailings", wanted)[1]["id"]
    written = [(group, body) for group in groups for body in author.bodies(group)]
    answers = api.post_lines(f"/v1/mailings/{mailing}/letters", [body for _, body in written])
    for answer in answers:
        if answer["status"] not in (httpx.codes.OK, httpx.codes.ACCEPTED):
            raise DemoFault(f"Et brev i masseforsendelsen fik svaret {answer['status']}.")
    return [
        HandedIn(one["id"], group, body["reference"])
        for (group, body), answer in zip(written, answers, strict=True)
        for one in answer["letters"]
    ]
