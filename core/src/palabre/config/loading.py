"""Reading the file and the variables."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError, create_model
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsError,
    TomlConfigSettingsSource,
)

from palabre.config.mistakes import VARIABLE_OF_THE_FILE, explain, unknown_variables, unreadable_variables
from palabre.config.sections import Section, Settings
from palabre.errors import ConfigurationError

DEFAULT_FILE = Path("palabre.toml")


def load_settings(
    path: Path | None = None,
    sections: Mapping[str, type[Section]] | None = None,
    ignored: Collection[str] = (),
) -> Settings:
    """Read and check the configuration.

    :param path: the file; without it ``PALABRE_CONFIG``, else ``palabre.toml`` in the current folder if it is there.
    :param sections: the plugins' sections by name.
    :param ignored: sections that are there and that nobody can check: of plugins that are kept out.
    :raises ConfigurationError: with one line for each mistake: where, which key and what to write.
    """
    named = path or (Path(os.environ[VARIABLE_OF_THE_FILE]) if VARIABLE_OF_THE_FILE in os.environ else None)
    if named is not None and not named.is_file():
        raise ConfigurationError(f"{named}: there is no such file. `palabre init` writes one.")
    file = named or DEFAULT_FILE
    model = _with_sections(sections or {}, ignored, file)
    if mistakes := unknown_variables(model):
        raise ConfigurationError("\n".join(mistakes))
    try:
        return model()
    except ValidationError as error:
        raise ConfigurationError(explain(error, model, file)) from None
    except SettingsError as error:
        raise ConfigurationError("\n".join(unreadable_variables(model)) or str(error)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file}: not valid TOML: {error}") from None
    except OSError as error:
        raise ConfigurationError(f"{file}: cannot be read: {error.strerror}") from None


def _with_sections(
    sections: Mapping[str, type[Section]], ignored: Collection[str], file: Path
) -> type[Settings]:
    class FromFile(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return (init_settings, env_settings, TomlConfigSettingsSource(settings_cls, file))

    return settings_model(sections, ignored, base=FromFile)


def settings_model(
    sections: Mapping[str, type[Section]], ignored: Collection[str] = (), *, base: type[Settings] = Settings
) -> type[Settings]:
    """The configuration's model with the plugins' sections in it.

    :param ignored: sections that may be there and are not checked.
    """
    fields: dict[str, Any] = dict.fromkeys(ignored, (Any, None))
    fields |= {name: (section, Field(default_factory=section)) for name, section in sections.items()}
    return create_model("Settings", __base__=base, **fields)
