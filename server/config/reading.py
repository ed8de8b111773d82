"""Reads the environment and checks it."""

from __future__ import annotations

import os
from collections.abc import Mapping

from process.config import observing
from process.config.variable import ConfigError, read_values
from server.config import storing, working
from server.config.checks import CHECKS
from server.config.config import VARIABLES, Config


def read_config(environment: Mapping[str, str] = os.environ) -> Config:
    """Reads and checks all variables. Raises ConfigError that names every wrong one.

    An empty value means the default, as in compose files.
    """
    values = read_values(VARIABLES, environment)
    storing.fill(values, environment)
    observing.fill(values, environment)
    working.fill(values, environment)
    config = Config(**values)
    if problems := [problem for check in CHECKS for problem in check(config)]:
        raise ConfigError("\n".join(problems))
    return config
