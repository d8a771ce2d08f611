"""Palabre's core: rooms, people, the course of a meeting. Every other feature is a plugin.

Plugin authors import from here, from ``palabre.toolkit`` and from ``palabre.testing`` only.
"""

from palabre.plugins.markers import hookimpl

__version__ = "0.1.0"
__all__ = ["__version__", "hookimpl"]
