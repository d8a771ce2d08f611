"""Consumption: what a customer used and got, by month and kind; every movement as a table; a mail when little is left.

``figures`` asks the ledger, ``chart`` draws, ``sheet`` writes a workbook, ``alerts`` watches the balance.
"""

from palabre_billing.consumption.alerts import Alert, alert_of, set_alert, watch_balance
from palabre_billing.consumption.figures import Figures, figures_of

__all__ = ["Alert", "Figures", "alert_of", "figures_of", "set_alert", "watch_balance"]
