"""`openline completion`: the completion script of a shell."""

import click


@click.command("completion", short_help="Print the completion script of a shell.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, /, shell: str) -> None:
    """Print the completion script for bash, zsh or fish.

    For bash, put this line into ~/.bashrc: eval "$(openline completion bash)"
    """
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    if found is None:
        raise click.UsageError(f"this release of click has no completion for {shell}")
    root = ctx.find_root()
    script = found(root.command, {}, "openline", "_OPENLINE_COMPLETE").source()
    click.echo(script)
