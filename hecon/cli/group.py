"""How the command, and a script, answer bad input, an interrupt and a reader who has had enough."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

INTERRUPTED = "interrupted: nothing half-written is left"
GOES_ON = "; what was finished is kept, and the same command goes on from there"
KEEPS = "hecon.keeps"
"""Where a call notes that its command keeps what it finishes."""


@contextmanager
def answering() -> Iterator[None]:
    """Answer bad input with one line and exit code 2, an interrupt with 130, never with a traceback."""
    from hecon.inputs.errors import InputError

    try:
        yield
    except InputError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    except BrokenPipeError:  # who reads us, such as `head`, has had enough
        sys.stdout = None
        sys.exit(0)
    except OSError as error:
        click.echo(f"{error.filename or 'file'}: {error.strerror or error}: choose another place", err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        click.echo(INTERRUPTED, err=True)
        sys.exit(130)


class Group(click.Group):
    """A group that answers bad input in one line and with exit code 2, never with a traceback."""

    def main(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  (as click declares it)
        """Run the command; click's own complaints are one line too."""
        if not kwargs.get("standalone_mode", True):
            return super().main(*args, **kwargs)
        try:
            result = super().main(*args, **{**kwargs, "standalone_mode": False})
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.format_message())
            sys.exit(0)
        except click.ClickException as error:
            click.echo(f"{error.format_message()} See hecon --help.", err=True)
            sys.exit(error.exit_code)
        except click.Abort:
            click.echo(INTERRUPTED, err=True)
            sys.exit(130)
        sys.exit(result if isinstance(result, int) else 0)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, and note whether it keeps what it finishes."""
        name, command, rest = super().resolve_command(ctx, args)
        asked = command.commands.get(next(iter(rest), "")) if isinstance(command, click.Group) else command
        ctx.meta[KEEPS] = asked is not None and any(option.name == "checkpoint" for option in asked.params)
        return name, command, rest

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401
        """Run a command; what it finds wrong with its input is one line."""
        with answering():
            try:
                return super().invoke(ctx)
            except KeyboardInterrupt:
                if not ctx.meta.get(KEEPS):
                    raise
                click.echo(INTERRUPTED + GOES_ON, err=True)
                sys.exit(130)
