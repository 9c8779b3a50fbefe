"""WHAT KEEPS AN OLD TASK: one file a guard against forgetting, discovered; this file knows only where they are."""

from desktop.engine.continual.base import Guard
from desktop.engine.registry import Registry

GUARDS: Registry[Guard] = Registry("desktop.engine.continual", Guard, "guard")
