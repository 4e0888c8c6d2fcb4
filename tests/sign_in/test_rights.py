"""`config/sign_in.toml`: which groups may what."""

from pathlib import Path

import pytest

from outbound.settings import HOME, SettingsFault
from outbound.web.people import Role
from outbound.web.rights import NotLetIn, load_rights

KNOWN = ("borgerservice", "boern-og-skole")


def test_groups_add_up_and_are_spelled_exactly() -> None:
    rights = load_rights(HOME / "config" / "sign_in.toml", KNOWN)
    groups = ["udgaaende-post-drift", "udgaaende-post-sag", "udgaaende-post-skole", "UDGAAENDE-POST-DPO", "andet"]
    account = rights.account("anna", groups)
    assert account.roles == {Role.OPERATIONS, Role.CASES}
    assert account.departments == {"boern-og-skole"}
    assert account.may_see("boern-og-skole")
    assert not account.may_see("borgerservice")
    for few in ([], ["andet"], ["udgaaende-post-alle"]):
        with pytest.raises(NotLetIn, match="no-role"):
            rights.account("anna", few)


@pytest.mark.parametrize(
    "name", ["worker", "Worker", "timer", "receipt", "misconfigured", "restored", "api", "fagsystem"]
)
def test_nobody_comes_in_under_the_routers_or_a_systems_name(name: str) -> None:
    rights = load_rights(HOME / "config" / "sign_in.toml", KNOWN, ["fagsystem"])
    with pytest.raises(NotLetIn, match="name"):
        rights.account(name, ["udgaaende-post-drift"])


def test_a_table_with_faults_is_refused_with_all_of_them(tmp_path: Path) -> None:
    file = tmp_path / "sign_in.toml"
    file.write_text('[roles]\nen = ["chef"]\nto = "drift"\n[departments]\ntre = ["ukendt"]\n[andet]\n')
    with pytest.raises(SettingsFault) as fault:
        load_rights(file, KNOWN)
    for said in ("andet is not known", "[roles] en", "[roles] to", "[departments] tre", "nobody could sign in"):
        assert said in str(fault.value)
    for text in ("[roles", "\udcff"):
        file.write_bytes(text.encode(errors="surrogateescape"))
        with pytest.raises(SettingsFault, match="cannot be read"):
            load_rights(file, KNOWN)
