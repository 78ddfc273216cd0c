"""The address that a command is to serve under, looked at before anything is begun."""

import errno
import socket

from fupin.cli.words import say


def require_free(host: str, port: int) -> None:
    """Refuse an address where somebody listens, or that cannot be had; raises OSError with the mend.

    The serving processes share their address among themselves, so the system would let a second instance share it
    too, and every other answer would come from the wrong register.
    """
    for family, kind, protocol, _name, where in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(where)
            except OSError as fault:
                raise OSError(_sentence(host, port, fault)) from fault


def _sentence(host: str, port: int, fault: OSError) -> str:
    if fault.errno == errno.EADDRINUSE:
        return say(
            f"{host} 的端口 {port} 已有程序在用，请先停止它，或用 --port 另指一个端口",
            f"port {port} of {host} is in use: stop what uses it, or name another port by --port",
        )
    return say(
        f"不能在 {host} 的端口 {port} 上服务（{fault.strerror}），请用 --host、--port 另指",
        f"port {port} of {host} cannot be had ({fault.strerror}): name another by --host and --port",
    )
