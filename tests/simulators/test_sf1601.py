"""The common post component on the wire: tokens, look-up, and a strict reading of what is sent. By hand, without the
router's code."""

import base64
import re
import ssl
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.people import company, person
from tests.simulators.letters import LYING, memo, pdf
from tests.simulators.running import Simulator
from tests.simulators.test_nemsms_rules import sms

KOMBI = "http://entityid.kombit.dk/service/kombipostafsend/1"
QUERY = "http://entityid.kombit.dk/service/postforespoerg/1"
SAML = "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV2.0"
TRUST = "http://docs.oasis-open.org/ws-sx/ws-trust/200512"


@pytest.fixture
def platform(running: Callable[[str], Simulator]) -> Simulator:
    simulator = running("sf1601")
    simulator.be("well")
    return simulator


@pytest.fixture
def line(platform: Simulator) -> Iterator[httpx.Client]:
    with client_of(platform, "system") as found:
        yield found


def client_of(platform: Simulator, who: str) -> httpx.Client:
    """A client with one of the platform's certificates."""
    context = ssl.create_default_context(cafile=platform.env["OUTBOUND_SERVICEPLATFORM_CA_FILE"])
    file = certificate_of(platform, who)
    context.load_cert_chain(file, file.with_suffix(".key"))
    return httpx.Client(verify=context, timeout=5)


def certificate_of(platform: Simulator, who: str) -> Path:
    return Path(platform.env["OUTBOUND_SERVICEPLATFORM_CERTIFICATE_FILE"]).with_name(f"{who}.pem")


def wanted(platform: Simulator, entity_id: str, who: str = "system", **changes: object) -> dict[str, object]:
    one_line = re.sub(r"-----.*?-----|\s", "", certificate_of(platform, who).read_text())
    return {
        "TokenType": SAML,
        "RequestType": f"{TRUST}/Issue",
        "KeyType": f"{TRUST}/PublicKey",
        "AnvenderKontekst": {"Cvr": "10000009"},
        "UseKey": one_line,
        "AppliesTo": {"EndpointReference": {"Address": entity_id}},
        "OnBehalfOf": None,
        **changes,
    }


def saml(line: httpx.Client, platform: Simulator, entity_id: str, **changes: object) -> httpx.Response:
    return line.post(platform.env["OUTBOUND_SERVICEPLATFORM_SAML_URL"], json=wanted(platform, entity_id, **changes))  # type: ignore[arg-type]


def exchanged(line: httpx.Client, platform: Simulator, assertion: str) -> httpx.Response:
    return line.post(service(platform, "AccessTokenService_1/token"), data={"saml-token": assertion})


def service(platform: Simulator, path: str) -> str:
    return platform.env["OUTBOUND_SERVICEPLATFORM_URL"] + path


def headers(line: httpx.Client, platform: Simulator, entity_id: str = KOMBI) -> dict[str, str]:
    assertion = saml(line, platform, entity_id).json()["RequestedSecurityToken"]["Assertion"]
    token = exchanged(line, platform, assertion).json()
    return {
        "Authorization": f"{token['token_type']} {token['access_token']}",
        "x-TransaktionsId": str(uuid.uuid4()),
        "x-TransaktionsTid": "2026-11-22T10:00:00Z",
        "Content-Type": "application/xml",
    }


def kombi(choice: str, content: str) -> bytes:
    return f"<kombi_request><KombiValgKode>{choice}</KombiValgKode>{content}</kombi_request>".encode()


def a_memo(**changes: str) -> str:
    return memo(person(), **changes)[1].decode().partition("?>\n")[2]  # type: ignore[arg-type]


def a_paper(key: str | None = None, content: bytes | None = None) -> str:
    """A ForsendelseI with everything in it."""
    dkcc = "http://rep.oio.dk/ebxml/xml/schemas/dkcc"
    return f"""<ForsendelseISamling xmlns="urn:oio:fjernprint:1.0.0" xmlns:d="urn:oio:dkal:1.0.0"
 xmlns:a="urn:oio:adir:dagpenge:2009.07.01" xmlns:s="urn:oio:sagdok:3.0.0" xmlns:k="{dkcc}/2003/02/13/"
 xmlns:t="{dkcc}/2005/03/15/" xmlns:i="http://rep.oio.dk/itst.dk/xml/schemas/2006/01/17/"><ForsendelseI>
 <AfsendelseIdentifikator>{key or uuid.uuid4()}</AfsendelseIdentifikator>
 <ForsendelseModtager><d:AfsendelseModtager><a:CPRnummerIdentifikator>0000000000</a:CPRnummerIdentifikator>
 </d:AfsendelseModtager><ModtagerAdresse><i:PersonName>Ådse Prøvesen</i:PersonName>
 <t:StreetName>Prøvevænget</t:StreetName><k:StreetBuildingIdentifier>12</k:StreetBuildingIdentifier>
 <t:PostCodeIdentifier>4300</t:PostCodeIdentifier>
 <t:DistrictSubdivisionIdentifier>Holbæk</t:DistrictSubdivisionIdentifier>
 <k:CountryIdentificationCode scheme="iso3166-alpha2">DK</k:CountryIdentificationCode></ModtagerAdresse>
 </ForsendelseModtager><d:FilformatNavn>PDF</d:FilformatNavn>
 <d:MeddelelseIndholdData>{base64.b64encode(content or pdf()).decode()}</d:MeddelelseIndholdData>
 <TransaktionsParametreI><TransaktionsDatoTid>2026-11-22T10:00:00Z</TransaktionsDatoTid>
 <KvitteringsTypeKode>Alle</KvitteringsTypeKode></TransaktionsParametreI>
 <DokumentParametre><s:BrevDato>2026-11-22</s:BrevDato></DokumentParametre>
 <KanalUafhaengigeParametreI><BrugerNavn>u</BrugerNavn><KonteringsGruppeTekst>social</KonteringsGruppeTekst>
 <KanalKode>Fysisk Post</KanalKode></KanalUafhaengigeParametreI>
 <PrintParametre><SimplexDuplexKode>Duplex</SimplexDuplexKode><KuvertTypeKode>C5</KuvertTypeKode></PrintParametre>
 <PostParametre><PostKategoriKode>Economique</PostKategoriKode><SideKvantitet>1</SideKvantitet></PostParametre>
</ForsendelseI></ForsendelseISamling>"""


def sent(line: httpx.Client, platform: Simulator, body: bytes) -> httpx.Response:
    return line.post(service(platform, "KombiPostAfsend_1/kombi"), content=body, headers=headers(line, platform))


# tokens


@pytest.mark.parametrize(
    "changes",
    [
        {"UseKey": "MIIB"},
        {"TokenType": "x"},
        {"OnBehalfOf": "x"},
        {"AnvenderKontekst": {"Cvr": "1"}},
        {"AppliesTo": {"EndpointReference": {"Address": "http://entityid.kombit.dk/service/other/1"}}},
        {"Extra": 1},
    ],
    ids=str,
)
def test_a_saml_token_is_issued_only_as_agreed(
    line: httpx.Client, platform: Simulator, changes: dict[str, object]
) -> None:
    assert saml(line, platform, KOMBI).status_code == 200
    assert saml(line, platform, KOMBI, **changes).status_code in (400, 403)


def test_nobody_without_a_certificate_gets_as_far_as_a_request(platform: Simulator) -> None:
    context = ssl.create_default_context(cafile=platform.env["OUTBOUND_SERVICEPLATFORM_CA_FILE"])
    with httpx.Client(verify=context) as stranger, pytest.raises(httpx.TransportError):
        saml(stranger, platform, KOMBI)


def test_tokens_are_worth_nothing_with_another_certificate(line: httpx.Client, platform: Simulator) -> None:
    assertion = saml(line, platform, KOMBI).json()["RequestedSecurityToken"]["Assertion"]
    token = headers(line, platform)
    with client_of(platform, "pusher") as other:
        assert exchanged(other, platform, assertion).status_code == 403
        url = service(platform, "KombiPostAfsend_1/kombi")
        assert other.post(url, content=kombi("Fysisk Post", a_paper()), headers=token).status_code == 403
    assert exchanged(line, platform, "no-base64").status_code == 400
    assert exchanged(line, platform, base64.b64encode(b'<Assertion ID="_x"/>').decode()).status_code == 401


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"Authorization": "Bearer x"}, 401),
        ({"Authorization": f"Holder-of-key {uuid.uuid4()}"}, 401),
        ({"x-TransaktionsId": "1"}, 400),
        ({"x-TransaktionsTid": "2026-11-22T10:00:00+01:00"}, 400),
    ],
)
def test_a_call_has_its_token_its_id_and_its_time(
    line: httpx.Client, platform: Simulator, changes: dict[str, str], status: int
) -> None:
    url = service(platform, "KombiPostAfsend_1/kombi")
    given = headers(line, platform) | changes
    assert line.post(url, content=kombi("Fysisk Post", a_paper()), headers=given).status_code == status


def test_a_token_is_for_one_service(line: httpx.Client, platform: Simulator) -> None:
    given = headers(line, platform, QUERY)
    url = service(platform, "KombiPostAfsend_1/kombi")
    assert line.post(url, content=kombi("Fysisk Post", a_paper()), headers=given).status_code == 403


# look-up


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ("well", True),
        ("exempt", False),
        ("closed", False),
        ("absent", False),
        ("awaiting", False),
        ("refused_closed", True),
    ],
)
def test_a_look_up_says_yes_or_no_and_never_why(
    line: httpx.Client, platform: Simulator, outcome: str, said: bool
) -> None:
    for name, number in (("cprNumber", person(outcome)), ("cvrNumber", company(outcome))):
        url = service(platform, f"PostForespoerg_1/digitalpost?{name}={number}")
        assert line.get(url, headers=headers(line, platform, QUERY)).json() == {"result": said}


@pytest.mark.parametrize("outcome", ["unknown", "lookup_error", "lookup_breaks_page"])
def test_a_register_that_does_not_answer_is_an_error(line: httpx.Client, platform: Simulator, outcome: str) -> None:
    url = service(platform, f"PostForespoerg_1/digitalpost?cprNumber={person(outcome)}")
    assert line.get(url, headers=headers(line, platform, QUERY)).status_code == 500


@pytest.mark.parametrize("query", ["", "cprNumber=1", "cprNumber=1&cprNumber=2", "cvrNumber=0100000000", "name=x"])
def test_a_look_up_is_of_one_whole_number(line: httpx.Client, platform: Simulator, query: str) -> None:
    url = service(platform, f"PostForespoerg_1/digitalpost?{query}")
    assert line.get(url, headers=headers(line, platform, QUERY)).status_code == 400


# sending


def test_a_letter_of_each_kind_is_taken_and_paper_without_a_transmission_id(
    line: httpx.Client, platform: Simulator
) -> None:
    key, other = str(uuid.uuid4()), str(uuid.uuid4())
    digital = sent(line, platform, kombi("Digital Post", a_memo(key=key)))
    assert "<Result>true</Result><TransmissionID>" in digital.text
    paper = sent(line, platform, kombi("Fysisk Post", a_paper(other)))
    assert "<Result>true</Result>" in paper.text
    assert "TransmissionID" not in paper.text
    assert [(t["channel"], t["nth"]) for k in (key, other) for t in platform.takings(k)] == [
        ("digital", 1),
        ("print", 1),
    ]


def test_a_text_message_goes_by_its_own_choice(line: httpx.Client, platform: Simulator) -> None:
    key, xml = sms()
    assert "<Result>true</Result><TransmissionID>" in sent(line, platform, kombi("NemSMS", xml)).text
    assert [one["channel"] for one in platform.takings(key)] == ["nemsms"]
    no_text = xml.replace("Husk dit møde i morgen kl. 10.15.", "Husk 010203-1236")
    assert "<Result>false</Result>" in sent(line, platform, kombi("NemSMS", no_text)).text


def test_whoever_has_no_subscription_is_refused_afterwards(line: httpx.Client, platform: Simulator) -> None:
    key, xml = sms(cpr=person("no_nemsms"))
    assert "<Result>true</Result>" in sent(line, platform, kombi("NemSMS", xml)).text
    assert [one["refused"] for one in platform.takings(key)] == ["recipient.has.no.nemsms"]


@pytest.mark.parametrize(
    ("outcome", "has"), [("well", True), ("exempt", True), ("no_nemsms", False), ("closed", False), ("absent", False)]
)
def test_who_has_nemsms_is_asked_apart_from_the_mailbox(
    line: httpx.Client, platform: Simulator, outcome: str, has: bool
) -> None:
    path, tokens = service(platform, "PostForespoerg_1/nemsms"), headers(line, platform, QUERY)
    assert line.get(path, params={"cprNumber": person(outcome)}, headers=tokens).json() == {"result": has}
    assert line.get(path, params={"cvrNumber": company()}, headers=tokens).json() == {"result": False}
    assert line.get(path, params={"cprNumber": person("lookup_error")}, headers=tokens).status_code == 500
    assert line.get(path, headers=tokens).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        kombi("Automatisk Valg", a_memo()),
        kombi("Automatisk Valg", a_memo() + a_paper()),
        kombi("Fysisk Post", a_memo()),
        kombi("Digital Post", a_paper()),
        kombi("NemSMS", a_memo()),
        kombi("NemSMS", a_paper()),
        kombi("Digital Post", sms()[1]),
        kombi("Digital Post", a_memo().replace("memo:", "m:").replace(":memo=", ":m=")),
        kombi("Digital Post", re.sub("memo:(?=[A-Z a-z])", "", a_memo()).replace("xmlns:memo", "xmlns")),
        b"<kombi_request/>",
        b"<x",
        b'<!DOCTYPE x [<!ENTITY e "Digital Post">]>' + kombi("&e;", a_memo()),
    ],
    ids=[
        "auto",
        "auto-both",
        "paper-memo",
        "digital-paper",
        "sms-memo",
        "sms-paper",
        "digital-sms",
        "prefix",
        "default-ns",
        "empty",
        "no-xml",
        "entity",
    ],
)
def test_a_request_that_is_not_as_agreed_is_not_taken(line: httpx.Client, platform: Simulator, body: bytes) -> None:
    before = len(platform.takings())
    assert "<Result>false</Result>" in sent(line, platform, body).text
    assert len(platform.takings()) == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("0000000000", person()),
        ("<t:PostCodeIdentifier>4300", "<t:PostCodeIdentifier>1000"),
        ("<t:PostCodeIdentifier>4300", "<t:PostCodeIdentifier>0000"),
        (">DK</k", ">DE</k"),
        ("<t:DistrictSubdivisionIdentifier>Holbæk</t:DistrictSubdivisionIdentifier>", ""),
        ("<SideKvantitet>1", "<SideKvantitet>2"),
        ("Economique", "Rekommanderet"),
        ("Alle</Kvit", "Ingen</Kvit"),
        ("10:00:00Z", "10:00:00"),
        ("<KonteringsGruppeTekst>social</KonteringsGruppeTekst>", ""),
        ("<KanalKode>Fysisk Post</KanalKode>", ""),
        ("<PrintParametre>", "<PostParametre/><PrintParametre>"),
        ("C5</Kuvert", "C9</Kuvert"),
    ],
)
def test_a_paper_letter_that_is_not_as_agreed_is_not_taken(
    line: httpx.Client, platform: Simulator, old: str, new: str
) -> None:
    content = a_paper()
    assert old in content
    answered = sent(line, platform, kombi("Fysisk Post", content.replace(old, new))).text
    assert "<Result>false</Result>" in answered
    assert re.search("<FejlId>[a-z0-9.]+</FejlId><FejlTekst>", answered)


@pytest.mark.parametrize(
    ("content", "code"),
    [(pdf(size=LYING), "10030"), (b"%PDF-1.4 nothing", "10030"), (pdf(pages=17), "envelope.too.full")],
    ids=["landscape", "broken", "too-many-sheets"],
)
def test_a_pdf_that_cannot_be_printed_is_not_taken(
    line: httpx.Client, platform: Simulator, content: bytes, code: str
) -> None:
    text = a_paper(content=content).replace(
        "<SideKvantitet>1", "<SideKvantitet>17" if b"17" in content else "<SideKvantitet>1"
    )
    assert f"<FejlId>{code}</FejlId>" in sent(line, platform, kombi("Fysisk Post", text)).text


@pytest.mark.parametrize("repeat", ["same", "duplicate", "duplicate_receipt", "second"])
@pytest.mark.parametrize("paper", [False, True])
def test_a_repeat_is_what_the_mood_says(line: httpx.Client, platform: Simulator, repeat: str, paper: bool) -> None:
    platform.be("well", repeat=repeat)
    key = str(uuid.uuid4())
    body = kombi("Fysisk Post", a_paper(key)) if paper else kombi("Digital Post", a_memo(key=key))
    first, again = (sent(line, platform, body).text for _ in range(2))
    assert "<Result>true" in first
    assert ("<Result>true" in again) is (repeat != "duplicate")
    assert len(platform.takings(key)) == (2 if repeat == "second" else 1)
