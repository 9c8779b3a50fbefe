"""WHAT IS TRAINED: one file a method, discovered; this file knows only where they are."""

from desktop.engine.methods.base import Method
from desktop.engine.registry import Registry

METHODS: Registry[Method] = Registry("desktop.engine.methods", Method, "method")
