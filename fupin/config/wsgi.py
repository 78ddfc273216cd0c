"""The WSGI application that `fupin serve` runs."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.umask(0o077)  # files of the data folder are the instance's alone, whoever starts the application
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fupin.config.settings")
application = get_wsgi_application()
# What is loaded by now lives as long as the process: the collector need not look through it at every turn.
gc.freeze()
gc.set_threshold(20_000, 20, 20)
