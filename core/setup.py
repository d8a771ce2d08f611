"""Builds the compiled part of the packet path where it can, and compiles the translations when in the checkout."""

import sys
from pathlib import Path

from setuptools import Extension, setup

TOOLS = Path(__file__).resolve().parents[1] / "tools"

# Without a C compiler, Python's or OpenSSL's headers the rest is installed all the same: see docs/operation.md.
NATIVE = Extension(
    "palabre.media.forwarder._srtp",
    sources=["native/srtp.c"],
    libraries=["crypto"],
    extra_compile_args=["-O2", "-Wall", "-Wextra"],
    py_limited_api=True,
    optional=True,
)
COMMANDS = {}

if TOOLS.is_dir():
    sys.path.insert(0, str(TOOLS))
    from packing import build_py

    COMMANDS["build_py"] = build_py

setup(cmdclass=COMMANDS, ext_modules=[NATIVE], options={"bdist_wheel": {"py_limited_api": "cp311"}})
