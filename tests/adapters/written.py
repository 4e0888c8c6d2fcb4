"""MeMos as tests have them made: each is held to the published schema of its version, where that is at hand."""

from datetime import datetime
from functools import cache

from lxml import etree

from adapters.digital_post.memo import Sender
from adapters.digital_post.memo import memo as made
from outbound.letter import Dispatch
from tests.conftest import find_specs

SPECS = find_specs()  # before a test takes the environment away
SCHEMAS = {"1.2": "memo-1.2/Version1.2/MeMo_core.xsd", "1.1": "memo-1.1/MeMo_core.xsd"}


def memo(dispatch: Dispatch, sender: Sender, created: datetime, version: str = "1.2") -> bytes:
    """The MeMo of this letter, which is valid."""
    content = made(dispatch, sender, created, version)
    if schema := schema_of(version):
        schema.assertValid(read(content))
    return content


def read(content: bytes) -> etree._Element:
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))


@cache
def schema_of(version: str) -> etree.XMLSchema | None:
    """None where the schemas are not at hand."""
    return etree.XMLSchema(etree.parse(str(SPECS / SCHEMAS[version]))) if SPECS else None
