"""SHAPES: one file a way of writing rows down, discovered; they know columns and canonical rows, not files."""

from desktop.engine.data.shapes.base import Shape
from desktop.engine.registry import Registry

SHAPES: Registry[Shape] = Registry("desktop.engine.data.shapes", Shape, "shape")
