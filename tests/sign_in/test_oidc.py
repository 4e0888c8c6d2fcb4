"""What an ID token must be, held against a provider of its own process that sends every kind of wrong one."""

from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import SecretStr

from adapters.sign_in.oidc import Begun, OpenIdConnect, SignInRefused
from outbound.ports import Misconfigured, OutcomeUnknown, OutsideError, Unavailable
from outbound.settings import SettingsFault
from tests.house import MovingClock, settings_for
from tests.sign_in.provider import Identity

BASE = "http://127.0.0.1:1"
Answered = dict[str, str]


@pytest.fixture
def oidc(provider: Identity) -> Iterator[OpenIdConnect]:
    provider.registers(BASE)
    with closing(OpenIdConnect(settings_for(**provider.settings(BASE)))) as opened:
        yield opened


def come_back(begun: Begun, person: str = "anna.drift") -> Answered:
    """Choose somebody at the provider; what the browser brings back."""
    address, _, query = begun.url.partition("?")
    form = {name: values[0] for name, values in parse_qs(query).items()}
    answer = httpx.post(address, data={**form, "person": person})
    assert answer.status_code == 303, answer.text
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(SignInRefused) as fault:
        yield
    assert fault.value.code == code


def test_who_comes_back_is_who_was_chosen(oidc: OpenIdConnect) -> None:
    begun = oidc.begin()
    vouched = oidc.finish(begun, come_back(begun))
    assert vouched.name == "anna.drift"
    assert vouched.groups == {"udgaaende-post-drift", "udgaaende-post-alle"}
    assert begun.verifier not in begun.url
    assert begun.state not in repr(begun)


@pytest.mark.parametrize(
    ("mood", "code"),
    [
        ("wrong_nonce", "nonce"),
        ("wrong_audience", "other-audience"),
        ("wrong_party", "other-audience"),
        ("other_issuer", "other-issuer"),
        ("expired", "expired"),
        ("unsigned", "algorithm"),
        ("hmac", "algorithm"),
        ("forged", "signature"),
        ("unknown_key", "signature"),
        ("no_names", "name"),
    ],
)
def test_a_wrong_token_lets_nobody_in(oidc: OpenIdConnect, provider: Identity, mood: str, code: str) -> None:
    provider.process.mood(**{mood: True})
    begun = oidc.begin()
    with refused(code):
        oidc.finish(begun, come_back(begun))


@pytest.mark.parametrize(("ahead", "code"), [(50, ""), (-50, ""), (400, "expired"), (-90, "issued-at")])
def test_clocks_may_differ_by_the_leeway(oidc: OpenIdConnect, moving_clock: MovingClock, ahead: int, code: str) -> None:
    begun = oidc.begin()
    answered = come_back(begun)
    moving_clock.pass_(seconds=ahead)
    with refused(code) if code else nullcontext():
        assert oidc.finish(begun, answered).name == "anna.drift"


def test_a_key_that_is_new_is_fetched_and_no_more_than_once_a_minute_for_strangers(
    oidc: OpenIdConnect, provider: Identity
) -> None:
    for _ in range(2):
        begun = oidc.begin()
        oidc.finish(begun, come_back(begun))
    before = provider.process.requests()["keys"]
    provider.process.mood(rotate={"next": 1})
    begun = oidc.begin()
    assert oidc.finish(begun, come_back(begun)).name == "anna.drift"
    assert provider.process.requests()["keys"] == before + 1
    provider.process.mood(unknown_key=True)
    for _ in range(5):
        begun = oidc.begin()
        with refused("signature"):
            oidc.finish(begun, come_back(begun))
    assert provider.process.requests()["keys"] == before + 1


def test_state_issuer_and_code_must_be_those_of_this_way(oidc: OpenIdConnect) -> None:
    begun = oidc.begin()
    answered = come_back(begun)
    for change, code in (
        ({"state": "en anden"}, "state"),
        ({"state": ""}, "state"),
        ({"iss": "https://en-anden.example"}, "other-issuer"),
        ({"code": ""}, "no-code"),
        ({"error": "login_required"}, "login-required"),
        ({"error": "<script>"}, "provider-refused"),
        ({"code": "gættet"}, "code"),
    ):
        with refused(code):
            oidc.finish(begun, {**answered, **change})
    with refused("other-issuer"):
        oidc.finish(begun, {name: value for name, value in answered.items() if name != "iss"})


def test_a_code_is_good_once_and_for_the_verifier_that_belongs_to_it(oidc: OpenIdConnect) -> None:
    begun, other = oidc.begin(), oidc.begin()
    answered = come_back(begun)
    with refused("code"):
        oidc.finish(Begun("", begun.state, begun.nonce, other.verifier), answered)
    begun = oidc.begin()
    answered = come_back(begun)
    oidc.finish(begun, answered)
    with refused("code"):
        oidc.finish(begun, answered)


@pytest.mark.parametrize(
    ("mood", "fault"),
    [
        ({"down": {"seconds": 60}}, Unavailable),
        ({"busy": {"status": 503}}, Unavailable),
        ({"drop_answer": True}, OutcomeUnknown),
        ({"slow": {"ms": 2500}}, OutcomeUnknown),
        ({"garbled": True}, Unavailable),
    ],
)
def test_a_provider_that_is_away_is_told_from_one_that_refuses(
    provider: Identity, mood: dict[str, Any], fault: type[OutsideError]
) -> None:
    provider.process.mood(**mood)
    with closing(OpenIdConnect(settings_for(**provider.settings(BASE), oidc_timeout=1))) as oidc, pytest.raises(fault):
        oidc.begin()


def test_another_client_s_secret_is_a_fault_of_ours(provider: Identity) -> None:
    provider.registers(BASE)
    wrong = {**provider.settings(BASE), "oidc_client_secret": SecretStr("forkert")}
    with closing(OpenIdConnect(settings_for(**wrong))) as oidc:
        begun = oidc.begin()
        with pytest.raises(Misconfigured):
            oidc.finish(begun, come_back(begun))


def test_a_provider_that_calls_itself_otherwise_is_not_ours(provider: Identity) -> None:
    other = {"oidc_issuer": f"{provider.process.env['OUTBOUND_OIDC_ISSUER']}/"}
    oidc = OpenIdConnect(settings_for(**{**provider.settings(BASE), **other}))
    with closing(oidc), pytest.raises(Misconfigured):
        oidc.begin()


def test_what_is_missing_or_unsafe_is_said_at_the_start_all_of_it() -> None:
    with pytest.raises(SettingsFault) as fault:
        OpenIdConnect(settings_for(oidc_issuer="http://login.example", oidc_redirect_uri="https://post.example/andet"))
    for said in ("OIDC_ISSUER must begin with https", "OIDC_CLIENT_ID is missing", "must end in /log-ind/oidc/retur"):
        assert said in str(fault.value)
