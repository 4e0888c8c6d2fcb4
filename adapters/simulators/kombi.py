"""KombiPostAfsend's own reading of a kombi_request: the choice of channel and the one thing that goes with it.

As in docs/SF1601.md of itk-dev/serviceplatformen: kombi_request and KombiValgKode are in no namespace, a MeMo has the
literal prefix `memo`, and pure digital and pure physical post have no second part. A NemSMS is a MeMo of type NEMSMS.
`Automatisk Valg` is real, and refused here: this sender's agreement is that it says itself where a letter goes.
"""

from pathlib import Path

from lxml import etree

from adapters.simulators.fjernprint import F, PaperLetter, PaperReader, Refused
from adapters.simulators.memo import LIMIT, Memo, MemoReader
from adapters.simulators.memo_documents import Invalid, M
from adapters.simulators.nemsms import KIND

DIGITAL, PAPER, TEXT = "Digital Post", "Fysisk Post", "NemSMS"

MESSAGES = {DIGITAL: "DIGITALPOST", TEXT: KIND}
"""The messageType of what goes with these."""


class KombiReader:
    """Reads a request strictly, and by the published schemas where `specs` has them."""

    def __init__(self, specs: Path | None) -> None:
        self._memos, self._papers = MemoReader(specs), PaperReader(specs)

    def read(self, body: bytes) -> Memo | PaperLetter:
        """The letter. Raises Refused."""
        if len(body) > LIMIT:
            raise Refused("memo.too.large", f"The request is {len(body)} bytes; the most is {LIMIT}.")
        choice, part = _parts(body)
        if choice in MESSAGES and part.tag == f"{M}Message":
            return self._memo(part, choice)
        if choice == PAPER and part.tag == f"{F}ForsendelseISamling":
            return self._papers.read(part)
        raise Refused("kombi.invalid", f"With {choice} there goes no {etree.QName(part).localname}.")

    def _memo(self, part: etree._Element, choice: str) -> Memo:
        try:
            found = self._memos.read(etree.tostring(part, encoding="UTF-8"))
        except Invalid as fault:
            raise Refused(fault.code, fault.message) from None
        if MESSAGES[choice] != found.kind:
            raise Refused("kombi.invalid", f"With {choice} there goes no message of type {found.kind}.")
        return found


def _parts(body: bytes) -> tuple[str, etree._Element]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True, load_dtd=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as fault:
        raise Refused("kombi.invalid", f"The request is no XML: {fault.msg}") from None
    if root.getroottree().docinfo.internalDTD is not None or root.tag != "kombi_request" or len(root) != 2:
        raise Refused("kombi.invalid", "A kombi_request has a KombiValgKode and one letter.")
    if root[0].tag != "KombiValgKode" or root[0].text not in (DIGITAL, PAPER, TEXT):
        raise Refused("kombi.invalid", "KombiValgKode is Digital Post, Fysisk Post or NemSMS.")
    return str(root[0].text), root[1]
