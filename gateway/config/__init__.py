"""Reads the environment into a frozen Config, once. No other room of the gateway looks at it.

Each subject has a file with its part of Config and its variables; `checks` holds what must be true
of several variables together.
"""

from gateway.config.config import VARIABLES, Config
from gateway.config.reading import read_config
from process.config.variable import ConfigError, Variable

__all__ = ["VARIABLES", "Config", "ConfigError", "Variable", "read_config"]
