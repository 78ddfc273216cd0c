"""The WSGI application that `fupin serve` runs."""

import gc
import os
import sys

from django.core.wsgi import get_wsgi_application

os.umask(0o077)  # files of the data folder are the instance's alone, whoever starts the application
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fupin.config.settings")
application = get_wsgi_application()
# What is loaded by now lives as long as the process: the collector need not look through it at every turn.
gc.freeze()
gc.set_threshold(20_000, 20, 20)
# A thread gives the interpreter up at each question to the database, and may get it back only once another has used up its
# turn: at the default of 5 ms, who saves would keep everybody else waiting for the turns of all who read.
sys.setswitchinterval(0.0005)
