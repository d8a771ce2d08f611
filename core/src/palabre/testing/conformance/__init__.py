"""What every plugin has to pass: ``pytest --palabre-plugin NAME``; docs/plugins/conformance.md explains each test."""
