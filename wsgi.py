"""application = create_app(), for any WSGI server; `flask --app wsgi run` serves it too."""

from admin.app import create_app

application = create_app()
