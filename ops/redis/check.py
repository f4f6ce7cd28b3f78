#!/usr/bin/env python3
"""Starts a real redis-server with the shipped configuration and the user that ops/make-secrets.sh makes, and checks who
may do what. Speaks the protocol itself; skipped, saying so, where there is no redis-server.

    target/ops-venv/bin/python ops/redis/check.py
"""

import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlparse

OPS = Path(__file__).resolve().parent.parent

# Who, what, whether it goes.
EXPECTED = [
    (None, ["GET", "care:x"], False),
    ("probe", ["PING"], True),
    ("probe", ["GET", "care:x"], False),
    ("care", ["PING"], True),
    ("care", ["GEOADD", "care:jiayuguan:geo", "98.2", "39.7", "c1"], True),
    ("care", ["HSET", "care:jiayuguan:c1", "at", "1"], True),
    ("care", ["EXPIRE", "care:jiayuguan:c1", "60"], True),
    ("care", ["GEOSEARCH", "care:jiayuguan:geo", "FROMLONLAT", "98.2", "39.7", "BYRADIUS", "3", "km"], True),
    ("care", ["SET", "of-someone-else", "1"], False),
    ("care", ["FLUSHALL"], False),
    ("care", ["KEYS", "*"], False),
    ("care", ["CONFIG", "GET", "*"], False),
    ("care", ["ACL", "LIST"], False),
]


def call(connection: socket.socket, words: list[str]) -> str:
    """One command; the first line of its answer."""
    parts = [f"*{len(words)}\r\n"] + [f"${len(word.encode())}\r\n{word}\r\n" for word in words]
    connection.sendall("".join(parts).encode())
    return connection.recv(65536).decode().splitlines()[0]


def connect(port: int) -> socket.socket:
    deadline = time.monotonic() + 10
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=5)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def main() -> int:
    binary = shutil.which("redis-server")
    if binary is None:
        print("skipped, there is no redis-server here")
        return 0
    with tempfile.TemporaryDirectory() as name, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        folder = Path(name)
        subprocess.run([OPS / "make-secrets.sh", folder / "secrets"], check=True, stdout=subprocess.DEVNULL)
        text = (OPS / "redis" / "redis.conf").read_text()
        replaced = text.replace("/etc/redis/users.acl", str(folder / "secrets" / "redis.acl"))
        replaced = replaced.replace("port 6379", f"port {port}").replace("bind * -::*", "bind 127.0.0.1")
        (folder / "redis.conf").write_text(replaced)
        password = urlparse((folder / "secrets" / "redis-url").read_text()).password
        with (folder / "log").open("w") as log:
            server = subprocess.Popen([binary, folder / "redis.conf"], cwd=folder, stdout=log, stderr=log)
        try:
            wrong = []
            for user, words, goes in EXPECTED:
                with connect(port) as connection:
                    if user:
                        signed_in = call(connection, ["AUTH", user, password if user == "care" else "-"])
                        if not signed_in.startswith("+OK"):
                            wrong.append(f"{user} cannot sign in: {signed_in}")
                            continue
                    answer = call(connection, words)
                    refused = answer.startswith(("-NOPERM", "-NOAUTH"))
                    if refused == goes or (goes and answer.startswith("-")):
                        wrong.append(f"{user or 'nobody'}: {' '.join(words)}: {answer}")
        finally:
            server.terminate()
            server.wait(timeout=10)
    for line in wrong:
        print(f"redis: {line}", file=sys.stderr)
    if not wrong:
        print(f"{len(EXPECTED)} commands allowed and refused as promised")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
