"""What a vendor copies from the guide does what it says: ours is taken once, and nobody else's at all."""

import base64
import hashlib
import re
from collections.abc import Callable
from typing import Any

import pytest

from outbound.webhooks import signature
from tests.conftest import REPOSITORY

GUIDE = (REPOSITORY / "docs" / "integration.md").read_text()
KEY, OTHER = (f"whsec_{base64.b64encode(hashlib.sha256(word).digest()).decode()}" for word in (b"ours", b"another"))
NOW = 1_795_800_000
BODY = b'{"type": "test", "timestamp": "2026-11-27T12:00:00Z", "data": {}}'


def of_the_guide(name: str) -> Callable[..., bool]:
    (code,) = re.findall(r"^```python\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)
    found: Callable[..., bool] = names[name]
    return found


@pytest.fixture
def told() -> Callable[..., bool]:
    return of_the_guide("told")


@pytest.mark.parametrize(
    ("last", "cursor", "newer"),
    [
        ("", "0-1", True),
        ("9-77", "10-5", True),
        ("9-77", "9-77", False),
        ("9-77", "9-9", False),
        ("9-77", "2-3-0a1b2c3d", True),
        ("2-3-0a1b2c3d", "2-2-0a1b2c3d", False),
        ("2-3-0a1b2c3d", "1-1-ffffffff", True),
    ],
)
def test_the_order_is_minded_and_begins_anew_after_a_restore(last: str, cursor: str, newer: bool) -> None:
    assert of_the_guide("newer")(last, cursor) is newer


def headers(id_: str = "7-8-abc", at: int = NOW, body: bytes = BODY, keys: tuple[str, ...] = (KEY,)) -> dict[str, str]:
    signed = " ".join(signature(key, id_, at, body) for key in keys)
    return {"webhook-id": id_, "webhook-timestamp": str(at), "webhook-signature": signed}


def test_a_call_of_ours_is_taken_once(told: Callable[..., bool]) -> None:
    seen: set[str] = set()
    assert told(KEY, headers(), BODY, seen, lambda: NOW)
    assert not told(KEY, headers(), BODY, seen, lambda: NOW + 60)
    assert not told(KEY, headers(at=NOW + 400), BODY, seen, lambda: NOW + 400)  # told again by us, signed anew


@pytest.mark.parametrize("late", [-301, 301, 86_400])
def test_a_call_that_somebody_kept_is_refused(told: Callable[..., bool], late: int) -> None:
    with pytest.raises(ValueError, match="too old"):
        told(KEY, headers(), BODY, set(), lambda: NOW + late)


@pytest.mark.parametrize(
    ("changed", "now"), [({"webhook-timestamp": f"{NOW + 400}"}, NOW + 400), ({"webhook-id": "7"}, NOW)]
)
def test_with_a_new_time_or_id_it_is_not_ours_any_more(
    told: Callable[..., bool], changed: dict[str, str], now: int
) -> None:
    with pytest.raises(ValueError, match="not signed"):
        told(KEY, {**headers(), **changed}, BODY, set(), lambda: now)


@pytest.mark.parametrize("signed", ["", "v1,", "v1,AAAA", "v2,AAAA", "v1a,AAAA"])
def test_without_a_signature_it_is_refused(told: Callable[..., bool], signed: str) -> None:
    with pytest.raises(ValueError, match="not signed"):
        told(KEY, {**headers(), "webhook-signature": signed}, BODY, set(), lambda: NOW)


def test_another_body_or_another_secret_is_refused(told: Callable[..., bool]) -> None:
    with pytest.raises(ValueError, match="not signed"):
        told(KEY, headers(), BODY.replace(b"test", b"tset"), set(), lambda: NOW)
    with pytest.raises(ValueError, match="not signed"):
        told(OTHER, headers(), BODY, set(), lambda: NOW)


def test_while_a_secret_changes_either_will_do(told: Callable[..., bool]) -> None:
    both = headers(keys=(OTHER, KEY))
    assert told(KEY, both, BODY, set(), lambda: NOW)
    assert told(OTHER, both, BODY, set(), lambda: NOW)
