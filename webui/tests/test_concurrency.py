"""The loop goes on while something blocks: a resolver that does not answer, a long computation."""

from __future__ import annotations

import json
import subprocess
import sys

#: A process in eventlet's mode whose resolver takes half a second; it says how often others had their turn meanwhile.
PROGRAM = """
import json, socket, time
sleep, resolver = time.sleep, socket.getaddrinfo

def slow(host, *args, **kwargs):
    sleep(0.5)
    return resolver("127.0.0.1", *args, **kwargs)

socket.getaddrinfo = slow
from palabre_webui import concurrency
concurrency.patch("eventlet")
from palabre.i18n import current_language, language_scope

turns = 0

def count():
    global turns
    while True:
        turns += 1
        concurrency.sleep(0.01)

concurrency.spawn(count)
concurrency.sleep(0.1)
before = turns
found = socket.getaddrinfo("payments.example", 443)
while_asked = turns - before
with language_scope("fr"):
    language = concurrency.offload(current_language)
print(json.dumps({"turns": while_asked, "found": found[0][4][0], "language": language}))
"""


def test_the_loop_goes_on_while_a_name_is_looked_up_and_the_language_goes_along():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60, check=True
    )
    said = json.loads(done.stdout)
    assert said["turns"] > 10
    assert said["found"] == "127.0.0.1"
    assert said["language"] == "fr"
