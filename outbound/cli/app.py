"""Every command, put together."""

from pathlib import Path
from typing import Annotated

import typer

from outbound.cli import (
    acts,
    checking,
    invoices,
    local,
    mending,
    money,
    months,
    print_runs,
    restored,
    returned,
    running,
    settings_page,
    setup,
    submit,
    systembreve,
    targets,
    tariffs,
    template,
    views,
    whatif,
)
from outbound.cli.opening import use_env_file

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="The outbound mail router: letters to Digital Post and remote print.",
)

STACK = (running.demo, running.up)
SETTING_UP = (setup.migrate, setup.system_key, setup.account, settings_page.settings)
LOOKING = (
    views.queues,
    views.held,
    views.show,
    money.report,
    money.audit,
    tariffs.tariffs,
    targets.targets,
    whatif.whatif,
    systembreve.systembreve,
)
ACTING = (
    acts.release,
    acts.reroute,
    mending.mend,
    acts.settle,
    mending.resend,
    returned.returned,
    acts.cancel,
    acts.stop_reminder,
    acts.pause,
    acts.resume,
)

for command in (*STACK, submit.submit, checking.preflight, *LOOKING, *ACTING, *SETTING_UP):
    app.command()(command)
app.add_typer(setup.keys, name="keys")
app.add_typer(template.template, name="template")
app.add_typer(months.month, name="month")
app.add_typer(invoices.invoice, name="invoice")
app.add_typer(local.local, name="local")
app.add_typer(print_runs.print_runs, name="print")
app.add_typer(restored.restored, name="restored")


@app.callback()
def given_settings(
    context: typer.Context,
    env: Annotated[
        Path | None,
        typer.Option(
            help="File of settings, as `outbound up` writes it; else var/env, unless OUTBOUND_ settings are given."
        ),
    ] = None,
) -> None:
    """The outbound mail router: letters to Digital Post and remote print."""
    if env is not None or context.invoked_subcommand not in ("up", "demo", "keys", "account", "settings", "template"):
        use_env_file(env)
