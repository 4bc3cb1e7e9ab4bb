"""The report as a PDF: the page's own sections set on paper, without what only a screen can do."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from hecon.inputs.errors import InputError
from hecon.model.runs import whole_file
from hecon.report.document import render
from hecon.report.paints import FONTS

if TYPE_CHECKING:
    from types import ModuleType

    from hecon.evaluation.comparison import Comparison

FONT = "Report"
FACES = {"DejaVuSans.ttf": "normal", "DejaVuSans-Bold.ttf": "bold"}
"""Fonts that come with matplotlib, so that pages break alike on every machine, and their weights."""


def write(comparison: Comparison, path: Path, title: str | None = None) -> Path:
    """Write the report as one PDF file, whole or not at all; the same comparison gives the same bytes.

    Parameters
    ----------
    comparison
        As `compare` returns it, its labels in the language that is spoken (`localised`).
    path
        Where.
    title
        The question at the top.

    Raises
    ------
    InputError
        If WeasyPrint, or Pango that it needs from the system, is missing.
    """
    weasyprint = engine()
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    rules = resources.files("hecon.report").joinpath("templates", "print.css").read_text(encoding="utf-8")
    # The rules of paper come last in the page's own style: a style sheet handed over beside it would give way to it.
    page = render(comparison, title, screen=False).replace(FONTS, FONT).replace("</style>", f"{rules}</style>", 1)
    fonts = FontConfiguration()
    files = URLFetcher(allowed_protocols=["file"])  # the fonts; nothing is asked of the network
    style = weasyprint.CSS(string=_faces(), font_config=fonts, url_fetcher=files)
    document = weasyprint.HTML(string=page, url_fetcher=files).render(stylesheets=[style], font_config=fonts)
    with whole_file(path) as temporary:
        # Tags let a screen reader read the file; the identifier would else be of the clock.
        document.write_pdf(temporary, pdf_tags=True, pdf_identifier=hashlib.sha256(page.encode()).digest()[:16])
    return path


def engine() -> ModuleType:
    """Give WeasyPrint, which sets the pages.

    Raises
    ------
    InputError
        If it, or Pango that it needs from the system, is missing.
    """
    try:
        import weasyprint
    except ImportError:
        raise InputError("pdf: WeasyPrint is not installed: pip install 'hecon[pdf]'") from None
    except OSError:
        raise InputError(
            "pdf: WeasyPrint needs Pango from the system: install it (Debian and Ubuntu: apt-get install "
            "libpangoft2-1.0-0 libharfbuzz-subset0; macOS: brew install pango)"
        ) from None
    weasyprint.LOGGER.setLevel("ERROR")  # it warns of every rule that only a screen has
    found: ModuleType = weasyprint
    return found


def _faces() -> str:
    return "".join(
        f"@font-face {{ font-family: '{FONT}'; src: url('{path.as_uri()}'); font-weight: {weight}; }}\n"
        for path, weight in _paths().items()
    )


@cache
def _paths() -> dict[Path, str]:
    import matplotlib as mpl

    folder = Path(mpl.get_data_path()) / "fonts" / "ttf"
    return {folder / name: weight for name, weight in FACES.items()}
