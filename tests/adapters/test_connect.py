"""`connect` chooses once, and says in one message all that it misses."""

from pathlib import Path

import pytest

from adapters import NEEDED, connect
from adapters.codes import Codes, stand_code
from outbound.letter import Channel
from outbound.ports import Outside
from outbound.settings import Settings, SettingsFault
from tests.adapters.conftest import settings_of
from tests.adapters.outside import Simulator
from tests.adapters.scripted import identity


def test_the_whole_outside_is_connected(outside: Outside) -> None:
    assert set(outside.mailers) == {Channel.DIGITAL, Channel.PRINT}
    assert [source.provider for source in outside.sources] == ["digital-post", "print", "returned-post"]
    assert [mailer.provider for mailer in outside.mailers.values()] == ["digital-post", "print"]


def test_everything_missing_is_named_at_once_with_what_to_do() -> None:
    with pytest.raises(SettingsFault) as fault:
        connect(settings_of({}, sender_cvr="", sender_name=""))
    for name, what in NEEDED.items():
        assert f"OUTBOUND_{name.upper()} is missing; set {what}." in str(fault.value)


def test_numbers_of_people_do_not_leave_this_machine_unencrypted(settings: Settings) -> None:
    far = settings.model_copy(update={"digital_post_url": "http://api.example/", "persons_url": "http://10.0.0.1/5"})
    with pytest.raises(SettingsFault, match=r"(?s)DIGITAL_POST_URL is not encrypted.*PERSONS_URL is not encrypted"):
        connect(far)
    with pytest.raises(SettingsFault, match="COMPANIES_URL is not encrypted"):
        connect(settings.model_copy(update={"companies_url": "http://distribution.example/"}))


@pytest.mark.parametrize("name", ["print_sftp_key_file", "print_sftp_host_key_file"])
@pytest.mark.parametrize("content", [None, b"", b"secret words", b"\xff\xfe\x00", b"ssh-ed25519 AAAA"])
def test_a_key_file_that_is_none_is_named_without_what_is_in_it(
    settings: Settings, tmp_path: Path, name: str, content: bytes | None
) -> None:
    file = tmp_path / "a-key"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsFault) as fault:
        connect(settings.model_copy(update={name: file}))
    assert f"OUTBOUND_{name.upper()}" in str(fault.value)
    assert "secret" not in str(fault.value)


def test_a_host_key_may_be_a_line_of_known_hosts(settings: Settings, tmp_path: Path) -> None:
    assert settings.print_sftp_host_key_file is not None
    file = tmp_path / "known_hosts"
    file.write_text(f"[127.0.0.1]:22 {settings.print_sftp_host_key_file.read_text()}")
    assert connect(settings.model_copy(update={"print_sftp_host_key_file": file})).mailers


@pytest.mark.parametrize("supplier", ["digital_post", "persons"])
def test_who_is_beyond_this_machine_wants_a_certificate(settings: Settings, supplier: str) -> None:
    far = {f"{supplier}_url": "https://api.example/5", f"{supplier}_certificate_file": None}
    with pytest.raises(SettingsFault, match=f"OUTBOUND_{supplier.upper()}_CERTIFICATE_FILE is missing"):
        connect(settings.model_copy(update=far))


def test_the_certificate_for_digital_post_is_read(settings: Settings, tmp_path: Path) -> None:
    ours, other = identity(tmp_path, "ours"), identity(tmp_path, "other")
    https = {"digital_post_url": "https://127.0.0.1:9/", "digital_post_certificate_file": ours.certificate}
    assert connect(settings.model_copy(update=https | {"digital_post_key_file": ours.key})).mailers
    for wrong in (other.key, tmp_path / "absent", None):
        with pytest.raises(SettingsFault, match="OUTBOUND_DIGITAL_POST_CERTIFICATE_FILE"):
            connect(settings.model_copy(update=https | {"digital_post_key_file": wrong}))


@pytest.mark.parametrize(("way", "fetched", "pushed"), [("pull", 1, 0), ("push", 0, 1), ("both", 1, 1)])
def test_receipts_of_digital_post_are_fetched_or_pushed_or_both(
    settings: Settings, way: str, fetched: int, pushed: int
) -> None:
    named = {"digital_post_push_ca_file": settings.digital_post_ca_file, "digital_post_push_clients": ("CN=x",)}
    found = connect(settings.model_copy(update={"digital_post_receipts": way, **named}))
    assert [source.provider for source in found.sources].count("digital-post") == fetched
    assert [door.provider for door in found.doors] == ["digital-post"] * pushed
    assert [door.path for door in found.doors] == ["/receipts/digital-post"] * pushed


@pytest.mark.parametrize("missing", ["digital_post_push_ca_file", "digital_post_push_clients"])
def test_nobody_pushes_before_it_is_said_who_may(settings: Settings, missing: str) -> None:
    named = {"digital_post_push_ca_file": settings.digital_post_ca_file, "digital_post_push_clients": ("CN=x",)}
    changes = {"digital_post_receipts": "push", **named, missing: None if missing.endswith("file") else ()}
    with pytest.raises(SettingsFault, match=f"OUTBOUND_{missing.upper()} is missing"):
        connect(settings.model_copy(update=changes))


def test_the_certificate_for_the_person_register_is_read(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(SettingsFault, match="OUTBOUND_PERSONS_CERTIFICATE_FILE"):
        connect(settings.model_copy(update={"persons_key_file": identity(tmp_path, "other").key}))


def test_an_address_of_another_version_is_refused(settings: Settings) -> None:
    with pytest.raises(SettingsFault, match="OUTBOUND_PERSONS_VERSION"):
        connect(settings.model_copy(update={"persons_version": "4"}))


def test_the_settings_of_the_simulators_are_settings_of_the_router(
    digital_post: Simulator, remote_print: Simulator, persons: Simulator, companies: Simulator, sf1601: Simulator
) -> None:
    every = (digital_post, remote_print, persons, companies, sf1601)
    names = {name.removeprefix("OUTBOUND_").lower() for one in every for name in one.env}
    assert names <= set(Settings.model_fields)


@pytest.mark.parametrize(
    "row",
    [
        '[a]\nclass = "maybe"\nsource = "x"',
        '[a]\nclass = "letter"',
        '[a]\nclass = "letter"\nsource = ""',
        '["A B"]\nclass = "letter"\nsource = "x"',
    ],
)
def test_a_table_of_codes_that_says_nothing_known_is_refused(tmp_path: Path, row: str) -> None:
    file = tmp_path / "codes.toml"
    file.write_text(row)
    with pytest.raises(ValueError, match=r"codes\.toml: the row"):
        Codes(file)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("Memo.Invalid ", "memo.invalid"),
        (6003, "6003"),
        ("", "no-code"),
        (None, "no-code"),
        ("1234567890", "unreadable-code"),
        ("a b", "unreadable-code"),
    ],
)
def test_a_stand_code_is_short_and_plain(said: object, code: str) -> None:
    assert stand_code(said) == code
