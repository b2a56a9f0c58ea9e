"""What the server is told: default < `openline.toml` < environment < option, and who said what."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from openline.app.services import Settings
from openline.app.settings_table import BY_NAME, SETTINGS, Setting, Value

DEFAULT = "default"
DEVELOPMENT = "follows from dev"


@dataclass(frozen=True, slots=True)
class Configuration:
    """Every setting with a value of its kind, and where each value comes from.

    Units are in the names; what each means stands in `settings_table`.
    """

    values: Mapping[str, Value]
    origins: Mapping[str, str]

    def text(self, name: str) -> str:
        """A text; empty if it is not set."""
        value = self.values[name]
        return value if isinstance(value, str) else ""

    def number(self, name: str) -> float:
        """A number."""
        value = self.values[name]
        return float(value) if isinstance(value, int | float) else 0.0

    def count(self, name: str) -> int:
        """A whole number."""
        return int(self.number(name))

    def switch(self, name: str) -> bool:
        """Whether it is on."""
        return self.values[name] is True

    def words(self, name: str) -> tuple[str, ...]:
        """A list of texts."""
        value = self.values[name]
        return value if isinstance(value, tuple) else ()

    @property
    def for_use_cases(self) -> Settings:
        """The part that the use cases see."""
        return Settings(
            allow_http_base_urls=self.switch("allow_http_base_urls"),
            airspace_id=self.text("airspace_id"),
            expiry_grace=timedelta(seconds=self.number("expiry_grace_s")),
        )


def configuration(given: Mapping[str, tuple[Value, str]]) -> Configuration:
    """All settings from those given as (value, origin), each already checked by `check_value`."""
    values: dict[str, Value] = {setting.name: setting.default for setting in SETTINGS}
    origins = dict.fromkeys(values, DEFAULT)
    for name, (value, origin) in given.items():
        values[BY_NAME[name].name] = value
        origins[name] = origin
    if values["dev"] is True and origins["allow_http_base_urls"] == DEFAULT:
        values["allow_http_base_urls"] = True
        origins["allow_http_base_urls"] = DEVELOPMENT
    return Configuration(values, origins)


def shown(setting: Setting, value: Value) -> Value:
    """The value as it may be printed: without a password."""
    if not setting.secret:
        return value
    if isinstance(value, tuple):
        return tuple(without_password(one) for one in value)
    return without_password(value) if isinstance(value, str) and "://" in value else value


def without_password(address: str) -> str:
    """An address with *** for its password, whether before the host or in its query.

    Errs toward: hiding more, where a password holds the characters that divide an address.
    """
    import re

    address = re.sub(r"(://[^/@:]*):.*@", r"\1:***@", address)
    return re.sub(r"(?i)(password=)[^&\s]*", r"\1***", address)
