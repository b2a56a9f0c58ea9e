"""The options of `openline serve`, made from the table of settings."""

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from openline.app.settings_table import SETTINGS, Kind, Setting, Value

if TYPE_CHECKING:
    from openline.app.configuration import Configuration

_Function = TypeVar("_Function", bound=Callable[..., Any])
_METAVARS: Final = {
    "db": "PATH|ADDRESS",
    "host": "ADDRESS",
    "public_url": "ADDRESS",
    "trusted_keys": "FILE",
    "jwks": "ADDRESS|FILE",
    "audiences": "NAME",
    "issuers": "NAME",
    "agreement": "FILE",
    "party_keys": "FILE",
    "alerts": "ADDRESS",
    "peers": "PARTY=ADDRESS",
    "private": "FOLDER",
    "cot": "ADDRESS",
    "session_key": "FILE",
    "record_key": "FILE",
    "record_origin": "NAME",
    "airspace_id": "NAME",
    "map_tiles": "ADDRESS",
    "map_tiles_credit": "WORDS",
    "log_level": "LEVEL",
}

config_option = click.option(
    "--config",
    "config_file",
    metavar="FILE",
    help="Settings in TOML. Else OPENLINE_CONFIG, else openline.toml here if it exists.",
)


def setting_options(function: _Function) -> _Function:
    """One option for each setting; those that are given go to `read_settings`."""
    for setting in reversed(SETTINGS):
        function = _option(setting)(function)
    return function


def read_settings(params: Mapping[str, Any], config_file: str | None) -> "Configuration":
    """The settings from options, environment and file. Raises: InvalidInput, Unreachable."""
    from openline.app.read_configuration import read_configuration

    given: dict[str, Value] = {
        name: value for name, value in params.items() if value is not None and value != ()
    }
    return read_configuration(given, os.environ, config_file)


def _option(setting: Setting) -> Callable[[_Function], _Function]:
    words = f"{setting.words}{_default(setting)}"
    if setting.kind is Kind.SWITCH:
        both = f"{setting.option}/--no-{setting.option[2:]}" if setting.default else setting.option
        return click.option(both, setting.name, is_flag=True, default=None, help=words)
    kinds: dict[Kind, Any] = {Kind.COUNT: int, Kind.NUMBER: float}
    metavar = "N" if setting.kind in kinds else _METAVARS[setting.name]
    return click.option(
        setting.option,
        setting.name,
        type=kinds.get(setting.kind, str),
        multiple=setting.kind is Kind.LIST,
        metavar=metavar,
        help=words,
    )


def _default(setting: Setting) -> str:
    if setting.kind is Kind.LIST:
        return " May be repeated."
    if setting.kind is Kind.SWITCH or setting.default is None:
        return ""
    return f" [{setting.default}]"
