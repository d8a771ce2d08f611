"""The web service: a Flask application with everything on it, and the process that serves it."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import structlog
from flask import Flask
from flask_wtf import CSRFProtect
from sqlalchemy.orm import configure_mappers
from werkzeug.middleware.proxy_fix import ProxyFix

from palabre.accounts.sessions import FORGOTTEN_AFTER_D
from palabre.application import Application, create_application
from palabre.i18n import add_catalogue
from palabre.logging import configure_logging
from palabre_webui import concurrency
from palabre_webui.assets import StaticTree
from palabre_webui.context import WebContext
from palabre_webui.declared import is_called_by_machines
from palabre_webui.heartbeat import Heartbeat
from palabre_webui.help.pages import help_pages
from palabre_webui.limits import LONGEST_FORM, let_lists_in, limit_rates
from palabre_webui.operation.health import health
from palabre_webui.operation.metrics import metrics
from palabre_webui.permissions import enforce
from palabre_webui.plugin_web import mount_plugins, plugin_trees
from palabre_webui.readable import refuse_unreadable_address, refuse_unreadable_form
from palabre_webui.room.service import RoomService
from palabre_webui.scoping import Tenants, scope_requests
from palabre_webui.security import protect
from palabre_webui.sign_in.pages import account
from palabre_webui.site.contacts import contacts
from palabre_webui.site.equipment import equipment
from palabre_webui.site.errors import show_errors
from palabre_webui.site.guest_calendar import guest_calendar
from palabre_webui.site.mailbox import mailbox
from palabre_webui.site.meetings import meetings
from palabre_webui.site.pages import site
from palabre_webui.site.room_page import MAIN_MODULE, room_page
from palabre_webui.site.static_files import assets
from palabre_webui.site.templating import set_up_templates

log = structlog.get_logger(__name__)

_Wsgi = Callable[..., Iterable[bytes]]


class Web:
    """The web service of one process.

    :param application: whose plugins, database and settings it uses.
    :ivar app: the Flask application; with its sockets.
    """

    def __init__(self, application: Application) -> None:
        settings = application.settings
        self.app = app = Flask("palabre_webui", static_folder=None)
        app.config.update(
            SECRET_KEY=application.secret.derive("session", "web"),
            MAX_CONTENT_LENGTH=LONGEST_FORM,
            PERMANENT_SESSION_LIFETIME=timedelta(days=FORGOTTEN_AFTER_D),
            SESSION_COOKIE_NAME="palabre_session",
            SESSION_COOKIE_HTTPONLY=True,
            SESSION_COOKIE_SAMESITE="Lax",
            SESSION_COOKIE_SECURE=(settings.web.public_url or "").startswith("https:"),
            WTF_CSRF_SSL_STRICT=False,  # it wants a Referer, which we tell browsers not to send
            WTF_CSRF_TIME_LIMIT=None,
            RATELIMIT_STORAGE_URI=settings.web.redis_url or "memory://",
            RATELIMIT_STRATEGY="moving-window",
        )
        tenants = Tenants(application)
        show_errors(app)
        protect(app)
        scope_requests(app, tenants)
        app.before_request(refuse_unreadable_address)
        token = settings.web.metrics_token
        enforce(app, metrics_token=token.get_secret_value() if token else None)
        app.before_request(let_lists_in)  # before anybody reads the form
        app.before_request(refuse_unreadable_form)
        tokens = CSRFProtect(app)
        set_up_templates(app)
        for blueprint in (
            account,
            assets,
            contacts,
            equipment,
            guest_calendar,
            health,
            help_pages,
            mailbox,
            meetings,
            metrics,
            site,
            room_page,
        ):
            app.register_blueprint(blueprint)
        mount_plugins(app, application.plugins)
        for view in app.view_functions.values():
            if is_called_by_machines(view):
                tokens.exempt(view)
        limit_rates(app)
        room = RoomService(app, application, tenants)
        self.context = WebContext(
            application,
            StaticTree(Path(str(files("palabre_webui"))) / "static", "/static"),
            plugin_trees(application.plugins),
            room,
            Heartbeat(),
        )
        self.context.install(app)
        if settings.web.proxies:
            count = settings.web.proxies
            app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
        app.wsgi_app = _without_compression(app.wsgi_app)  # type: ignore[method-assign]

    def warm_up(self) -> None:
        """Do now what would otherwise hold up the first visitors: tables mapped, files read, templates compiled."""
        configure_mappers()
        for tree in (self.context.static, *self.context.plugin_static.values()):
            tree.root()
        self.context.static.imported_by(MAIN_MODULE)
        for name in self.app.jinja_env.list_templates():
            self.app.jinja_env.get_template(name)

    def start(self) -> None:
        """Begin what runs beside the requests."""
        self.context.room.start()
        self.context.heartbeat.start()


def create_web(application: Application | None = None) -> Web:
    """Build the web service.

    :param application: read from the configuration when not given.
    """
    add_catalogue("palabre_webui")
    return Web(application or create_application())


def serve(number: int = 0) -> None:
    """Serve until SIGTERM or SIGINT.

    :param number: which of the web processes this is; each has the next port.
    :raises OSError: when the port cannot be used.
    :raises PalabreError: when the configuration is wrong.
    """
    web = create_web()
    configure_logging(web.context.application.settings.log, service=f"web-{number}")
    settings = web.context.application.settings.web
    listener = concurrency.listen(settings.host, settings.port + number)
    web.warm_up()
    gc.collect()
    gc.freeze()  # looking through modules and templates again and again would hold up everybody for 150 ms
    web.start()
    log.info("web_ready", host=settings.host, port=settings.port + number, mode=concurrency.mode())
    concurrency.serve(listener, web.app)


def _without_compression(application: _Wsgi) -> _Wsgi:
    """Sockets without permessage-deflate: it costs memory for each and time for every copy of an event."""

    def call(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        return application(environ, start_response)

    return call
