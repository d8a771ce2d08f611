"""Accounts: people who sign in to a tenant; what plugins see of them."""
