"""Reads the environment into a frozen Config, once. No other room of the server looks at it.

Each subject has a file with its part of Config and its variables; `checks` holds what must be true
of several variables together.
"""

from process.config.variable import ConfigError, Variable
from server.config.config import VARIABLES, Config
from server.config.reading import read_config

__all__ = ["VARIABLES", "Config", "ConfigError", "Variable", "read_config"]
