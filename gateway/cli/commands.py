"""What every command shares: examples in its help, the connection's options, failed calls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click
import grpc

from gateway.cli.config import DEFAULT_TARGET
from gateway.cli.connection import Session
from gateway.cli.output import notes
from gateway.cli.refusals import INTERRUPTED, refusal

EXIT_CODES = (
    "0  all went well",
    "1  some orders failed; which and why was printed",
    "2  the command was used wrongly",
    "3  the service refused, failed or was not reached",
    "130  interrupted",
)


class ExampleCommand(click.Command):
    """A command whose help ends with examples to paste."""

    def __init__(self, *args: Any, examples: Sequence[str] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.examples = examples

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the examples as they stand: nobody can paste a folded line."""
        super().format_epilog(ctx, formatter)
        write_section(formatter, "Examples", self.examples)


class ClientCommand(ExampleCommand):
    """A command that asks the server something."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.params += connection_options()


class OfflineCommand(ExampleCommand):
    """A command that asks nobody, and prints results for people or programs."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.params.append(json_option())


class ClientGroup(click.Group):
    """A group of commands that ask the server something."""

    command_class = ClientCommand


class RootGroup(ExampleCommand, click.Group):
    """The whole command line: turns failed calls into sentences and closes the channel."""

    command_class = ExampleCommand

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.params += connection_options()

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command; every failed call that reaches this place ends it with exit code 3."""
        session = ctx.ensure_object(Session)
        ctx.call_on_close(session.close)
        try:
            return super().invoke(ctx)
        except grpc.RpcError as error:
            raise refusal(error, session.target, session.timeout) from error
        except KeyboardInterrupt:
            notes().print("Interrupted.")
            ctx.exit(INTERRUPTED)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the examples and what the exit codes mean."""
        super().format_epilog(ctx, formatter)
        write_section(formatter, "Exit codes", EXIT_CODES)


def write_section(formatter: click.HelpFormatter, title: str, lines: Sequence[str]) -> None:
    """Adds a section of lines to a help text; nothing where there are no lines."""
    if lines:
        with formatter.section(title):
            for line in lines:
                formatter.write(f"{'':>{formatter.current_indent}}{line}\n")


def connection_options() -> list[click.Parameter]:
    """Makes the options that may stand before and after a command's name."""
    return [
        click.Option(
            ["--target"],
            metavar="HOST:PORT",
            help=f"Where the gRPC server is.  [INVOICEJOBS_GRPC_TARGET, {DEFAULT_TARGET}]",
            expose_value=False,
            callback=_remember,
        ),
        click.Option(
            ["--tenant"],
            metavar="NAME",
            help="Whose orders and invoices.  [INVOICEJOBS_TENANT]",
            expose_value=False,
            callback=_remember,
        ),
        json_option(),
        click.Option(
            ["--timeout"],
            type=click.FloatRange(min=0, min_open=True, max=3600),
            metavar="SECONDS",
            help="How long to wait for each answer.  [30]",
            expose_value=False,
            callback=_remember,
        ),
    ]


def json_option() -> click.Option:
    """Makes the option that lets programs read the results."""
    return click.Option(
        ["--json"],
        is_flag=True,
        help="Print JSON on stdout, messages on stderr; lists one object a line.",
        expose_value=False,
        callback=_remember,
    )


def _remember(context: click.Context, option: click.Parameter, value: Any) -> None:
    session = context.ensure_object(Session)
    if value and option.name:
        setattr(session, option.name, value)
