"""The OIO schemas of ForsendelseI, loaded as one.

They import one namespace from many files, of which libxml2 keeps only the first. So for each namespace a wrapper schema
is made that includes all its files, beside copies of the files, and the imports in the copies name the wrappers.
"""

import re
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from lxml import etree

FOLDER = "sf1601/fjernprint-sf1600/SF1600_EP_SP1-2/xsd/oio"
ROOT = "urn:oio:fjernprint:1.0.0"
TARGET = re.compile(r'targetNamespace="([^"]+)"')
IMPORT = re.compile(r"<(?:\w+:)?import\b[^>]*?/>|<(?:\w+:)?import\b[^>]*?>\s*</(?:\w+:)?import>", re.DOTALL)
INCLUDE = re.compile(r"<(?:\w+:)?include\b[^>]*?/>", re.DOTALL)


@cache
def forsendelse_schema(specs: Path) -> etree.XMLSchema:
    """The schema of `ForsendelseI` and all it uses."""
    texts = {file.name: file.read_text("utf-8-sig") for file in (specs / FOLDER).glob("*.xsd")}
    by_namespace: dict[str, list[str]] = {}
    for name, text in sorted(texts.items()):
        if found := TARGET.search(text):
            by_namespace.setdefault(found[1], []).append(name)
    with TemporaryDirectory() as folder:
        made = Path(folder)
        wrappers = {namespace: f"wrapper-{n}.xsd" for n, namespace in enumerate(by_namespace)}
        for name, text in texts.items():
            (made / name).write_text(_led(text, wrappers), "utf-8")
        for namespace, wrapper in wrappers.items():
            includes = "".join(f'<include schemaLocation="{name}"/>' for name in by_namespace[namespace])
            head = f'<schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="{namespace}">'
            (made / wrapper).write_text(f"{head}{includes}</schema>", "utf-8")
        parser = etree.XMLParser(no_network=True, resolve_entities=False)
        return etree.XMLSchema(etree.parse(str(made / wrappers[ROOT]), parser))


def _led(text: str, wrappers: dict[str, str]) -> str:
    """The schema with its imports led to the wrappers and without its includes, since the wrapper has them all (nor
    the imports of its own namespace, which some files have instead)."""
    own = TARGET.search(text)

    def led(found: re.Match[str]) -> str:
        namespace = re.search(r'namespace="([^"]+)"', found[0])
        if namespace is None or namespace[1] not in wrappers:
            return found[0]
        if own is not None and namespace[1] == own[1]:
            return ""
        return re.sub(r'schemaLocation="[^"]*"', f'schemaLocation="{wrappers[namespace[1]]}"', found[0])

    return INCLUDE.sub("", IMPORT.sub(led, text))
