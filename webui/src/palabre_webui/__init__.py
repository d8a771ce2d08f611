"""Palabre in the browser: the web service, its pages, and the door through which browsers enter a room.

``palabre_webui.toolkit`` is what a plugin's web side imports; ``palabre_webui.hookspecs`` is what it can add.
"""

__version__ = "0.1.0"
