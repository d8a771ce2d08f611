"""The plugin host: discovery, guarded loading, the tenant gate and the error policy of each kind of hook."""
