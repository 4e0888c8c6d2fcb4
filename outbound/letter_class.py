"""The classes of postage that a letter type may ask for."""

from enum import StrEnum


class LetterClass(StrEnum):
    """How a letter on paper is carried. The kinds are those of PostKategoriKode (urn:oio:fjernprint:1.0.0)."""

    ECONOMY = "economy"
    QUICK = "quick"
    REGISTERED = "registered"
    REGISTERED_RECEIPT = "registered-receipt"

    @property
    def words(self) -> str:
        """The class in Danish."""
        return WORDS[self]

    @property
    def alone(self) -> bool:
        """Must the recipient sign for it? Then nothing else may be in the envelope than what is signed for."""
        return self in (LetterClass.REGISTERED, LetterClass.REGISTERED_RECEIPT)


WORDS = {
    LetterClass.ECONOMY: "økonomibrev",
    LetterClass.QUICK: "hurtigt brev",
    LetterClass.REGISTERED: "rekommanderet",
    LetterClass.REGISTERED_RECEIPT: "rekommanderet med modtagerbevis",
}
