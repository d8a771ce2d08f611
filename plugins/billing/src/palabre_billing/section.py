"""The section ``[billing]`` of the configuration."""

from __future__ import annotations

from pydantic import Field

from palabre.toolkit import Section


class BillingSection(Section):
    """Where payment providers are reached. Keys are set for each tenant, at the desk."""

    stripe_api: str = Field("https://api.stripe.com", description="Address of Stripe's interface.")
    paypal_api: str = Field(
        "https://api-m.paypal.com", description="Address of PayPal's interface; its sandbox has another."
    )
