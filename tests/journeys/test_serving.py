"""An instance that is served: ready, mended when a worker is killed outright, stopped cleanly, and sealed."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]


def environment(folder):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FUPIN_", "DJANGO_"))}
    return kept | {"FUPIN_DATA": str(folder), "FUPIN_LANG": "zh"}


def fupin(folder, *arguments):
    done = subprocess.run([sys.executable, "-m", "fupin", *arguments], cwd=PROJECT, env=environment(folder),
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def served(tmp_path):
    fupin(tmp_path, "init")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen([sys.executable, "-m", "fupin", "serve", "--port", str(port)], cwd=PROJECT,
                              env=environment(tmp_path), stderr=(tmp_path / "log").open("w"))  # fmt: skip
    yield tmp_path, port, server
    if server.poll() is None:
        server.send_signal(signal.SIGTERM)
        server.wait(60)


def ready(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return json.load(answer)["ready"]
    except (urllib.error.URLError, OSError):
        return False


def until(condition, seconds=90):
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it never came"
        time.sleep(0.2)
    return found


def children(pid):
    """The processes of the supervisor, by what they run."""
    found = {}
    for entry in Path("/proc").iterdir():
        try:
            parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
            command = (entry / "cmdline").read_bytes().decode().split("\0")
        except (OSError, IndexError):
            continue
        if parent == str(pid):
            found[" ".join(command[2:5]).strip()] = int(entry.name)
    return found


def test_an_instance_is_ready_mended_and_stopped(served):
    folder, port, server = served
    until(lambda: ready(port))
    workers = children(server.pid)
    assert {"fupin worker", "fupin worker --quick"} <= set(workers)
    os.kill(workers["fupin worker"], signal.SIGKILL)
    fresh = until(lambda: children(server.pid).get("fupin worker", workers["fupin worker"]) != workers["fupin worker"])
    assert fresh
    assert ready(port)
    fupin(folder, "user", "add", "banner", "--role", "banner_officer", "--division", "150522000000")
    server.send_signal(signal.SIGTERM)
    assert server.wait(60) == 0
    assert children(server.pid) == {}
    assert not ready(port)
    report = json.loads(fupin(folder, "audit", "verify", "--json"))
    assert (report["broken"], report["unsealed"]) == ([], 0)
    log = [json.loads(line) for line in (folder / "log").read_text().splitlines() if line.startswith("{")]
    assert any(line["event"] == "process ended" and line["code"] == -9 for line in log)


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_an_address_where_somebody_listens_is_refused_before_anything_is_begun(tmp_path, command):
    if command == "serve":
        fupin(tmp_path, "init")
    with socket.socket() as other:
        # As the serving processes of another instance do: the system would let a second one share their address.
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        done = subprocess.run([sys.executable, "-m", "fupin", command, "--port", port], cwd=PROJECT, check=False,
                              env=environment(tmp_path), capture_output=True, text=True, timeout=90)  # fmt: skip
    assert done.returncode == 3
    assert "已有程序在用" in done.stderr
    assert port in done.stderr
    assert command == "serve" or list(tmp_path.iterdir()) == []
