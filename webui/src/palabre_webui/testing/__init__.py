"""The web's part of the conformance suite that plugins run against themselves; see ``palabre.testing``."""
