"""The wheel carries everything it needs: installed into an empty environment it makes an instance and serves it."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile
from pathlib import Path

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[2]
RUN = {"capture_output": True, "text": True, "check": False}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(PROJECT)]
    done = subprocess.run(command, **RUN)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """An environment that holds the wheel and the locked dependencies of this run, and nothing of the source tree."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    packages = next(folder.glob("lib/python*/site-packages"))
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(packages)
    # The dependencies themselves are proven by the lock; what is tried here is what our own wheel brings.
    (packages / "dependencies.pth").write_text(str(Path(yaml.__file__).resolve().parent.parent) + "\n")
    return folder / "bin" / "python"


def fupin(python, folder, *arguments):
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("FUPIN_", "DJANGO_", "PYTHON"))
    }
    environment |= {"FUPIN_DATA": str(folder / "data"), "FUPIN_LANG": "en"}
    return [str(python), "-m", "fupin", *arguments], {"env": environment, "cwd": str(folder)}


def test_the_wheel_holds_assets_messages_and_data_and_no_tests(wheel):
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
    assert any(name.startswith("fupin/core/static/built/") and name.endswith(".css") for name in names)
    assert any(name.endswith("LC_MESSAGES/django.mo") for name in names)
    assert "fupin/divisions/data/divisions-150000.csv" in names
    assert any(re.fullmatch(r"fupin/policy/calendar/\d{4}\.yaml", name) for name in names)
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert [name for name in names if "/tests/" in name] == []


def test_an_installed_wheel_makes_an_instance_and_serves_it(installed, tmp_path):
    command, more = fupin(installed, tmp_path, "init", "--json")
    done = subprocess.run(command, **RUN, **more)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["divisions"] == 15938
    where = "import fupin; print(fupin.__file__)"
    assert "site-packages" in subprocess.run([str(installed), "-c", where], **RUN, **more).stdout
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command, more = fupin(installed, tmp_path, "serve", "--port", str(port))
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more)
    try:
        page = answer(f"http://127.0.0.1:{port}/sign-in/", server)
        style = re.search(r'href="(/static/built/[^"]+\.css[^"]*)"', page)
        assert style, page[:500]
        assert len(answer(f"http://127.0.0.1:{port}{style[1]}", server)) > 1000
    finally:
        server.terminate()
        assert server.wait(30) == 0


def answer(address, server, seconds=60):
    until = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5) as page:
                return page.read().decode()
        except OSError:
            assert server.poll() is None, "the server ended"
            assert time.monotonic() < until, "the server never answered"
            time.sleep(0.3)
