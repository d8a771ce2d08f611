"""What tests of Palabre and of plugins need: a world to try things in, a clock, virtual participants, real servers.

Installed with the core, as plugins of pytest: ``fixtures`` gives the smallest world, ``servers`` the databases, and
``pytest --palabre-plugin NAME`` adds the conformance suite.
"""
