"""Billing: meetings are sold by credits. The core never learns the word; everything here goes through public hooks.

``ledger`` keeps what was ever posted, ``prices`` what things cost, ``debits`` charges what is live.
"""
