"""The invented municipality's logo, drawn here so that it is nobody else's: `python -m tests.organisation.drawn`."""

from pathlib import Path

from PIL import Image, ImageDraw

FILE = Path(__file__).resolve().parents[2] / "config" / "nordhavn.png"
SIZE, FINER = 240, 5
SEA, PAPER, LIGHT = (22, 78, 116), (255, 255, 255), (240, 180, 60)


def logo() -> Image.Image:
    """A lighthouse over three waves, in a rounded square."""
    unit = SIZE * FINER / 100
    made = Image.new("RGB", (SIZE * FINER, SIZE * FINER), PAPER)
    draw = ImageDraw.Draw(made)

    def scaled(*points: float) -> list[float]:
        return [point * unit for point in points]

    draw.rounded_rectangle(scaled(2, 2, 98, 98), radius=16 * unit, fill=SEA)
    draw.polygon(scaled(43, 32, 57, 32, 62, 68, 38, 68), fill=PAPER)
    draw.polygon(scaled(41.5, 43, 58.5, 43, 59.9, 53, 40.1, 53), fill=SEA)
    draw.rectangle(scaled(44, 20, 56, 29), fill=LIGHT)
    draw.polygon(scaled(42, 19, 50, 11, 58, 19), fill=PAPER)
    draw.rectangle(scaled(40, 29, 60, 32), fill=PAPER)
    draw.polygon(scaled(58, 22, 90, 14, 90, 30, 58, 26), fill=LIGHT)
    for y in (72, 81, 90):
        for x in range(8, 84, 14):
            draw.arc(scaled(x, y - 6, x + 16, y + 4), 20, 160, fill=PAPER, width=round(2.4 * unit))
    small = made.resize((SIZE, SIZE), Image.Resampling.LANCZOS)
    return small.quantize(32, dither=Image.Dither.NONE)


if __name__ == "__main__":
    logo().save(FILE, optimize=True)
