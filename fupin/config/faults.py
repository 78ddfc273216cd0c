"""The page of a fault: whatever failed, it asks neither the database nor the session."""

from django.conf import settings
from django.http import HttpRequest, HttpResponseServerError
from django.template.loader import render_to_string
from django.utils.translation import gettext as _


def server_error(request: HttpRequest) -> HttpResponseServerError:
    """Named and marked like every other page, in the language of the request."""
    frame = {"name": _("精准扶贫"), "demonstration": settings.DEMONSTRATION}
    return HttpResponseServerError(render_to_string("500.html", {"frame": frame}))
