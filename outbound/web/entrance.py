"""The ways in that this process offers, and what each lets somebody do."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Self

from adapters.sign_in.oidc import OpenIdConnect
from outbound.organisation import Organisation
from outbound.settings import Settings
from outbound.web.people import Account, Accounts, Way
from outbound.web.rights import NotLetIn, Rights, load_rights

MAP = "sign_in.toml"


@dataclass(frozen=True, slots=True)
class Entrance:
    """Made once per web process."""

    ways: frozenset[Way]
    accounts: Accounts
    rights: Rights | None
    provider: OpenIdConnect | None

    @classmethod
    def of(cls, settings: Settings, organisation: Organisation, accounts: Accounts) -> Self:
        """As the settings have it; calls nobody. Raises SettingsFault."""
        ways = frozenset(map(Way, settings.sign_in))
        codes, systems = {one.code for one in organisation.departments}, {one.name for one in organisation.systems}
        rights = load_rights(settings.config_dir / MAP, codes, systems) if ways - {Way.LOCAL} else None
        return cls(ways, accounts, rights, OpenIdConnect(settings) if Way.OIDC in ways else None)

    def close(self) -> None:
        """Let go of the connections to the provider."""
        if self.provider is not None:
            self.provider.close()

    def account(self, name: str, groups: Collection[str]) -> Account:
        """Somebody whom another vouches for. Raises NotLetIn.

        A name that a local account has is that account's: two people's acts must not stand under one name.
        """
        if self.rights is None:
            raise NotLetIn("way")
        if Way.LOCAL in self.ways and self.accounts.find(name) is not None:
            raise NotLetIn("name-taken")
        return self.rights.account(name, groups)
