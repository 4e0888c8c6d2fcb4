"""Images of a template's own: read, checked and decoded once, when the letter types are loaded.

A letter's `src` is one of these by its name and nothing else, so rendering a letter opens no file and no value can
bring a picture in. What a camera wrote into the file (place, owner, thumbnails) is left behind: only pixels go on.
"""

import re
import warnings
import zlib
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from typing import NamedTuple

from PIL import Image as Pixels
from PIL import ImageChops, ImageCms, ImageOps

from outbound.rendering.places import line_at

# None of these has a source: they keep a letter small enough for mailboxes and archive, and a mistake out.
MOST_BYTES = 500_000  # of the file
MOST_PIXELS = 4_000_000  # 164 mm, the width of the body, at 300 dots an inch is 1,940 pixels across
LEAST_DPI = 150  # what is coarser on paper looks coarse
_JPEG_QUALITY = 90
_NEARLY_GREY = 10  # of 255: as far as JPEG's rounding takes grey from grey
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}\.(?:png|jpe?g)")
_TAG = re.compile(r"""<img((?:\s+[a-z]+="[^"]*")*)\s*/>""")
_ATTRIBUTE = re.compile(r"""([a-z]+)="([^"]*)\"""")
_ANY = re.compile(r"<img\b|\bsrc\s*=")
SUFFIXES = frozenset({".png", ".jpg", ".jpeg"})


class ImageFault(Exception):
    """The file cannot be used; the text says why and what to do, and begins small."""


@dataclass(frozen=True, slots=True)
class Image:
    """A picture ready to be set: no file is opened for it again.

    `dpi` is what the file says, 0 where it says nothing. `data` is the body of a PDF stream, `entries` the dictionary
    that belongs to it, `key` a name that no other picture has. `was_coloured`: the file has colours, kept or not.
    """

    width: int
    height: int
    grey: bool
    dpi: float
    was_coloured: bool
    data: bytes = field(repr=False)
    entries: bytes = field(repr=False)
    uri: str = field(repr=False)
    key: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", sha256(self.entries + self.data).hexdigest()[:24])


def read_image(content: bytes, *, colour: bool) -> Image:
    """The file's content as an Image, in grey unless `colour`. Raises ImageFault."""
    if len(content) > MOST_BYTES:
        raise ImageFault(f"has {len(content)} bytes, and an image may have {MOST_BYTES}; save it smaller")
    try:
        with warnings.catch_warnings(action="ignore"), Pixels.open(BytesIO(content), formats=("PNG", "JPEG")) as opened:
            return _image(opened, colour)
    except (OSError, SyntaxError, ValueError, ImageCms.PyCMSError, Pixels.DecompressionBombError):
        pass
    raise ImageFault("is no PNG or JPEG that can be read; save it anew")


def _image(opened: Pixels.Image, colour: bool) -> Image:
    width, height = opened.size
    if width * height > MOST_PIXELS:
        raise ImageFault(f"has {width * height} pixels, and an image may have {MOST_PIXELS}; save it smaller")
    if opened.mode not in ("1", "L", "LA", "P", "PA", "RGB", "RGBA") or getattr(opened, "n_frames", 1) > 1:
        raise ImageFault(f"has the mode {opened.mode} or several frames; save it as RGB or grey with 8 bits")
    dpi, jpeg = _dpi(opened), opened.format == "JPEG"
    plain = _on_white(_in_srgb(ImageOps.exif_transpose(opened)))
    coloured = _is_coloured(plain)
    made = plain if colour and coloured else plain.convert("L")
    data, kind, shown = _jpeg(made) if jpeg else _png(made)
    space = b"DeviceRGB" if made.mode == "RGB" else b"DeviceGray"
    size = b"/Width %d/Height %d" % made.size
    return Image(
        width=made.width,
        height=made.height,
        grey=made.mode == "L",
        dpi=dpi,
        was_coloured=coloured,
        data=data,
        entries=b"/Type/XObject/Subtype/Image%b/BitsPerComponent 8/ColorSpace/%b%b" % (size, space, kind),
        uri=f"data:image/{'jpeg' if jpeg else 'png'};base64,{b64encode(shown).decode('ascii')}",
    )


def _dpi(opened: Pixels.Image) -> float:
    given = opened.info.get("dpi", (0, 0))
    across = float(given[0])
    return round(across, 1) if 10 <= across <= 2400 else 0.0  # some programs write 1, or nothing sensible


def _in_srgb(pixels: Pixels.Image) -> Pixels.Image:
    """By the file's own colour profile, where it has one; the pages have sRGB."""
    profile = pixels.info.get("icc_profile")
    if not profile or pixels.mode not in ("RGB", "RGBA"):
        return pixels
    own = ImageCms.ImageCmsProfile(BytesIO(profile))
    alpha = pixels.getchannel("A") if pixels.mode == "RGBA" else None
    made = ImageCms.profileToProfile(pixels.convert("RGB"), own, ImageCms.createProfile("sRGB"), outputMode="RGB")
    if made is None:
        return pixels
    if alpha is not None:
        made.putalpha(alpha)
    return made


def _on_white(pixels: Pixels.Image) -> Pixels.Image:
    """RGB, and no transparency: PDF/A-2 would allow it, printers stumble over it."""
    whole = pixels.convert("RGBA")
    paper = Pixels.new("RGBA", whole.size, "white")
    paper.alpha_composite(whole)
    return paper.convert("RGB")


def _is_coloured(pixels: Pixels.Image) -> bool:
    red, green, blue = pixels.split()
    apart = (ImageChops.difference(red, green), ImageChops.difference(green, blue), ImageChops.difference(red, blue))
    return any(channel.histogram()[_NEARLY_GREY + 1 :] != [0] * (255 - _NEARLY_GREY) for channel in apart)


def _jpeg(pixels: Pixels.Image) -> tuple[bytes, bytes, bytes]:
    out = BytesIO()
    pixels.save(out, "JPEG", quality=_JPEG_QUALITY, optimize=True)
    return out.getvalue(), b"/Filter/DCTDecode", out.getvalue()


def _png(pixels: Pixels.Image) -> tuple[bytes, bytes, bytes]:
    out = BytesIO()
    pixels.save(out, "PNG", optimize=True)
    return zlib.compress(pixels.tobytes(), 9), b"/Filter/FlateDecode", out.getvalue()


class Named(NamedTuple):
    """An image as a template names it; `share` is its class."""

    name: str
    share: str
    line: int


def named_in(source: str) -> Iterator[Named]:
    """The images that a template names."""
    for found, attributes in _tags(source):
        yield Named(attributes["src"], attributes.get("class", ""), line_at(source, found.start()))


def unfit_tags(source: str) -> Iterator[int]:
    """The line of every image whose name is not written out, or that does not say what it shows."""
    fit = [found.span() for found, _ in _tags(source)]
    for found in _ANY.finditer(source):
        if not any(begin <= found.start() < end for begin, end in fit):
            yield line_at(source, found.start())


def _tags(source: str) -> Iterator[tuple[re.Match[str], dict[str, str]]]:
    for found in _TAG.finditer(source):
        attributes = dict(_ATTRIBUTE.findall(found[1]))
        if "alt" in attributes and _NAME.fullmatch(attributes.get("src", "")):
            yield found, attributes
