"""What each figure is, in Danish for those who read it. docs/measures.md says the same in English, figure by figure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

CERTAIN, ESTIMATED, REPORTED = "sikkert", "anslået", "indberettet"


@dataclass(frozen=True, slots=True)
class Definition:
    """A figure: its name, a sentence, its formula, and how sure it is (empty for a plain count)."""

    name: str
    sentence: str
    formula: str
    kind: str = ""

    @property
    def anchor(self) -> str:
        """Where it stands on the page of definitions."""
        return anchor(self.name)


def anchor(name: str) -> str:
    """`Tid sparet, anslået` → `tid-sparet-anslaaet`."""
    plain = name.lower().replace("æ", "ae").replace("ø", "oe").replace("å", "aa")
    return re.sub("[^a-z0-9]+", "-", plain).strip("-")


DEFINITIONS: Mapping[str, tuple[Definition, ...]] = {
    "Breve og andele": (
        Definition(
            "Breve",
            "Breve, som er afleveret til Digital Post eller fjernprint i perioden, minus dem, der er afvist i "
            "den. Hver modtagers brev er ét brev. Påmindelser, prøvetryk og genudsendte breve tæller ikke med.",
            "digitale + fjernprintede",
        ),
        Definition(
            "Digital andel",
            "Hvor stor en del af brevene der gik til en digital postkasse. Høj er godt.",
            "digitale / (digitale + fjernprintede)",
        ),
        Definition(
            "Papirandel",
            "Hvor stor en del af brevene der blev trykt af fjernprint. Lav er godt. Målet er det, som målet for "
            "den digitale andel levner: 100 % minus det.",
            "fjernprintede / (digitale + fjernprintede)",
        ),
        Definition(
            "Fjernprintandel",
            "Hvor stor en del af alle kommunens breve der gik gennem systemet, digitalt eller på papir, i stedet "
            "for kontorets egen printer. Høj er godt. Ukendt, indtil forvaltningerne har indberettet det lokale "
            "print.",
            "(digitale + fjernprintede) / (digitale + fjernprintede + trykt lokalt)",
            REPORTED,
        ),
        Definition(
            "Digital andel af digitaliserbare",
            "Hvor stor en del af de breve, der kunne være digitale, der også var det. Et brev på papir kunne være"
            " digitalt, når opslaget sagde, at modtageren er tilmeldt, og brevtypen ikke kun er til papir.",
            "digitale / (digitale + fjernprintede, som kunne være digitale)",
        ),
    ),
    "Papir": (
        Definition(
            "Andel af papiret",
            "Hvor stor en del af brevene på papir der gik på papir af denne grund.",
            "breve på papir af denne grund / alle breve på papir",
        ),
        Definition(
            "Papir til tilmeldte",
            "Breve på papir til modtagere, som opslaget sagde var tilmeldt Digital Post. Ukendt, hvor ingen er "
            "slået op.",
            "antal breve på papir, hvor opslaget sagde tilmeldt",
        ),
        Definition(
            "Sparet, hvis digitalt",
            "Hvad papir til tilmeldte ville have sparet, hvis brevene var gået til postkassen. Ukendt, hvor ingen"
            " er slået op, eller hvor ingen breve var digitale i perioden.",
            "prisen for papir til tilmeldte − antallet af dem × pris pr. digitalt brev i perioden",
            ESTIMATED,
        ),
        Definition(
            "Returpost",
            "Breve på papir, som kom retur i perioden, hvert brev én gang, på den dag og af den grund, der sidst "
            "er meldt.",
            "antal breve, som kom retur",
        ),
    ),
    "Penge": (
        Definition(
            "Pris",
            "Hvad brevet kostede den vej, det gik. Alle beløb er uden moms.",
            "digitalt: porto; fjernprint: porto + materialer",
            CERTAIN,
        ),
        Definition(
            "Pris pr. brev",
            "Hvad et brev kostede i gennemsnit, med forgæves forsøg og returbreve.",
            "pris for alle breve / breve",
            CERTAIN,
        ),
        Definition(
            "Samme brev fra kontoret",
            "Hvad det samme brev ville have kostet, hvis det var trykt og sendt fra kontoret samme dag.",
            "porto + materialer + arbejdstid",
        ),
        Definition("Porto sparet", "Porto, som ikke er betalt.", "porto fra kontoret − betalt porto", CERTAIN),
        Definition(
            "Materialer sparet",
            "Papir, toner og kuverter, som ikke er brugt.",
            "materialer fra kontoret − betalte materialer",
            CERTAIN,
        ),
        Definition(
            "Sparet, sikkert",
            "Hvad der sikkert er sparet. Et brev, der sendes igen, tæller ikke som brev, men det koster, og det er "
            "sammenlignet med kontoret som alle andre: også dér skulle det være sendt igen.",
            "porto sparet + materialer sparet",
            CERTAIN,
        ),
        Definition(
            "Tid sparet, anslået",
            "Hvad arbejdet med at trykke, folde og sende brevene ville have kostet. Lægges aldrig til det sikre: "
            "Rigsrevisionen fandt, at den del af gevinsten ikke var påvist.",
            "sekunder pr. brev × timepris",
            ESTIMATED,
        ),
        Definition(
            "Heraf samkuvertering",
            "Den del af det sikre, der kom af, at breve til samme modtager delte kuvert.",
            "Σ (prisen i egen kuvert − brevets del af den fælles kuvert)",
            CERTAIN,
        ),
        Definition(
            "Som fjernprint",
            "Hvad de samme breve kostede, eller de digitale ville have kostet, med vores eget fjernprint samme dag.",
            "fjernprintede: deres pris; digitale: porto + materialer hos fjernprint",
        ),
        Definition(
            "Heraf digitalt frem for fjernprint",
            "Den del af det sikre, som postkassen sparede i forhold til vores eget fjernprint.",
            "som fjernprint − pris",
            CERTAIN,
        ),
        Definition(
            "Heraf fjernprint frem for kontoret",
            "Den del af det sikre, som fjernprint sparer i forhold til kontoret, også for digitale breve, havde "
            "de været trykt.",
            "samme brev fra kontoret − som fjernprint, porto og materialer",
            CERTAIN,
        ),
        Definition(
            "Forgæves forsøg",
            "Den del af prisen, som gik til breve, der blev modtaget, senere afvist og alligevel opkrævet.",
            "Σ afviste forsøg, som er opkrævet",
            CERTAIN,
        ),
        Definition(
            "Kom retur",
            "Den del af prisen, som en leverandør tager for breve, der kommer retur.",
            "Σ prisen for returbreve",
            CERTAIN,
        ),
    ),
    "Mål og budget": (
        Definition(
            "Mål",
            "Den andel, der skal nås. Gælder på periodens sidste dag; en forvaltnings eget mål går forud for alles.",
            "som det er sat for kommunen eller forvaltningen, med sin kilde",
        ),
        Definition(
            "Statens mål",
            "Den digitale andel af digitaliserbare, som staten ville nå.",
            "som det er sat, med sin kilde (Rigsrevisionen, 2016)",
        ),
        Definition(
            "Forudsat",
            "Den digitale andel af digitaliserbare, som beregningen af statens besparelser byggede på.",
            "som det er sat, med sin kilde (Rigsrevisionen, 2016)",
        ),
        Definition("Realiseret", "Hvad der sikkert er sparet i perioden.", "sparet, sikkert", CERTAIN),
        Definition(
            "Budget",
            "Hvad der skulle spares i perioden. Hver dag i året tæller lige meget. Ukendt, hvor et år intet "
            "budget har.",
            "hvert års budget × periodens dage i året / årets dage",
        ),
        Definition("Afvigelse", "Hvor langt der er mellem de to.", "realiseret − budget"),
        Definition("Tid, anslået", "Det samme for arbejdstid; lægges ikke til.", "tid sparet, anslået", ESTIMATED),
        Definition("Gevinst, brutto", "Hvad kommunen sikkert har sparet.", "realiseret i alle forvaltninger", CERTAIN),
        Definition(
            "Driftsudgift",
            "Hvad systemet selv koster.",
            "hvert års driftsudgift × periodens dage i året / årets dage",
            CERTAIN,
        ),
        Definition("Gevinst, netto", "Hvad der er tilbage.", "brutto − driftsudgift", CERTAIN),
        Definition(
            "Tilmeldte borgere",
            "Hvor stor en del af kommunens borgere på mindst 15 år der er tilmeldt Digital Post.",
            "den nyeste officielle opgørelse, som ikke er yngre end perioden",
        ),
        Definition(
            "Tilmeldte blandt modtagerne",
            "Hvor stor en del af de borgere, der er slået op til et brev, der var tilmeldt. Ukendt, når et brev "
            "ikke længere siger, hvem det var til.",
            "tilmeldte personer / personer, hver én gang om måneden",
        ),
        Definition(
            "Breve til tilmeldte borgere",
            "Det samme efter breve: den, der får ti breve, tæller ti gange.",
            "breve til tilmeldte borgere / breve til borgere, der er slået op",
        ),
    ),
    "NemSMS": (
        Definition(
            "NemSMS-påmindelser sendt",
            "Påmindelser, som Digital Post tog imod, minus dem, der er afvist. De tæller ikke som breve.",
            "sendte − afviste",
        ),
        Definition(
            "NemSMS af brevene",
            "Hvor mange breve der fik en påmindelse.",
            "sendte påmindelser / (digitale + fjernprintede)",
        ),
        Definition("NemSMS, beløb", "Hvad påmindelserne kostede.", "Σ prisen for en påmindelse", CERTAIN),
    ),
}
"""By heading. A definition for each figure of docs/measures.md, and no other."""
KNOWN: Mapping[str, Definition] = {one.name: one for some in DEFINITIONS.values() for one in some}
