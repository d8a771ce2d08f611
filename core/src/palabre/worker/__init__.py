"""The worker: sweeps that run every few seconds, and what is done about each kind of duty.

A sweep finds what is due in the database and claims it with an atomic update, so two workers never do the same thing,
and a killed one delays it and loses nothing.
"""

from palabre.worker import letters, meetings
from palabre.worker.sweeps import Sweep, core_sweeps

__all__ = ["Sweep", "core_sweeps", "letters", "meetings"]
