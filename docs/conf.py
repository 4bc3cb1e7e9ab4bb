"""How the documentation is built: by Sphinx, without a network, and with nothing in a page that asks for one.

`make docs` builds it in docs/_build/html. Pages that follow from other files of the repository (the reference of the
parameters, the gallery of analyses, the changelog) are written to docs/generated/ first.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml
from pygments.lexers.special import TextLexer

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

HERE = Path(__file__).parent
ROOT = HERE.parent
GENERATED = HERE / "generated"
sys.path[:0] = [str(ROOT), str(HERE)]

import hecon  # noqa: E402  (from the repository, whatever is installed)

project = "hecon"
author = "The hecon authors"
copyright = author  # noqa: A001  (Sphinx names it so)
version = release = hecon.__version__
html_title = f"hecon {release}"
language = "en"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.autosummary", "numpydoc"]
exclude_patterns = ["_build", "_templates"]
nitpicky = True

myst_enable_extensions = ["dollarmath", "deflist"]
myst_heading_anchors = 3
html_math_renderer = "mathml"

templates_path = ["_templates"]
html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["pages.css"]
html_show_sourcelink = False
html_copy_source = False
html_use_opensearch = ""
html_theme_options = {"top_of_page_buttons": []}
pygments_style = "friendly"
pygments_dark_style = "github-dark"

autosummary_generate = True
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_member_order = "bysource"
add_module_names = False
numpydoc_show_class_members = False
nitpick_ignore_regex = [
    # Other people's types: their documentation is not at hand without a network.
    ("py:.*", r"(?!hecon\.).*"),
    # Types that signatures name and no page describes: what files say, and steps of the calibration.
    ("py:class", r"hecon\.(calibration\.|inputs\.(calibrated|families|origin|schema|targets)\.).*"),
    ("py:class", r"hecon\.inputs\.entries\.(Defined|Entries)"),
]

linkcheck_timeout = 20
linkcheck_workers = 4
linkcheck_anchors = False

MOVED = {
    "../CHANGELOG.md": "generated/changelog.md",
    "../CONTRIBUTING.md": "generated/contributing.md",
    "../README.md": "index.md",
}
"""Files of the repository that are pages here: what links to them on GitHub leads to the page."""


def generate(_app: Sphinx) -> None:
    """Write the pages that follow from other files, before any page is read."""
    from gallery import write_gallery

    from hecon.report.diagram import write_diagram
    from hecon.report.reference import write_reference

    write_diagram(HERE)
    write_reference(hecon.read_parameters(), GENERATED)
    write_gallery(GENERATED)
    for name in ("CHANGELOG", "CONTRIBUTING"):
        text = (ROOT / f"{name}.md").read_text(encoding="utf-8")
        text = re.sub(r"\]\((?!https?:|#|docs/)", "](../../", text).replace("](docs/", "](../")
        (GENERATED / f"{name.lower()}.md").write_text(text, encoding="utf-8")


def adapt(_app: Sphinx, page: str, source: list[str]) -> None:
    """Read a page that is written for GitHub as one of this site.

    Anchors of GitHub become targets, and links to files that are pages here lead to the page. Other files of the
    repository that a page links to are copied into the site.
    """
    text = re.sub(r'^<a id="([\w-]+)"></a>$', r"(\1)=", source[0], flags=re.MULTILINE)
    up = "../" * page.count("/")
    for there, here in MOVED.items():
        text = text.replace(f"]({up}{there}", f"]({up}{here}")
    source[0] = text


def inline_math(translator: HTML5Translator, node: nodes.math) -> None:
    """Write a formula in a line as MathML, which every browser draws by itself."""
    translator.body.append(tex2mathml(node.astext()))
    raise nodes.SkipNode


def block_math(translator: HTML5Translator, node: nodes.math_block) -> None:
    """Write a formula of its own as MathML."""
    translator.body.append(f'<div class="formula">{tex2mathml(node.astext(), as_block=True)}</div>\n')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx what is ours."""
    app.add_lexer("csv", TextLexer)
    app.add_html_math_renderer("mathml", inline_renderers=(inline_math, None), block_renderers=(block_math, None))
    app.connect("builder-inited", generate, priority=100)  # before autosummary looks for its pages
    app.connect("source-read", adapt)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
