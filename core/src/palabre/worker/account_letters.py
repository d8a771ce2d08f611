"""Mails about an account. None of them holds a password, and each says what to do when one did not ask for it."""

from __future__ import annotations

from urllib.parse import quote

from sqlalchemy.orm import Session

from palabre.application import Application
from palabre.i18n import gettext as _
from palabre.mail import Letter
from palabre.model import Mail
from palabre.tenants.scope import current_tenant
from palabre.worker.mailing import site, writes


@writes("account.confirm")
def confirm(application: Application, session: Session, mail: Mail) -> Letter:
    """To somebody who asked for an account."""
    return Letter(
        subject=_("Confirm your address for %(brand)s") % {"brand": _brand()},
        paragraphs=(
            _greeting(mail),
            _("You asked for an account. Follow the link to confirm your address and to choose a password."),
        ),
        action=(_("Confirm and choose a password"), site(application) + mail.data["path"]),
        notes=(
            _("The link is good for three days."),
            _("If you did not ask for it, do nothing: without the link there will be no account."),
        ),
    )


@writes("account.exists")
def exists(application: Application, session: Session, mail: Mail) -> Letter:
    """To the owner of an address with which somebody asked for an account."""
    address = site(application)
    return Letter(
        subject=_("You have an account at %(brand)s already") % {"brand": _brand()},
        paragraphs=(
            _greeting(mail),
            _(
                "Somebody, probably you, asked for an account with this address. There is one already: sign in to it."
            ),
        ),
        action=(_("Sign in"), f"{address}/account/sign-in"),
        notes=(
            _("You do not know the password any more? Choose a new one: %(link)s")
            % {"link": f"{address}/account/forgotten"},
            _("If it was not you, do nothing. Nobody learnt that there is an account."),
        ),
    )


@writes("account.reset")
def reset(application: Application, session: Session, mail: Mail) -> Letter:
    """To somebody who forgot the password."""
    return Letter(
        subject=_("A new password for %(brand)s") % {"brand": _brand()},
        paragraphs=(
            _greeting(mail),
            _("Follow the link to choose a new password. You are then signed out everywhere."),
        ),
        action=(_("Choose a new password"), site(application) + mail.data["path"]),
        notes=(
            _("The link is good for two hours."),
            _("If you did not ask for it, do nothing: your password stays as it is."),
        ),
    )


@writes("account.password_changed")
def password_changed(application: Application, session: Session, mail: Mail) -> Letter:
    """To the owner, after the password was changed."""
    address = site(application)
    return Letter(
        subject=_("Your password was changed"),
        paragraphs=(
            _greeting(mail),
            _("The password of your account at %(brand)s was changed.") % {"brand": _brand()},
        ),
        notes=(
            _("If it was not you, choose a new one at once: %(link)s")
            % {"link": f"{address}/account/forgotten"},
        ),
    )


@writes("account.passkey_added")
def passkey_added(application: Application, session: Session, mail: Mail) -> Letter:
    """To the owner, after a passkey was added."""
    address = site(application)
    return Letter(
        subject=_("A passkey was added to your account"),
        paragraphs=(
            _greeting(mail),
            _("The passkey %(name)s signs in to your account at %(brand)s from now on.")
            % {"name": mail.data["passkey"], "brand": _brand()},
        ),
        notes=(
            _("If it was not you, remove it and choose a new password at once: %(link)s")
            % {"link": f"{address}/account"},
        ),
    )


@writes("account.email_change")
def email_change(application: Application, session: Session, mail: Mail) -> Letter:
    """To the new address of somebody who changes it."""
    link = f"{site(application)}{mail.data['path']}?email={quote(mail.data['email'])}"
    return Letter(
        subject=_("Confirm your new address for %(brand)s") % {"brand": _brand()},
        paragraphs=(_greeting(mail), _("Follow the link, and from then on you sign in with this address.")),
        action=(_("Use this address"), link),
        notes=(
            _("The link is good for one day."),
            _("If you did not ask for it, do nothing: nothing changes."),
        ),
    )


@writes("account.email_changed")
def email_changed(application: Application, session: Session, mail: Mail) -> Letter:
    """To the old address, after it was changed."""
    del application, session
    return Letter(
        subject=_("Your address was changed"),
        paragraphs=(
            _greeting(mail),
            _("You sign in to %(brand)s with %(email)s from now on.")
            % {"brand": _brand(), "email": mail.data["email"]},
        ),
        notes=(_("If it was not you, write to whoever runs the site at once."),),
    )


def _greeting(mail: Mail) -> str:
    return _("Hello %(name)s,") % {"name": mail.name} if mail.name else _("Hello,")


def _brand() -> str:
    tenant = current_tenant()
    assert tenant is not None  # mail is written in its tenant's scope
    return tenant.name
