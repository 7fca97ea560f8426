# certbot's own RFC 2136 plug-in, driven as certbot drives it for a DNS-01 challenge.
#   certbotClient.py SERVER PORT KEY-NAME SECRET NAME TOKEN add|delete
import sys

import dns.tsig
from certbot_dns_rfc2136._internal.dns_rfc2136 import _RFC2136Client

server, port, key, secret, name, token, task = sys.argv[1:8]
client = _RFC2136Client(server, int(port), key, secret, dns.tsig.HMAC_SHA512)
try:
    if task == "add":
        client.add_txt_record(name, token, 120)
    else:
        client.del_txt_record(name, token)
    print("done")
except Exception as error:
    print(error)
