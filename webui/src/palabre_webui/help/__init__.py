"""Help: the questions of organisers and participants, by subject, and finding the right one."""
