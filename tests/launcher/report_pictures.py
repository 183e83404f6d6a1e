"""Makes the pictures of docs/reports.md again, from a report folder of the demo.

    bin/reconciliation demo
    python -m tests.launcher.report_pictures var/reports/PSP/ACCOUNT/WINDOW/RUN docs/pictures

Each is some sections of the HTML page, as a browser without a window draws them. It needs the
package `chromium` of Debian, which is no part of the project.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops

from include.reconciliation.report.pages import HTML
from include.reconciliation.steps.report_pages import write_report_pages

CHROMIUM = "/usr/bin/chromium"
WIDTH, HEIGHT, MARGIN, COLORS = 1280, 4000, 24, 256
SECONDS = 120
SECTION = re.compile(r"<section .*?</section>\n", re.DOTALL)
HEADING = re.compile(r"<h2[^>]*>(.*?)</h2>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Picture:
    """A file, its language, the headings of its sections, and how much of them is shown."""

    name: str
    language: str
    headings: tuple[str, ...]
    has_header: bool = False
    height: int = HEIGHT


PICTURES = (
    Picture("report-html-en.png", "en", ("Two-sided proof",), has_header=True, height=1130),
    Picture("report-html-payouts.png", "en", ("Payouts",), height=1130),
    Picture("report-html-causes.png", "en", ("Discrepancies by kind", "Why the money differs")),
    Picture(
        "report-html-pt.png",
        "pt-BR",
        ("Por que o dinheiro difere", "Itens que exigem resposta"),
        height=1130,
    ),
)


def main(arguments: list[str]) -> int:
    """Draw each picture of a run into a folder."""
    run, target = map(Path, arguments)
    for picture in PICTURES:
        page = write_report_pages(run, picture.language) / HTML
        with tempfile.TemporaryDirectory() as place:
            part = Path(place) / "part.html"
            part.write_text(_part(page.read_text(encoding="utf-8"), picture), encoding="utf-8")
            _draw(part, target / picture.name, picture.height)
        print(f"{picture.name}: {(target / picture.name).stat().st_size // 1000} kB")
    return 0


def _part(page: str, picture: Picture) -> str:
    """The page with the sections of the picture alone."""
    sections = {HEADING.findall(section)[0]: section for section in SECTION.findall(page)}
    if missing := set(picture.headings) - sections.keys():
        raise SystemExit(f"the page has no {missing}; it has {list(sections)}")
    before = page[: page.index("<section ")]
    if not picture.has_header:
        before = before[: before.index("<h1>")]
    shown = "".join(sections[heading] for heading in picture.headings)
    return f"{before}{shown}</main></body></html>"


def _draw(page: Path, picture: Path, height: int) -> None:
    drawn = page.with_suffix(".png")
    subprocess.run(
        [
            CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
            f"--window-size={WIDTH},{HEIGHT}", f"--screenshot={drawn}", page.as_uri(),
        ],
        check=True, capture_output=True, timeout=SECONDS,
    )  # fmt: skip
    with Image.open(drawn) as image:
        plain = image.convert("RGB")
    box = ImageChops.difference(plain, Image.new("RGB", plain.size, "white")).getbbox()
    assert box is not None, "the page is empty"
    top = max(box[1] - MARGIN, 0)
    shown = plain.crop((0, top, WIDTH, min(box[3] + MARGIN, top + height)))
    # Without dots: a small bar keeps its colour.
    shown.quantize(COLORS, dither=Image.Dither.NONE).save(picture, optimize=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
