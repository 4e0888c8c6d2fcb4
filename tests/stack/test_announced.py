"""A server that announces its address keeps it, over its own death and over a new start of the stack."""

import json
import sys
from pathlib import Path

import httpx
import pytest

from outbound.stack.announced import start_announced
from outbound.stack.errors import StackError
from outbound.stack.processes import Process
from outbound.stack.supervisor import Supervisor
from tests.waiting import wait_for

SERVER = """
import http.server, json, os, pathlib, sys
server = http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), http.server.SimpleHTTPRequestHandler)
file = pathlib.Path(sys.argv[2])
file.with_suffix(".tmp").write_text(json.dumps({"url": f"http://127.0.0.1:{server.server_port}/"}))
file.with_suffix(".tmp").replace(file)
server.serve_forever()
"""


def server(folder: Path, port: int) -> Process:
    argv = (sys.executable, "-c", SERVER, str(port), str(folder / "web.json"))
    return Process("web", argv, folder / "web.log", cwd=folder)


def answers(url: str) -> bool:
    try:
        return httpx.get(url).status_code == 200
    except httpx.TransportError:
        return False


def test_a_server_keeps_its_address(tmp_path: Path) -> None:
    def start(supervisor: Supervisor) -> str:
        return start_announced(supervisor, lambda port: server(tmp_path, port), tmp_path / "web.json")

    with Supervisor(tmp_path) as supervisor:
        first = start(supervisor)
        assert answers(first)
        supervisor.kill("web")
        wait_for(lambda: supervisor.deaths("web") == 1 and answers(first), "the same address again")
    assert not answers(first)
    with Supervisor(tmp_path) as supervisor:
        assert start(supervisor) == first
        assert answers(first)


def test_a_server_whose_port_is_taken_finds_another(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    with Supervisor(tmp_path) as supervisor, Supervisor(other) as second:
        taken = start_announced(supervisor, lambda port: server(tmp_path, port), tmp_path / "web.json")
        (other / "web.json").write_text(json.dumps({"url": taken}))
        moved = start_announced(second, lambda port: server(other, port), other / "web.json")
        assert moved != taken
        assert answers(moved)
        assert answers(taken)


@pytest.mark.parametrize("nonsense", ["", "[]", "{}", '{"url": 7}', '{"url": "http://127.0.0.1:99999"}', "\\x00"])
def test_an_announcement_without_an_address_is_refused(tmp_path: Path, nonsense: str) -> None:
    source = "import pathlib, sys, time; pathlib.Path(sys.argv[1]).write_text(sys.argv[2]); time.sleep(60)"
    process = Process("web", (sys.executable, "-c", source, str(tmp_path / "web.json"), nonsense), tmp_path / "log")
    with Supervisor(tmp_path) as supervisor, pytest.raises(StackError, match="web announced no address"):
        start_announced(supervisor, lambda _: process, tmp_path / "web.json")
