"""Digital Post by mutual TLS: whoever is not let in has handed over nothing, and hears why."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters import connect
from adapters.simulators.certificates import Authority, Certificates, Identity, certificates
from outbound.letter import Channel, Mailbox
from outbound.ports import Misconfigured, Outside, PersonId, Unavailable
from outbound.settings import Settings
from tests.adapters.conftest import close
from tests.adapters.outside import Simulator, a_consignment, a_dispatch
from tests.people import person

Files = dict[str, Path | None]


def shown(settings: Settings) -> Certificates:
    assert settings.digital_post_ca_file is not None
    return certificates(settings.digital_post_ca_file.parent)


def as_client(identity: Identity) -> Files:
    return {"digital_post_certificate_file": identity.certificate, "digital_post_key_file": identity.key}


WRONG: dict[str, Callable[[Certificates], Files]] = {
    "a stranger's certificate": lambda found: as_client(found.stranger),
    "no certificate": lambda _: {"digital_post_certificate_file": None, "digital_post_key_file": None},
    "an expired certificate": lambda found: as_client(
        Authority(found.authority.certificate.parent).issue("expired", "client", ended=1)
    ),
    "a server's certificate": lambda found: as_client(found.server),
    "another authority for the server": lambda found: {
        "digital_post_ca_file": Authority(found.authority.certificate.parent, "other-ca").certificate
    },
}


@contextmanager
def outside_with(settings: Settings, changes: dict[str, Any]) -> Iterator[Outside]:
    found = connect(settings.model_copy(update=changes))
    try:
        yield found
    finally:
        close(found)


@pytest.mark.parametrize("weight", [0, 5_000_000])
@pytest.mark.parametrize("wrong", WRONG)
def test_who_is_not_let_in_is_misconfigured_and_has_handed_over_nothing(
    settings: Settings, digital_post: Simulator, wrong: str, weight: int
) -> None:
    letter = a_dispatch()
    heavy = replace(letter.document, pdf=letter.document.pdf + b"%" * weight)
    letter = replace(letter, document=heavy)
    before = digital_post.requests()
    with outside_with(settings, WRONG[wrong](shown(settings))) as outside:
        for _ in range(3):
            with pytest.raises(Misconfigured) as fault:
                list(outside.mailers[Channel.DIGITAL].hand_over(a_consignment(Channel.DIGITAL, letter)))
            assert (fault.value.code, fault.value.__context__) == ("certificate", None)
        with pytest.raises(Misconfigured):
            list(outside.sources[0].fetch())
        assert outside.enrolment.look_up([PersonId(person())]) == {PersonId(person()): Mailbox.UNKNOWN}
    assert digital_post.requests() == before


def test_an_outage_is_no_question_of_certificates(settings: Settings, digital_post: Simulator) -> None:
    digital_post.mood(down=True)
    with outside_with(settings, {}) as outside, pytest.raises(Unavailable) as fault:
        list(outside.mailers[Channel.DIGITAL].hand_over(a_consignment(Channel.DIGITAL)))
    assert fault.value.code == "no-connection"


def test_a_port_that_speaks_no_tls_is_an_outage(settings: Settings, companies: Simulator) -> None:
    url = companies.env["OUTBOUND_COMPANIES_URL"].replace("http:", "https:")
    with outside_with(settings, {"digital_post_url": url}) as outside, pytest.raises(Unavailable) as fault:
        list(outside.mailers[Channel.DIGITAL].hand_over(a_consignment(Channel.DIGITAL)))
    assert fault.value.code == "tls"
