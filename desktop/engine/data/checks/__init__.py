"""CHECKS: everything that may be wrong with rows, one file each, discovered; they know no file format and no screen."""

from desktop.engine.data.checks.base import Check
from desktop.engine.registry import Registry

CHECKS: Registry[Check] = Registry("desktop.engine.data.checks", Check, "check")
