"""A real Spark on this machine for a while: a master, two workers and a Connect server, each a process of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bench.visiting import free_port

PATIENCE_SECONDS = 120.0
_MASTER = "org.apache.spark.deploy.master.Master"
_WORKER = "org.apache.spark.deploy.worker.Worker"
_CONNECT = "org.apache.spark.sql.connect.service.SparkConnectServer"


@dataclass(frozen=True, slots=True)
class Cluster:
    """What runs: the address for `FUPIN_SPARK`, and the workers that may be killed."""

    address: str
    workers: tuple[subprocess.Popen[bytes], ...]

    def kill_a_worker(self) -> None:
        """As a machine that loses its power: the worker and what it started are gone at once."""
        os.killpg(self.workers[0].pid, signal.SIGKILL)
        self.workers[0].wait()


@contextmanager
def cluster(home: Path, logs: Path) -> Iterator[Cluster]:
    """Start it from the distribution at `home` and stop it again; what it says lies in `logs`."""
    started: list[subprocess.Popen[bytes]] = []
    environment = {**os.environ, "SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_NO_DAEMONIZE": "1",
                   "SPARK_WORKER_DIR": str(logs / "work"), "SPARK_LOCAL_DIRS": str(logs / "local")}  # fmt: skip

    def start(name: str, *command: str) -> subprocess.Popen[bytes]:
        with (logs / f"{name}.log").open("wb") as said:
            process = subprocess.Popen(
                command, env=environment, cwd=logs, stdout=said, stderr=subprocess.STDOUT, start_new_session=True
            )
        started.append(process)
        return process

    spark_class, port, connect = str(home / "bin" / "spark-class"), free_port(), free_port()
    master = f"spark://127.0.0.1:{port}"
    try:
        start("master", spark_class, _MASTER, "--host", "127.0.0.1", "--port", str(port), "--webui-port", "0")
        _wait(port)
        workers = tuple(
            start(f"worker-{number}", spark_class, _WORKER, "--host", "127.0.0.1", "--cores", "1", "--memory", "1g",
                  "--webui-port", "0", master)
            for number in (1, 2)
        )  # fmt: skip
        start("connect", str(home / "bin" / "spark-submit"), "--class", _CONNECT, "--master", master,
              "--conf", f"spark.connect.grpc.binding.port={connect}", "--conf", "spark.connect.grpc.binding.address=127.0.0.1",
              "--conf", "spark.executor.memory=700m", "--conf", "spark.sql.shuffle.partitions=4",
              "--conf", "spark.ui.enabled=false", "spark-internal")  # fmt: skip
        _wait(connect)
        yield Cluster(f"sc://127.0.0.1:{connect}", workers)
    finally:
        for process in reversed(started):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait(port: int) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.2)
    raise TimeoutError(f"nobody answers at port {port}")
