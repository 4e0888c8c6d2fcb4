"""What `/ledelse/definitioner` says beside the figures: reasons for paper, and the rules of what-if. Danish."""

from collections.abc import Mapping
from dataclasses import dataclass

from outbound.reports.definitions import anchor
from outbound.reports.management_words import REASONS as WORDS
from outbound.reports.paper import REASONS, Why
from outbound.routing import Route

WHAT_IF: Mapping[str, str] = {
    "Flere tilmeldte": "Så mange procentpoint af alle de breve, hvor modtageren er slået op, flyttes fra papir til "
    "postkassen. De tages af de breve, som gik på papir, fordi modtageren var fritaget eller ikke tilmeldt; børn "
    "under 15 år og udrejste tæller ikke med. Den samme del af disse breve flyttes i hver forvaltning og brevtype, "
    "så en forvaltning kan ændre sig mere eller mindre end kommunen. Modtagere tælles efter breve: den, der får ti, "
    "tæller ti gange.",
    "Porto": "Portoen gælder for hvert brev på papir, uanset vægt, klasse og land, både ved fjernprint og i det, "
    "brevet ville have kostet fra kontoret.",
    "Brevtyper gjort digitale": "Af de valgte typer, som kun sendes på papir, går de breve til postkassen, hvor "
    "opslaget sagde, at modtageren er tilmeldt.",
    "Samkuvertering": "For alle brevtyper: breve i samme printkørsel til samme modtager, af samme klasse og til "
    "samme land, deler kuvert op til den største. Slet ikke: hvert brev betaler for sin egen. Breve, hvis modtager "
    "er glemt, tælles og lades være; rekommanderede breve deler aldrig.",
    "Afrunding": "Der regnes med dele af breve. I hver forvaltning vises hele breve, så de tilsammen er det afrundede "
    "antal i alt; en forvaltning kan derfor have et brev mere eller mindre, end når den ses alene.",
    "Priser": "Et brev, der flyttes, koster dagens pris hos den leverandør, som de fleste digitale breve gik til. "
    "Er intet valgt, er de to sider ens til sidste øre.",
}
"""What can be chosen, and how it is computed; docs/measures.md has the same in English, with the formula."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Letters on paper that somebody can do the same about: each way to paper that counts as it, and what to do."""

    name: str
    sentences: tuple[str, ...]
    remedy: str

    @property
    def anchor(self) -> str:
        """Where it stands on the page of definitions."""
        return anchor(self.name)


def reasons_for_paper() -> tuple[Ground, ...]:
    """In the order of the reasons."""
    return tuple(Ground(WORDS[why][0], tuple(_ways(why)), WORDS[why][1]) for why in Why)


def _ways(why: Why) -> list[str]:
    return [route.sentence for route in Route if REASONS.get(route) is why]
