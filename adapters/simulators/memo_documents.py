"""The documents in a MeMo: files, PDFs and actions, and what is wrong with them.

File names and action addresses: "Øget validering" (digitaliser.dk, 15-11-2024). Codes: the error list of KMD SmartPost.
"""

import base64
import binascii
import hashlib
import io
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pypdf
from lxml import etree

MEMO = "https://DigitalPost.dk/MeMo-1"
M = f"{{{MEMO}}}"
BAD_IN_FILE_NAME = re.compile('[<>:"/\\\\|?*\r\n\u00a0\u2000-\u200a\u2028\u205f\u2060\u3000]')
EXTENSIONS = {
    "application/pdf": ".pdf", "text/html": ".html", "text/plain": ".txt", "application/xml": ".xml",
    "image/png": ".png", "image/jpeg": ".jpg",
}  # fmt: skip
ACTIONS = {
    "AFTALE", "BETALING", "SELVBETJENING", "INFORMATION", "UNDERSKRIV", "BEKRAEFT", "FORBEREDELSE", "TILMELDING",
}  # fmt: skip


class Invalid(Exception):
    """The message is not taken; like the supplier's own texts, ours may carry the recipient's number."""

    def __init__(self, message: str, code: str = "memo.invalid", value: str | None = None) -> None:
        super().__init__(message)
        self.message, self.code, self.value = message, code, value


def main_document(body: etree._Element) -> str:
    """Checks every document of a MessageBody; the SHA-256 of the main one's PDF (else of its first file)."""
    main, *others = [document for document in body if document.tag != f"{M}createdDateTime"]
    digests = dict(_files(main))
    for document in others:
        list(_files(document))
        if len(text_of(document, "label")) > 256:
            raise Invalid("cvc-maxLength-valid: label has more than 256 characters.")
    for document in (main, *others):
        _check_actions(document)
    return digests.get("application/pdf") or next(iter(digests.values()))


def additional_documents(body: etree._Element) -> tuple[str, ...]:
    """The SHA-256 of each additional document's first file."""
    found = body.iterfind(f"{M}AdditionalDocument")
    return tuple(next(digest for _, digest in _files(document)) for document in found)


def _files(document: etree._Element) -> Iterator[tuple[str, str]]:
    """Each file's type and SHA-256."""
    for file in document.iterfind(f"{M}File"):
        kind, name = text_of(file, "encodingFormat"), text_of(file, "filename")
        _check_file_name(kind, name)
        if not re.fullmatch(r"[a-z]{2}", text_of(file, "language")):
            raise Invalid("The language is two letters.")
        content = _content(text_of(file, "content"))
        if kind == "application/pdf":
            _check_pdf(content)
        yield kind, hashlib.sha256(content).hexdigest()


def _check_file_name(kind: str, name: str) -> None:
    if kind not in EXTENSIONS or not name.lower().endswith(EXTENSIONS[kind]):
        raise Invalid(f"The file '{name}' is not allowed as '{kind}'.", "file.extension.not.allowed", name)
    if BAD_IN_FILE_NAME.search(name) or len(name) > 256 or name.startswith("."):
        raise Invalid(f"The file name '{name}' is not allowed.", value=name)


def _content(text: str) -> bytes:
    if not text.strip():
        raise Invalid("The file is empty.", "file.empty.not.allowed")
    try:
        return base64.b64decode("".join(text.split()) if "\n" in text or " " in text else text, validate=True)
    except (binascii.Error, ValueError):
        raise Invalid("cvc-datatype-valid: the content is not base64Binary.") from None


def _check_pdf(content: bytes) -> int:
    """The number of pages. Raises Invalid for what a reader cannot open."""
    if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-1024:]:
        raise Invalid("The file says that it is PDF and is not.")
    try:
        reader = pypdf.PdfReader(io.BytesIO(content), strict=True)
        pages = 0 if reader.is_encrypted else len(reader.pages)
    except Exception as fault:  # pypdf raises many kinds on a broken file
        raise Invalid(f"The PDF cannot be read: {type(fault).__name__}.") from None
    if pages == 0:
        raise Invalid("The PDF is encrypted or has no page.")
    return pages


def _check_actions(document: etree._Element) -> None:
    for action in document.iterfind(f"{M}Action"):
        if not 0 < len(text_of(action, "label")) <= 256 or text_of(action, "actionCode") not in ACTIONS:
            raise Invalid("An action has a label and a known actionCode.")
        for url in action.iterfind(f"{M}EntryPoint/{M}url"):
            _check_url(url.text or "")


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or len(url) > 256:
        raise Invalid(f"The action address '{url}' is not an absolute https address.", value=url)


def text_of(parent: etree._Element, name: str, otherwise: str = "") -> str:
    """The text of a child in MeMo's namespace."""
    return parent.findtext(f"{M}{name}", otherwise) or ""
