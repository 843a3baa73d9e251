"""The load of the look-up bench, in a process of its own: keep-alive clients that send requests signed beforehand.

Reads one JSON line of orders, signs, answers ``ready``, waits for a line, runs, answers one JSON line of results.
Raw sockets and epoll, so that the clients cost little of the two cores they share with what is measured.
"""

from __future__ import annotations

import json
import random
import select
import socket
import sys
import time
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.city import name, number
from chengxin.people.client import CHECK, signed_headers


def main() -> None:
    orders = json.loads(sys.stdin.readline())
    requests = _signed(orders)
    print("ready", flush=True)  # the answer to the parent
    sys.stdin.readline()
    print(json.dumps(_run(orders["port"], orders["clients"], orders["seconds"], requests)), flush=True)


def _signed(orders: dict[str, Any]) -> list[bytes]:
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(orders["key"]))
    made = []
    for _ in range(orders["requests"]):
        person = random.randrange(orders["persons"])
        question = {"purpose": "SUBSIDY_SYSTEM", "case_ref": f"补贴〔2026〕{person}号"}
        body = json.dumps(question | {"id_number": number(person), "name": name(person)}, ensure_ascii=False).encode()
        fields = signed_headers(key, orders["login"], body) | {"Host": "bench", "Content-Length": str(len(body))}
        head = "".join(f"{field}: {value}\r\n" for field, value in fields.items())
        made.append(f"POST {CHECK} HTTP/1.1\r\n{head}\r\n".encode() + body)
    return made


def _run(port: int, clients: int, seconds: float, requests: list[bytes]) -> dict[str, Any]:
    poll, open_sockets, sent = select.epoll(), {}, {}
    for _ in range(clients):
        one = socket.create_connection(("127.0.0.1", port))
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        open_sockets[one.fileno()] = one
        poll.register(one.fileno(), select.EPOLLIN)
    clock, waited, bad, spare = time.perf_counter, [], 0, iter(requests)
    begin = now = clock()
    for place, one in open_sockets.items():
        sent[place] = clock()
        one.send(next(spare))
    end = begin + seconds
    while sent:
        answered = poll.poll(5.0)
        if not answered:
            raise SystemExit("no answer within five seconds")
        for place, _ in answered:
            answer = open_sockets[place].recv(8192)
            now = clock()
            waited.append(now - sent.pop(place))
            bad += not answer.startswith(b"HTTP/1.1 200 ") or not answer.endswith(b"}")
            following = next(spare, None) if now < end else None
            if following is not None:
                sent[place] = now
                open_sockets[place].send(following)
    waited.sort()
    return {
        "answered": len(waited),
        "bad": bad,
        "seconds": now - begin,
        "p50_ms": round(waited[len(waited) // 2] * 1000, 2),
        "p99_ms": round(waited[len(waited) * 99 // 100] * 1000, 2),
        "client_seconds": time.process_time(),
        "ran_out": next(spare, None) is None,
    }


if __name__ == "__main__":
    main()
