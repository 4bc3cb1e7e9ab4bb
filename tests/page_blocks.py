"""The code blocks of a Markdown page, and how each is run.

A page's blocks run from top to bottom in one folder, with one Python namespace, as a reader would run them:

- `python` is executed, or checked as a doctest where it has prompts, or written where `<!-- file: NAME -->` says;
- `console`: every line `$ hecon ...` or `$ python FILE` is a command, run in this process;
- `text` right after one of these is what that block prints;
- `toml`, `csv` and others are read, and written where `<!-- file: NAME -->` or a first line `# NAME.toml` says.

`<!-- not run: REASON -->` before a block exempts it; its `hecon` commands are still read by the command line's parser.
"""

import contextlib
import csv
import doctest
import io
import re
import runpy
import shlex
import shutil
import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

import click
from click.testing import CliRunner

from hecon.cli import main
from hecon.inputs import parameters as shipped

FENCE = re.compile(r"^(\s*)(`{3,})(\S*)")
MARK = re.compile(r"<!-- (not run|file): (.+?) -->")
NAMED = re.compile(r"# ([\w./-]+\.(?:toml|py))\n")
SIZED = ("--people", "--draws")
MINUTES = {"report", "run", "precision", "voi", "validate", "calibrate", "export", "sensitivity"}
"""Commands that take minutes where no size is given."""
COMMANDS = ("hecon ", "make ", "python ", "pip ")
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, text, first line, and what comments before it say."""

    language: str
    text: str
    line: int
    reason: str = ""
    file: str = ""

    @property
    def commands(self):
        """The commands of a block, each as the words of its line; a line that ends with a backslash goes on."""
        lines = self.text.replace("\\\n", " ").splitlines()
        if self.language == "console":
            lines = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
        else:
            lines = [line for line in lines if self.language in {"", "sh"} and line.startswith(COMMANDS)]
        return [words for words in (shlex.split(line, comments=True) for line in lines) if words]


def blocks(text):
    """Give the fenced blocks of a page, but for directives of the site."""
    found, inside, marks = [], None, {}
    for number, line in enumerate(text.splitlines(), start=1):
        fence = FENCE.match(line)
        if inside is not None:
            if fence and fence[2] == inside[1] and not fence[3]:
                body = "".join(f"{row.removeprefix(inside[3])}\n" for row in inside[4])
                if not inside[0].startswith("{"):
                    found.append(Block(inside[0], body, inside[2], marks.get("not run", ""), marks.get("file", "")))
                inside, marks = None, {}
            else:
                inside[4].append(line)
        elif fence:
            inside = (fence[3], fence[2], number, fence[1], [])
        elif mark := MARK.search(line):
            marks[mark[1]] = mark[2]
        elif line.strip():
            marks = {}
    return found


@dataclass
class Reader:
    """Somebody who does what a page says, in a folder of their own."""

    folder: Path
    patch: object
    names: dict = field(default_factory=lambda: {"__name__": "__main__"})

    def follow(self, page):
        """Run a page's blocks in order; every block that does not do as the page says fails with its line."""
        before = None
        for block in blocks(page.read_text(encoding="utf-8")):
            place = f"{page.name}:{block.line}"
            if block.language == "text":
                if before is not None:
                    compare(block.text, before, place)
                before = None
                continue
            try:
                before = self.do(block, place)
            except Exception as error:
                error.add_note(f"in the block at {place}")
                raise

    def do(self, block, place):
        """Do one block, and give what it prints; nothing if it is not run."""
        if block.reason:
            for words in block.commands:
                if words[0] == "hecon":
                    parse(words[1:])
            return None
        if block.language == "python" and not block.file:
            return self.python(block, place)
        if block.language in {"python", "toml", "csv"}:
            self.data(block)
            return ""
        known = block.commands or not block.language
        assert known, f"{place}: nobody runs {block.language}: mark the block <!-- not run: REASON -->"
        return "".join(self.command(words, place) for words in block.commands)

    def python(self, block, place):
        """Run Python, as a doctest or as it stands."""
        if ">>>" in block.text:
            test = doctest.DocTestParser().get_doctest(block.text, self.names, place, place, block.line)
            said = io.StringIO()
            runner = doctest.DocTestRunner(optionflags=FLAGS, verbose=False)
            runner.run(test, out=said.write, clear_globs=False)
            self.names.update(test.globs)
            assert not runner.failures, said.getvalue()
            return ""
        with contextlib.redirect_stdout(io.StringIO()) as said:
            exec(compile(block.text, place, "exec"), self.names)  # noqa: S102  (the documentation's own code)
        return said.getvalue()

    def data(self, block):
        """Read a file that the page shows, and write it where the page says."""
        if block.language == "toml":
            tomllib.loads(block.text)
        elif block.language == "csv":
            rows = list(csv.reader(block.text.splitlines()))
            assert len({len(row) for row in rows}) == 1
        named = NAMED.match(block.text)
        if block.file or named:
            self.write(block.file or named[1], block.text)

    def write(self, name, text):
        """Write a file of the reader's; under parameters/ it stands among copies of those that come with hecon."""
        target = self.folder / name
        if name.startswith("parameters/") and not (self.folder / "parameters").exists():
            copy = self.folder / "parameters"
            shutil.copytree(shipped.shipped_folder(), copy)
            self.patch.setattr(shipped, "shipped_folder", lambda: copy)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def command(self, words, place):
        """Run a command in this process, and give what it prints; it has to succeed."""
        if words[0] == "python":
            with contextlib.redirect_stdout(io.StringIO()) as said:
                self.patch.setattr(sys, "argv", words[1:])
                runpy.run_path(str(self.folder / words[1]), run_name="__main__")  # whole: a process it starts reads it
            return said.getvalue()
        assert words[0] == "hecon", f"{place}: {words[0]} cannot be run here: mark the block <!-- not run: REASON -->"
        sized = words[1] not in MINUTES or any(option in words for option in (*SIZED, "--help", "--from"))
        assert sized, f"{place}: hecon {words[1]} takes minutes: give small sizes, or mark the block"
        result = CliRunner().invoke(main, words[1:])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == 0, f"{place}: {result.output}"
        return result.stdout


def parse(words):
    """Let the command line read a command without running it: unknown commands, options and values are refused."""
    command = main
    rest = list(words)
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        name = rest.pop(0)
        command = command.commands[name]
    if isinstance(command, click.Group):
        return
    # A command keeps its help option from the first context that asks: it must be that of the group.
    command.make_context("hecon", rest, parent=click.Context(main, **main.context_settings))


def compare(shown, printed, place):
    """Hold what a page shows against what was printed; `...` stands for anything."""
    printed = printed.replace("\N{NO-BREAK SPACE}", " ")
    if not doctest.OutputChecker().check_output(f"{shown.strip()}\n", f"{printed.strip()}\n", FLAGS):
        raise AssertionError(f"{place} shows\n{shown}\nand this is printed\n{printed}")
