"""Duties: what has to happen at its time, whichever process does it and however often one is killed.

A sweep runs in every worker, every few seconds. It finds what is due in the database and claims it with an atomic
update, so two workers never do the same thing, and a killed one delays it and loses nothing.
"""

from palabre.duties.sweeps import Sweep, core_sweeps

__all__ = ["Sweep", "core_sweeps"]
