"""WHAT IT LEARNS FROM: one file an objective, discovered; this file knows only where they are."""

from desktop.engine.objectives.base import Objective
from desktop.engine.registry import Registry

OBJECTIVES: Registry[Objective] = Registry("desktop.engine.objectives", Objective, "objective")
