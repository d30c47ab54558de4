"""The console as a WSGI application, for gunicorn and `flask run`; and the commands of `flask`."""

from admin.commands import make_application

application = make_application()
