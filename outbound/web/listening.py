"""The socket we listen on."""

import socket


def listen(host: str, port: int) -> socket.socket:
    """A listening TCP socket; port 0 finds a free one.

    asyncio sets TCP_NODELAY only on sockets that say they are TCP's. One that does not (`socket.create_server` makes
    such) costs every answer 40 ms: the second of its packets waits for the delayed acknowledgement of the first.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    family, kind, proto, _, address = found[0]
    made = socket.socket(family, kind, proto)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.listen(512)
    except OSError:
        made.close()
        raise
    return made


def url_of(listening: socket.socket) -> str:
    """Where it can be reached."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
