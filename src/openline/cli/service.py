"""`openline service`: run the server as a service of the system."""

from typing import Final

import click

_CONFIG: Final = "/etc/openline/openline.toml"
# Type=exec: a program that cannot be started is a failure of `systemctl start`.
_UNIT: Final = """\
[Unit]
Description=Openline, who is in whose way in a shared sky
After=network-online.target postgresql.service
Wants=network-online.target

[Service]
Type=exec
ExecStart={program} serve --config {config}
Restart=always
RestartSec=1
# The server ends by itself within its drain_s (10 by default); after this it is killed.
TimeoutStopSec=30
DynamicUser=yes
StateDirectory=openline
StateDirectoryMode=0700
WorkingDirectory=%S/openline
UMask=0077
LimitNOFILE=65536
CapabilityBoundingSet=
AmbientCapabilities=
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RemoveIPC=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
"""


@click.group("service", short_help="Run the server as a service of the system.")
def service() -> None:
    """Run the server as a service of the system."""


@service.command("unit", short_help="Print a unit for systemd.")
@click.option("--config", "config_file", default=_CONFIG, metavar="FILE", help="Its settings.")
def unit(config_file: str) -> None:
    """Print a hardened unit for systemd, for /etc/systemd/system/openline.service.

    The server gets a user of its own that can write in /var/lib/openline alone: `db` in FILE is a
    file there. FILE is /etc/openline/openline.toml if not given.
    """
    click.echo(unit_text(_program(), config_file), nl=False)


def unit_text(program: str, config_file: str) -> str:
    """The unit. Raises: InvalidInput for a path that a unit cannot hold."""
    import os

    return _UNIT.format(program=_word(program), config=_word(os.path.abspath(config_file)))


def _word(text: str) -> str:
    """One word of a command line in a unit: percent and dollar are doubled, the rest quoted."""
    from openline.errors import InvalidInput

    if not text.isprintable():
        raise InvalidInput(f"the path {text!r} cannot stand in a unit", cure="use a plain path")
    doubled = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{doubled}"' if any(c in text for c in " '\"\\") else doubled


def _program() -> str:
    """The command `openline` of this installation."""
    import shutil
    import sys
    from pathlib import Path

    beside = Path(sys.executable).with_name("openline")
    return str(beside) if beside.exists() else shutil.which("openline") or "openline"
