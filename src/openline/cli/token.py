"""`openline token`: a token of a server that runs with --dev."""

import click


@click.command("token", short_help="Print a token of a server that runs with --dev.")
@click.option("--sub", required=True, metavar="NAME", help="The party's name in the token.")
@click.option("--party", metavar="NAME", help="The party for which --sub, then a person, acts.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    metavar="WORDS",
    help="Scopes, with spaces between or repeated.",
)
@click.option("--url", metavar="ADDRESS", help="The server. Else as in its settings here.")
@click.option("--audience", metavar="NAME", help="The token's aud. Else the server's own name.")
def token(
    sub: str, party: str | None, scopes: tuple[str, ...], url: str | None, audience: str | None
) -> None:
    """Ask a server that runs with --dev for a token, and print the token alone.

    For development: such a server hands out any token to anybody.
    """
    from openline.app.fetch_token import fetch_token
    from openline.cli.settings import read_settings

    if url is None:
        from openline.wiring import address

        url = address(read_settings({}, None))
    click.echo(fetch_token(url, sub, " ".join(scopes), audience, party))
