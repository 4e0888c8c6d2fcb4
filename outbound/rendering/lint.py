"""What a department should mend in a letter type before anybody gets a letter of it.

The folder's own findings (`LetterTypeFolder.findings`) keep a type from being used at all; these do not: a field that
nothing uses, a tag in a branch that no example takes, a decision that does not say how to appeal.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from outbound.rendering.faults import Finding, RenderingFault
from outbound.rendering.fonts import unprintable
from outbound.rendering.images import LEAST_DPI, SUFFIXES, named_in
from outbound.rendering.letter_type_folder import BODY, LAYOUT, SCHEMA, TRIAL_DAY, LetterTypeFolder
from outbound.rendering.letter_types import footnotes_in
from outbound.rendering.lix import Lix, lix, read_aloud
from outbound.rendering.markup import CHILDREN
from outbound.rendering.pictures import WIDTHS, dpi_of
from outbound.rendering.places import blanked, line_at, lines_of_json, tags_of
from outbound.rendering.policy import FILE as POLICY
from outbound.rendering.policy import Policy
from outbound.rendering.templates import TemplateFault, body_of
from outbound.rendering.views import specimen
from outbound.rendering.window import WINDOW

_APPEAL = re.compile(r"\bklage|\bpåklage|\bappeal|\bcomplain", re.IGNORECASE)
_DEADLINE = re.compile(
    r"\b(?:\d+|en|to|tre|fire|fem|seks|otte|one|two|three|four|six|eight)\s+(?:uger?|dage|måned(?:er)?|weeks?|days|months?)\b"
)
_ILL_FORMED = re.compile(r"<br\s*>|<!\w*|&(?!(?:amp|lt|gt|quot|apos);|#\d+;|#x[0-9A-Fa-f]+;)\w*;?")
_INSTEAD = {"<": "write <br/>, and neither a document type nor a comment", "&": "write &amp;, or the character itself"}
_SPARE = "is shown by no template; take it out, or write its <img>"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One letter type's faults, and how hard each example is to read (by file; empty where there are faults).

    `department` is the one that its policy names; whether there is one of that code, the organisation knows.
    """

    folder: Path
    department: str
    findings: tuple[Finding, ...]
    lix: Mapping[str, Lix]


def lint(root: Path, path: Path) -> Verdict:
    """Everything that should be mended in the letter type at `path`; `root` is the folder of all types."""
    folder = LetterTypeFolder.read(root, path)
    findings = folder.findings()
    policy = folder.policy
    if policy is None:
        return Verdict(path, "", tuple(findings), {})
    more = [*_languages(folder, policy), *_template_alone(folder), *_images(folder, policy)]
    bodies: dict[str, list[str]] = {}
    if not findings and not policy.ready_made:
        bodies = {name: _texts(folder, policy, fields) for name, fields in folder.examples.items()}
        more += [*_left_out(folder, policy), *_unused(folder), *(_no_appeal(folder, bodies) if policy.decision else ())]
    known = {(finding.file, finding.line) for finding in findings}
    findings += [one for one in more if one.line is None or (one.file, one.line) not in known]
    figures = {} if findings else {name: lix(texts) for name, texts in bodies.items()}
    return Verdict(path, policy.department, tuple(findings), figures)


def lint_layout(root: Path) -> tuple[Finding, ...]:
    """What is wrong with the blocks that all types share."""
    files = sorted((root / LAYOUT).glob("*.j2"))
    found = [finding for file in files for finding in _of_source(f"{LAYOUT}/{file.name}", file.read_text("utf-8"))]
    sources = [file.read_text("utf-8", "replace") for file in (*files, *root.glob(f"*/{BODY}"))]
    named = {one.name for source in sources for one in named_in(source)}
    spare = sorted(file.name for file in (root / LAYOUT).glob("*") if file.suffix.lower() in SUFFIXES)
    found += [Finding(f"{LAYOUT}/{name}", None, _SPARE) for name in spare if name not in named]
    return (*found, *footnotes_in(root)[1])


def _languages(folder: LetterTypeFolder, policy: Policy) -> Iterator[Finding]:
    if "languages" not in policy.model_fields_set:
        yield Finding(
            POLICY, None, 'names no language; add `languages = ["da"]`, or the language that it is written in'
        )


def _template_alone(folder: LetterTypeFolder) -> Iterator[Finding]:
    if BODY in folder.texts:
        yield from _of_source(BODY, folder.texts[BODY])


def _images(folder: LetterTypeFolder, policy: Policy) -> Iterator[Finding]:
    """Files that no template shows, and images that will look otherwise on paper than in their files."""
    tags = folder.image_tags()
    named = {one.name for _, one in tags}
    for file in sorted(file.name for file in folder.path.iterdir() if file.suffix.lower() in SUFFIXES):
        if file not in named:
            yield Finding(file, None, _SPARE)
    for name, image in folder.images.items():
        if image.was_coloured and not policy.colour:
            yield Finding(
                name, None, f"is in colour and the letter is not; save it in grey, or set `colour = true` in {POLICY}"
            )
    for file, one in tags:
        if one.name not in folder.images or one.share not in ("", *WIDTHS):
            continue  # told elsewhere
        dpi = dpi_of(folder.images[one.name], one.share, WINDOW.body_later)
        if dpi < LEAST_DPI - 1:
            coarse = f"shows {one.name} at {dpi:.0f} dots an inch, which is coarse on paper"
            yield Finding(file, one.line, f"{coarse}; take a larger image or a smaller class, for {LEAST_DPI}")


def _of_source(file: str, source: str) -> Iterator[Finding]:
    """Tags that no letter may have, in whatever branch, and characters that no face has."""
    for found in _ILL_FORMED.finditer(blanked(source)):
        how = _INSTEAD[found[0][0]]
        yield Finding(file, line_at(source, found.start()), f"has {found[0][:12]}, which is not well-formed; {how}")
    for tag, line in tags_of(source):
        if tag not in CHILDREN or tag == "body":
            known = ", ".join(sorted(CHILDREN.keys() - {"body"}))
            yield Finding(file, line, f"<{tag[:20]}> is no tag of a letter; use one of {known}")
    for found in re.finditer(r"\S", blanked(source)):
        if unprintable(found[0]):
            yield Finding(
                file,
                line_at(source, found.start()),
                f"has the character U+{ord(found[0]):04X}, which the letter's typefaces lack; write it another way",
            )


def _left_out(folder: LetterTypeFolder, policy: Policy) -> Iterator[Finding]:
    """Fields that the schema lets a system leave out and the template does not."""
    form = folder.form(policy)
    for name in sorted(folder.field_names):
        without = [{key: one for key, one in fields.items() if key != name} for fields in folder.examples.values()]
        for fields in without:
            if form.schema.faults(fields):
                continue
            try:
                body_of(form.body, fields, specimen(TRIAL_DAY), form.images)
            except TemplateFault as fault:
                needs = f"fails where `{name}` is left out, as the schema allows; ask `{{% if {name} is defined %}}`"
                yield Finding(BODY, fault.line, f"{needs}, or put it among the schema's `required`")
                break
            except RenderingFault:
                continue  # told of the example as it is, or nothing of this field


def _unused(folder: LetterTypeFolder) -> Iterator[Finding]:
    """Fields that a system must or may send and that no letter shows."""
    sources = [folder.texts[BODY], folder.policy.title if folder.policy else ""]
    fields = frozenset().union(*map(folder.templates.fields_in, sources))
    inner = frozenset().union(*map(folder.templates.names_in, sources))
    lines = lines_of_json(folder.texts[SCHEMA])
    for pointer, name in _properties(folder.schema, ""):
        if name not in (fields if pointer == f"/properties/{_escaped(name)}" else inner):
            yield Finding(
                SCHEMA,
                lines.get(pointer),
                f"the template never uses the field `{name}`; show it, or take it out so that nobody has to send it",
            )


def _properties(schema: object, pointer: str) -> Iterator[tuple[str, str]]:
    """Every property at every depth: its pointer in the schema and its name."""
    if isinstance(schema, list):
        for number, part in enumerate(schema):
            yield from _properties(part, f"{pointer}/{number}")
    if isinstance(schema, Mapping):
        properties: Any = schema.get("properties", {})
        yield from ((f"{pointer}/properties/{_escaped(name)}", name) for name in properties)
        for key, part in schema.items():
            yield from _properties(part, f"{pointer}/{_escaped(key)}")


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _texts(folder: LetterTypeFolder, policy: Policy, fields: Mapping[str, Any]) -> list[str]:
    form = folder.form(policy)
    return read_aloud(body_of(form.body, fields, specimen(TRIAL_DAY), form.images))


def _no_appeal(folder: LetterTypeFolder, bodies: Mapping[str, list[str]]) -> Iterator[Finding]:
    """Forvaltningsloven § 25: a decision says how to appeal, to whom and within what time."""
    for name, texts in bodies.items():
        text = "\n".join(texts)
        lacking = (
            "how to appeal" if not _APPEAL.search(text) else "" if _DEADLINE.search(text) else "the time to appeal in"
        )
        if lacking:
            yield Finding(
                BODY,
                None,
                f"is a decision that does not say {lacking} ({name}; forvaltningsloven § 25); "
                f"call `appeal_by` of {LAYOUT}/blocks.html.j2, or set `decision = false` in {POLICY}",
            )
