# Prerequisites and deletes of every form, as a script with dnspython sends them.
#   dnspythonClient.py SERVER PORT ZONE KEY-NAME SECRET
import sys

import dns.query
import dns.rcode
import dns.tsig
import dns.tsigkeyring
import dns.update

server, port, zone, key, secret = sys.argv[1:6]
keyring = dns.tsigkeyring.from_text({key: secret})


def send(what, fill):
    update = dns.update.UpdateMessage(zone, keyring=keyring, keyalgorithm=dns.tsig.HMAC_SHA384)
    fill(update)
    response = dns.query.tcp(update, server, port=int(port), timeout=20)
    print(what, dns.rcode.to_text(response.rcode()))


def create(update):
    update.absent("py.apps")
    update.add("py.apps", 60, "A", "192.0.2.30")
    update.add("py.apps", 60, "A", "192.0.2.31")


def whole(update):
    update.present("py.apps", "A", "192.0.2.31")
    update.present("py.apps", "A", "192.0.2.30")
    update.add("py.apps", 60, "TXT", "whole")


def part(update):
    update.present("py.apps", "A", "192.0.2.30")
    update.add("py.apps", 60, "TXT", "part")


def typed(update):
    update.present("py.apps", "TXT")
    update.absent("py.apps", "AAAA")
    update.replace("py.apps", 60, "A", "192.0.2.32")


def empty(update):
    update.present("py.apps")
    update.delete("py.apps")


send("create", create)
send("again", create)
send("whole", whole)
send("part", part)
send("typed", typed)
send("empty", empty)
send("gone", empty)
