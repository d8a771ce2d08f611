"""The command ``palabre``. Each command is a module that is imported when it is called.

To add one to the core: a line in ``COMMANDS``. A plugin adds its own with the hook ``commands``.
"""

from palabre.cli.main import main

__all__ = ["main"]
