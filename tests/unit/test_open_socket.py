"""The socket that the app listens on."""

import socket

from assistant.web.server import open_socket


def test_a_response_in_two_parts_is_not_held_back() -> None:
    with (
        open_socket("127.0.0.1", 0) as listening,
        socket.create_connection(listening.getsockname()),
        listening.accept()[0] as connection,
    ):
        assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
