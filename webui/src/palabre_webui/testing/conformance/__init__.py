"""What every plugin has to pass in the web; docs/plugins/conformance.md explains each test."""
