"""Where Danish and English words may be parted: read by a person, word for word."""

import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pyphen
import pytest

from outbound.rendering import hyphens
from outbound.rendering.hyphens import KEPT_WORDS, points

DANISH = """
bolig|støtte|afgø|relse bolig|støtte helbreds|tillæg øko|no|misk øko|no|mi|ske sags|be|handlings|tid
sags|be|hand|ler børne|pleje|loven afgø|relsen ansøg|ningen ansøg|nings|skema parts|hø|ring begrun|delse
klage|vej|led|ning klage|fristen for|valt|nings|loven sags|nummer åbnings|tid beskæf|ti|gelses|indsats
udbe|ta|ling husstands|indkomst indkomst|regi|stret oplys|nings|pligt til|ba|ge|be|ta|ling doku|men|ta|tion
læge|erklæ|ring special|læge|erklæ|ring hjælpe|mid|ler for|æl|dre|myndig|hed bopæls|kommune kon|tant|hjælp
før|tids|pension dansk|uddan|nelse uddan|nelses|hjælp vand|afled|ning mil|jø|god|ken|delse under|ret|ning
undersø|gelse arbejds|fortje|ne|ste års|op|gø|relse forskuds|op|gø|relserne person|nummer formue|grænse
bolig|udgifter varme|udgifter leje|kontrakt ægte|fælle|skat ryk|ker|ge|byr ind|dri|velses|myndig|heden
rets|infor|ma|tion lov|bekendt|gø|relse bemærk|nin|ger hjemme|siden adgangs|kode tolke|bistand ude|bli|velse
opfølg|nings|sam|tale sats|re|gu|le|rings|pro|cen|ten insti|tu|tions|plads skole|fri|tids|ordning
søsken|de|ra|bat egen|be|ta|ling behandlings|frist fødsels|attest vielses|attest opholds|tilladelse
ung|doms|uddan|nelse børne|tilskud unge|ydelse ser|vice|loven folke|skole|loven
data|be|skyt|telses|for|ordningen akt|indsigt udlæn|din|ge|sty|rel|sen konto|nummer kre|di|tor|oplys|ninger
medicin|udgifter hjemme|syge|pleje gen|op|træ|nings|plan støtte|kontakt|person skole|besty|relse
special|undervis|ning moders|måls|undervis|ning skole|psyko|log par|ke|rings|licens ibrug|tag|nings|tilladelse
løn|tilskud ledig|heds|ydelse mulig|heds|erklæ|ring fra|flyt|ning adresse|æn|dring samværs|ret sel|skabs|skat
energi|bereg|ning frilufts|skole kontor|chefen fag|forening stueetage
fjern|print|andel papir|andel papir|andelen
"""
# what the patterns alone would do, and nobody should read
ABSURD = (
    "ægtefæl|leskat", "lønt|ilskud", "skolep|sykolog", "fraf|lytning", "var|meudgifter", "hjem|mesiden",
    "skud|dannelse", "bredstil|læg", "ungey|delse", "boligstøt|teafgørelse", "energibe|regning", "indkomstre|gistret",
    "medicinud|gifter", "fjernprin|tandel", "papiran|del",
)  # fmt: skip
ENGLISH = "muni|cip|al|ity decision hous|ing bene|fit appoint|ment there|fore doc|u|ment|a|tion"


def marked(word: str, language: str | None = "da") -> str:
    cuts = [0, *points(word, language), len(word)]
    return "|".join(word[begin:end] for begin, end in pairwise(cuts))


@pytest.mark.parametrize("expected", DANISH.split())
def test_a_word_of_a_municipal_letter_is_parted_as_one_would(expected: str) -> None:
    assert marked(expected.replace("|", "")) == expected


def test_no_cut_reads_as_another_word() -> None:
    seen = "\n".join(DANISH.split())
    for cut in ABSURD:
        before, after = cut.split("|")
        whole = next(word for word in seen.replace("|", "").split() if before + after in word)
        assert whole.index(before + after) + len(before) not in points(whole, "da"), cut


@pytest.mark.parametrize("expected", ENGLISH.split())
def test_english_is_parted_by_its_own_patterns(expected: str) -> None:
    assert marked(expected.replace("|", ""), "en") == expected
    assert marked(expected.replace("|", ""), "en-GB") == expected


@pytest.mark.parametrize(
    "word",
    [
        "støtte", "borger", "blomst", "NORDHAVN", "BoligstøtteAfgørelse", "NemKonto", "26/004711", "sag26004711",
        "www.nordhavn.example", "borgerservice@nordhavn.example", "https://www.nordhavn.example/skole", "IT-systemet",
        "strengt", "", "...", "æøåæøå1", "ansøg\u00adningen", "sko\u0301leleder", "klagende", "lægerne",
    ],
)  # fmt: skip
def test_what_is_no_plain_word_is_left_whole(word: str) -> None:
    assert points(word, "da") == ()


@pytest.mark.parametrize("language", [None, "", "de", "kl", "x"])
def test_another_language_parts_nothing(language: str | None) -> None:
    assert points("ansøgningen", language) == ()


def test_signs_around_a_word_are_no_part_of_it() -> None:
    assert marked("(ansøgningen),") == "(ansøg|ningen),"
    assert marked("»Ansøgningen«.", "da-DK") == "»Ansøg|ningen«."


def test_every_line_has_three_letters_and_a_vowel() -> None:
    for word in DANISH.replace("|", "").split():
        for point in points(word, "da"):
            assert 3 <= point <= len(word) - 3
            assert all(any(sign in "aeiouyæøå" for sign in part) for part in (word[:point], word[point:]))


def test_no_more_words_are_kept_than_there_is_room_for() -> None:
    """Words of letters are somebody's, and pyphen itself would keep every one."""
    for number in range(KEPT_WORDS + 50):
        points("opdigtet" + "".join(chr(97 + int(digit)) for digit in str(number)), "da")
    assert points.cache_info().currsize == points.cache_info().maxsize == KEPT_WORDS
    assert all(not kept.cache for kept in pyphen.hdcache.values())


def test_threads_get_the_same_points() -> None:
    points.cache_clear()
    hyphens._patterns.cache_clear()
    words = DANISH.replace("|", "").split()
    switch = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda _: [points(word, "da") for word in words], range(16)))
    finally:
        sys.setswitchinterval(switch)
    assert all(one == found[0] for one in found)
