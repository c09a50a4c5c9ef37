# SPDX-License-Identifier: GPL-2.0-or-later
# clients_die.py SOCKET: many clients begin allocations that wait, poll them, and go away in every way there is. At the end
# nothing waits any more, and rsmd is there.
import http.client
import json
import random
import socket
import sys
import threading
import uuid

CLIENTS, ROUNDS = 16, 12


class Connection(http.client.HTTPConnection):
    def __init__(self):
        super().__init__("rsmd")

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(sys.argv[1])

    def send_only(self, method, path, body=None, session=None):
        text = None if body is None else json.dumps(body)
        self.request(method, path, text, {"RSM-Session": session} if session else {})

    def answer(self):
        response = self.getresponse()
        data = response.read()
        return response.status, json.loads(data) if data else None

    def ask(self, *args):
        self.send_only(*args)
        return self.answer()


def ends_session_elsewhere(own, other, session, call):
    other.send_only("GET", f"/v1/calls/{call}?wait=30000", None, session)
    own.close()
    return other.answer()[0] in (409, 440)


def dies_polling(own, other, session, call):
    own.send_only("GET", f"/v1/calls/{call}?wait=30000", None, session)
    own.sock.close()
    return True


def dies_at_once(own, other, session, call):
    return True


def cancels(own, other, session, call):
    own.send_only("GET", f"/v1/calls/{call}?wait=30000", None, session)
    return other.ask("DELETE", f"/v1/calls/{call}", None, session)[0] == 204 and own.answer()[0] in (404, 409)


def closes(own, other, session, call):
    own.send_only("GET", f"/v1/calls/{call}?wait=30000", None, session)
    return other.ask("DELETE", f"/v1/sessions/{session}")[0] == 204 and own.answer()[0] in (409, 440)


def polls(own, other, session, call):
    return own.ask("GET", f"/v1/calls/{call}?wait=20", None, session)[0] == 202


WAYS = [ends_session_elsewhere, dies_polling, dies_at_once, cancels, closes, polls]
problems = []


def client(seed, pool):
    chance = random.Random(seed)
    for _ in range(ROUNDS):
        own, other, call, way = Connection(), Connection(), str(uuid.uuid4()), chance.choice(WAYS)
        session = own.ask("POST", "/v1/sessions", {})[1]["session"]
        status, answer = own.ask("POST", f"/v1/media-pools/{pool}/allocate", {"call": call}, session)
        if status != 202:
            problems.append(f"allocate: {status} {answer}")
        elif not way(own, other, session, call):
            problems.append(f"{way.__name__}: another answer than it should be")
        own.close()
        other.close()


def guarded(seed, pool):
    try:
        client(seed, pool)
    except Exception as e:
        problems.append(repr(e))


main = Connection()
types = main.ask("GET", "/v1/objects?type=13")[1]["objects"]
lto8 = next(t for t in types if main.ask("GET", f"/v1/objects/{t}")[1]["info"]["name"] == "LTO-8")
pool = main.ask("POST", "/v1/media-pools", {"name": str(uuid.uuid4()), "mediaType": lto8, "action": 2})[1]["pool"]
threads = [threading.Thread(target=guarded, args=(i, pool)) for i in range(CLIENTS)]
for t in threads:
    t.start()
for t in threads:
    t.join()
for p in problems[:10]:
    print(p)
print(main.ask("GET", "/v1/status"))
sys.exit(1 if problems else 0)
