"""Mail: what is to be sent is a row; the worker writes and sends it."""
