"""Settings from file, environment and options: who wins, and what is refused in which words."""

from pathlib import Path
from typing import Any

import pytest

from openline.app.configuration import shown, without_password
from openline.app.read_configuration import read_configuration
from openline.app.settings_table import BY_NAME, SETTINGS, Kind
from openline.errors import InvalidInput, OpenlineError, Unreachable

NO_OPTIONS: dict[str, Any] = {}


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(text: str, name: str = "openline.toml") -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_without_anything_all_are_defaults() -> None:
    told = read_configuration({}, {})
    assert {name: told.values[name] for name in BY_NAME} == {s.name: s.default for s in SETTINGS}
    assert set(told.origins.values()) == {"default"}


def test_options_win_over_environment_over_file_over_default() -> None:
    write('port = 1\nhost = "a"\ndb = ":memory:"\n')
    environment = {"OPENLINE_PORT": "2", "OPENLINE_HOST": "b"}
    told = read_configuration({"port": 3}, environment)
    assert (told.count("port"), told.text("host"), told.text("db")) == (3, "b", ":memory:")
    assert told.origins["port"] == "option --port"
    assert told.origins["host"] == "environment OPENLINE_HOST"
    assert told.origins["db"] == "openline.toml, line 3"
    assert told.origins["workers"] == "default"


def test_the_file_is_named_by_option_by_variable_or_found_here() -> None:
    write("port = 1\n")
    write("port = 2\n", "two.toml")
    write("port = 3\n", "three.toml")
    assert read_configuration({}, {}).count("port") == 1
    assert read_configuration({}, {"OPENLINE_CONFIG": "two.toml"}).count("port") == 2
    named = read_configuration({}, {"OPENLINE_CONFIG": "two.toml"}, "three.toml")
    assert named.count("port") == 3


def test_relative_paths_of_a_file_start_at_its_folder() -> None:
    write(
        'db = "sky.db"\ntrusted_keys = ["a.pem"]\njwks = ["https://i.example/k", "k.json"]\n',
        "etc/openline.toml",
    )
    told = read_configuration({}, {}, "etc/openline.toml")
    assert told.text("db") == "etc/sky.db"
    assert told.words("trusted_keys") == ("etc/a.pem",)
    assert told.words("jwks") == ("https://i.example/k", "etc/k.json")
    assert read_configuration({"db": "sky.db"}, {}).text("db") == "sky.db"


def test_every_kind_is_read_from_the_environment() -> None:
    told = read_configuration(
        {},
        {
            "OPENLINE_DEV": "yes",
            "OPENLINE_ACCESS_LOG": "OFF",
            "OPENLINE_AUDIENCES": "a.example, b.example,",
            "OPENLINE_DRAIN_S": "2.5",
            "OPENLINE_WORKERS": " 4 ",
            "OPENLINE_PUBLIC_URL": "",
            "OTHER": "1",
            "OPENLINE_SERVICE_HOST": "what Kubernetes sets",
        },
    )
    assert told.switch("dev")
    assert not told.switch("access_log")
    assert told.words("audiences") == ("a.example", "b.example")
    assert told.number("drain_s") == 2.5
    assert told.count("workers") == 4
    assert told.origins["public_url"] == "default"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("prot = 1", "line 1: there is no setting 'prot' (did you mean 'port'?)"),
        ("\n[port]\nx = 1", "line 2: port is"),
        ("port = 70000", "line 1: port is 70000 (give a whole number from 0 to 65,535)"),
        ('port = "8082"', "line 1: port is '8082'"),
        ("port = true", "line 1: port is True"),
        ("port = 1.5", "line 1: port is 1.5"),
        ("# x\ndev = 1", "line 2: dev is 1 (give true or false)"),
        ("drain_s = nan", "line 1: drain_s is nan"),
        ("drain_s = inf", "line 1: drain_s is inf"),
        ('audiences = "a"', "line 1: audiences is 'a' (give a list of texts)"),
        ("audiences = [1]", "line 1: audiences is (1,)"),
        ('host = ""', "line 1: host is ''"),
        ('log_level = "loud"', "(one of debug, info, warning, error)"),
        ("port = ", "line 1: no TOML"),
        ("port = 1\nport = 2", "no TOML"),
        ("a" * 10, "no TOML"),
        ("x = " + "[" * 5_000, "no TOML"),
        ("port = 1979-05-27", "line 1: port is"),
    ],
)
def test_a_bad_file_is_refused_with_its_line_and_a_cure(text: str, words: str) -> None:
    write(text)
    with pytest.raises(InvalidInput) as caught:
        read_configuration({}, {})
    assert str(caught.value).startswith("openline.toml")
    assert words in str(caught.value)
    assert caught.value.cure


def test_a_file_that_is_no_text_or_not_there() -> None:
    Path("openline.toml").write_bytes(b"port = 1\n\xff\n")
    with pytest.raises(InvalidInput, match="line 2: it is not UTF-8"):
        read_configuration({}, {})
    with pytest.raises(Unreachable, match=r"none.toml: no such file"):
        read_configuration({}, {}, "none.toml")
    with pytest.raises(Unreachable, match="directory"):
        read_configuration({}, {}, ".")


@pytest.mark.parametrize(
    ("variable", "text", "words"),
    [
        ("OPENLINE_PROT", "1", "did you mean OPENLINE_PORT"),
        ("OPENLINE_XYZZY", "1", "openline config show"),
        ("OPENLINE_PORT", "many", "the variable OPENLINE_PORT is 'many'"),
        ("OPENLINE_PORT", "9" * 30, "OPENLINE_PORT"),
        ("OPENLINE_PORT", "-1", "OPENLINE_PORT"),
        ("OPENLINE_DRAIN_S", "nan", "OPENLINE_DRAIN_S"),
        ("OPENLINE_DEV", "perhaps", "true or false"),
        ("OPENLINE_HOST", "a\nb", "OPENLINE_HOST"),
    ],
)
def test_a_bad_variable_is_refused_by_name(variable: str, text: str, words: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_configuration({}, {variable: text})
    assert words in str(caught.value)


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda s: s.name)
def test_every_bound_is_held(setting: Any) -> None:
    if setting.kind not in (Kind.COUNT, Kind.NUMBER):
        return
    kind = int if setting.kind is Kind.COUNT else float
    for value in (kind(setting.low), kind(setting.high), setting.default):
        assert read_configuration({setting.name: value}, {}).values[setting.name] == value
    for value in (kind(setting.low) - 1, kind(setting.high) + 1):
        with pytest.raises(OpenlineError, match=setting.option):
            read_configuration({setting.name: value}, {})


def test_development_takes_http_addresses_unless_told_otherwise() -> None:
    told = read_configuration({"dev": True}, {})
    assert told.for_use_cases.allow_http_base_urls
    assert told.origins["allow_http_base_urls"] == "follows from dev"
    strict = read_configuration({"dev": True}, {"OPENLINE_ALLOW_HTTP_BASE_URLS": "false"})
    assert not strict.for_use_cases.allow_http_base_urls


@pytest.mark.parametrize(
    ("address", "seen"),
    [
        ("postgresql://u:secret@h/d", "postgresql://u:***@h/d"),
        ("postgresql://u:se@cret@h/d", "postgresql://u:***@h/d"),
        ("postgresql://u:se/cret@h/d", "postgresql://u:***@h/d"),
        ("postgresql://h/d?user=u&password=secret", "postgresql://h/d?user=u&password=***"),
        ("postgresql://u@h:5432/d", "postgresql://u@h:5432/d"),
        ("postgresql:///d", "postgresql:///d"),
    ],
)
def test_a_password_is_never_shown(address: str, seen: str) -> None:
    assert without_password(address) == seen
    assert shown(BY_NAME["db"], address) == seen
    assert shown(BY_NAME["db"], "sky.db") == "sky.db"
