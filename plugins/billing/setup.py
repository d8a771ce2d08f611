"""Compiles the translations when built from the checkout."""

import sys
from pathlib import Path

from setuptools import setup

TOOLS = Path(__file__).resolve().parents[2] / "tools"

if TOOLS.is_dir():
    sys.path.insert(0, str(TOOLS))
    from packing import build_py

    setup(cmdclass={"build_py": build_py})
else:
    setup()
