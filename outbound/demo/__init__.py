"""`outbound demo`: 200 letters from seven systems and a mailing, all the way, on the real stack.

It checks itself by the suppliers' own records, says what became of the letters, and leaves nothing running.
"""

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import httpx

from outbound import clock
from outbound.demo import check, summary
from outbound.demo.faults import DemoFault
from outbound.demo.progress import Following, Screen, arrived, follow
from outbound.demo.scenario import LETTERS, MAILING, SINGLE, SYSTEMS, TOLD_BY_YES_OR_NO
from outbound.demo.stage import environment, fresh
from outbound.demo.suppliers import Suppliers
from outbound.demo.systems import Api, Author, HandedIn, hand_in_mailing, hand_in_singles
from outbound.ledger import Ledger
from outbound.letter import Channel
from outbound.life import Status
from outbound.organisation import load_organisation
from outbound.rendering import LetterTypes
from outbound.reports import By, Period, Report, report
from outbound.reports.proof import prove
from outbound.settings import HOME
from outbound.stack.terminal import ended_politely
from outbound.stack.up import Stack
from outbound.web.access import issue_key

__all__ = ["DemoFault", "run"]

MAKING_FACES = "Gør skrifttyperne klar; det sker kun første gang og tager nogle sekunder …"
OUTAGE_SECONDS = 6.0
DROPPED_ANSWERS = 2
BEFORE_THE_OUTAGE = 40  # letters gone


def run(folder: Path, live: bool) -> None:
    """Run the whole demo in `folder`. `live`: the terminal can show a line that changes.

    Raises DemoFault where something is not as it must be, StackError where a part does not start.
    """
    screen, started, first = Screen(live), time.monotonic(), clock.today()
    _check_policy()
    fresh(folder)
    screen.say("Starter Redis, database, web, workers og simulatorer …")
    with ended_politely(), Stack(folder, environment(), making_faces=lambda: screen.say(MAKING_FACES)) as stack:
        screen.say(f"Alt kører efter {time.monotonic() - started:.0f} s. Routeren svarer på {stack.url} imens.")
        with _cast(stack) as (apis, suppliers, ledger):
            handed_in = _journey(apis, suppliers, screen)
            screen.say(
                f"Fremme efter {time.monotonic() - started:.0f} s. Efterser brevene i leverandørernes egne bøger …"
            )
            letters = _letters(apis, handed_in)
            told = TOLD_BY_YES_OR_NO if stack.env.get("OUTBOUND_SF1601") in ("digital", "both") else {}
            takings, figures = suppliers.takings(), _figures(ledger, first)
            faults = [*check.faults(handed_in, letters, takings, told), *_audit(ledger)]
            faults += check.figures(handed_in, letters, takings, figures)
            examples = _examples(apis, handed_in, letters, folder)
    screen.say(f"Færdig efter {time.monotonic() - started:.0f} s. Intet kører længere.\n")
    for line in summary.summary(list(letters.values()), figures, folder, examples):
        print(line)
    if faults:
        raise DemoFault("Demoen fandt fejl:\n  " + "\n  ".join(faults[:20]))
    print(f"\nEfterset i leverandørernes egne bøger: af de {LETTERS} breve er hvert taget præcis én gang, eller det er")
    print("standset eller venter og er ikke taget; ingen gik ud ad begge kanaler. Rapporten siger det samme for hver")
    print("forvaltning, og hver krone kan regnes efter.")


def _check_policy() -> None:
    """The demo speaks as systems of the policy that comes with the router."""
    organisation = load_organisation(HOME / "config")
    if missing := [system for system in SYSTEMS if organisation.system(system) is None]:
        raise DemoFault(f"config/organisation.toml har ikke {', '.join(missing)}, som demoen afleverer breve for.")


@contextmanager
def _cast(stack: Stack) -> Iterator[tuple[list[Api], Suppliers, Ledger]]:
    """The systems with their keys, the suppliers, and the ledger to read the figures from."""
    with ExitStack() as closing:
        ledger = Ledger(stack.env["OUTBOUND_DATABASE_URL"])
        closing.callback(ledger.close)
        with ledger.writing() as tx:
            keys = {system: issue_key(tx, system) for system in SYSTEMS}
        apis = [Api(stack.url, system, key) for system, key in keys.items()]
        for api in apis:
            closing.callback(api.close)
        suppliers = Suppliers(stack.controls, closing.enter_context(httpx.Client(timeout=30, trust_env=False)))
        try:
            yield apis, suppliers, ledger
        except httpx.HTTPError as fault:
            raise DemoFault(
                f"En del af routeren svarede ikke ({type(fault).__name__}); se {stack.folder / 'logs'}."
            ) from None


def _journey(apis: Sequence[Api], suppliers: Suppliers, screen: Screen) -> list[HandedIn]:
    """Hand everything in, with an outage of the mailbox in the middle, and follow it to its end."""
    types = LetterTypes.load(HOME / "templates" / "letters")
    author = Author(suppliers, {name: one.example or {} for name, one in types.items()})
    following = Following(apis)
    handed_in: list[HandedIn] = []
    for api in apis:
        mine = list(hand_in_singles(api, author, SINGLE))
        handed_in += mine
        screen.say(f"Fagsystemet {api.system} har afleveret {len(mine)} breve; et gentaget kald gav det samme brev.")
    follow(following, handed_in, screen, lambda: following.gone() >= BEFORE_THE_OUTAGE, "brevene er kommet i gang")
    screen.say(f"Digital Post svarer ikke de næste {OUTAGE_SECONDS:.0f} sekunder.")
    suppliers.set_mood({"mood": "busy", "status": 503, "retry_after": 1})
    mailing = hand_in_mailing(next(api for api in apis if api.system == MAILING[0].system), author, MAILING)
    handed_in += mailing
    screen.say(f"Imens afleverer jobcenter en masseforsendelse på {len(mailing)} breve. De venter; intet bliver papir.")
    over = threading.Event()
    threading.Timer(OUTAGE_SECONDS, over.set).start()
    follow(following, handed_in, screen, over.is_set, "udfaldet er forbi")
    suppliers.set_mood({"mood": "drop_answer", "next": DROPPED_ANSWERS, "on": ["send"]})
    screen.say(
        f"Digital Post svarer igen, men taber {DROPPED_ANSWERS} svar. De breve er i tvivl, til kvitteringen kommer."
    )
    everything = lambda: arrived(following.states, handed_in) == LETTERS  # noqa: E731
    follow(following, handed_in, screen, everything, "alle breve er fremme")
    return handed_in


def _letters(apis: Sequence[Api], handed_in: Sequence[HandedIn]) -> dict[str, Any]:
    """Every letter as its system sees it, by id."""
    by_system = {api.system: api for api in apis}
    return {one.letter: by_system[one.group.system].get(f"/v1/letters/{one.letter}") for one in handed_in}


def _audit(ledger: Ledger) -> list[str]:
    with ledger.reading() as tx:
        return [f"Regnskabet stemmer ikke: {found.measure}, {found.why}." for found in prove(tx)]


def _figures(ledger: Ledger, first: date) -> Report:
    with ledger.reading() as tx:
        return report(tx, load_organisation(HOME / "config"), Period(first, clock.today()), By.DEPARTMENT)


def _examples(
    apis: Sequence[Api], handed_in: Sequence[HandedIn], letters: Mapping[str, Any], folder: Path
) -> dict[str, Path]:
    """The PDFs of two letters, one for each channel, as their systems fetch them for the case file."""
    found: dict[str, Path] = {}
    for what, channel in (("Digital Post", Channel.DIGITAL), ("Fjernprint", Channel.PRINT)):
        one = next(one for one in handed_in if _went(letters[one.letter], channel))
        api = next(api for api in apis if api.system == one.group.system)
        file = folder / "breve" / f"{channel}.pdf"
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(api.fetch(f"/v1/letters/{one.letter}/pdf"))
        found[what] = file
    return found


def _went(letter: Any, channel: Channel) -> bool:
    return bool(letter["state"] == Status.DELIVERED and letter["route"]["channel"] == channel)
