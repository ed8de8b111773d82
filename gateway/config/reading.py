"""Reads the environment and checks it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from gateway.config import observing
from gateway.config.checks import CHECKS
from gateway.config.config import VARIABLES, Config
from gateway.config.variable import ConfigError


def read_config(environment: Mapping[str, str] = os.environ) -> Config:
    """Reads and checks all variables. Raises ConfigError that names every wrong one.

    An empty value means the default, as in compose files.
    """
    values: dict[str, Any] = {}
    problems: list[str] = []
    for variable in VARIABLES:
        text = environment.get(variable.name, "").strip() or variable.default
        try:
            values[variable.field] = variable.read(text)
        except ValueError as error:
            problems.append(f"{variable.name} is {text!r}; allowed: {error}.")
    if problems:
        raise ConfigError("\n".join(problems))
    observing.fill(values, environment)
    config = Config(**values)
    if problems := [problem for check in CHECKS for problem in check(config)]:
        raise ConfigError("\n".join(problems))
    return config
