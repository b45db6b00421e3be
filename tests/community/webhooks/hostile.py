"""URLs to which nobody must ever be sent, and a resolver that leads astray."""

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

AT_HOME = [
    "https://localhost/",
    "https://LOCALHOST/",
    "https://localhost./",
    "https://127.0.0.1/",
    "https://127.0.0.1:443/",
    "https://127.1.2.3/",
    "https://0.0.0.0/",
    "https://0/",
    "https://10.0.0.1/",
    "https://10.255.255.255/",
    "https://172.16.0.1/",
    "https://172.31.255.254/",
    "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://169.254.170.2/",
    "https://100.64.0.1/",
    "https://100.100.100.200/",
    "https://100.127.255.255/",
    "https://192.0.0.8/",
    "https://192.0.2.1/",
    "https://192.88.99.1/",
    "https://198.18.0.1/",
    "https://198.51.100.7/",
    "https://203.0.113.7/",
    "https://224.0.0.1/",
    "https://239.255.255.250/",
    "https://240.0.0.1/",
    "https://255.255.255.255/",
]
"""Addresses that are not out in the world, plainly written."""

DISGUISED = [
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0X7F.0.0.1/",
    "https://0x7f.1/",
    "https://017700000001/",
    "https://0177.0.0.1/",
    "https://127.1/",
    "https://127.0.1/",
    "https://00127.0.0.1/",
    "https://127.0.0.01/",
    "https://127.0.0.1./",
    "https://127.0.0.1.:443/",
    "https://10.1/",
    "https://3232235777/",
    "https://0xa9fea9fe/",
    "https://425.510.425.510/",
    "https://127。0。0。1/",
    "https://１２７.０.０.１/",
    "https://①②⑦.⓪.⓪.①/",
    "https://ⓛocalhost/",
    "https://127%2e0%2e0%2e1/",
    "https://%6c%6fcalhost/",
    "https://127.0.0.1\\@example.com/",
    "https://example.com@127.0.0.1/",
    "https://example.com:443@127.0.0.1/",
    "https://127.0.0.1#@example.com/",
    "https://127.0.0.1?@example.com/",
    "https:///127.0.0.1/",
    "https:127.0.0.1/",
    "//127.0.0.1/",
    " https://127.0.0.1/",
    "https://127.0.0.1\t/",
    "https://127.0.0.1\r\nHost: example.com/",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[0:0:0:0:0:ffff:169.254.169.254]/",
    "https://[::127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b:1::a9fe:a9fe]/",
    "https://[2002:7f00:1::]/",
    "https://[2002:a9fe:a9fe::1]/",
    "https://[2001:0:4136:e378:8000:63bf:80ff:fffe]/",
    "https://[fe80::1]/",
    "https://[fe80::1%25lo]/",
    "https://[fc00::1]/",
    "https://[fd00:ec2::254]/",
    "https://[fec0::1]/",
    "https://[ff02::1]/",
    "https://[2001:db8::1]/",
    "https://[100::1]/",
    "https://[5f00::1]/",
]
"""The same, and their like, in spellings that some program somewhere reads as an address."""

NOT_FOR_US = [
    "http://127.0.0.1/",
    "http://localhost:5432/",
    "https://127.0.0.1:22/",
    "https://127.0.0.1:6379/",
    "https://localhost:65536/",
    "https://localhost:0/",
    "ftp://127.0.0.1/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "javascript:alert(1)",
    "data:text/plain,hello",
    "https://user:secret@localhost/",
    "https://localhost/#fragment",
    "https://router/",
    "https://router.lan/",
    "https://printer.local/",
    "https://db.internal/",
    "https://metadata.google.internal/",
    "https://kubernetes.default.svc.cluster.local/",
    "https://1.0.0.127.in-addr.arpa/",
    "",
    "https://",
    "https://" + "a" * 2_000 + ".example.com/",
]
"""Other schemes, ports and names."""

HOSTILE = [*AT_HOME, *DISGUISED, *NOT_FOR_US]

LEADS_ASTRAY = [
    "127.0.0.1",
    "10.0.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.168.0.1",
    "0.0.0.0",
    "::1",
    "::",
    "::ffff:127.0.0.1",
    "::ffff:a9fe:a9fe",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "2001::1",
    "fe80::1",
    "fe80::1%lo",
    "fd00:ec2::254",
    "ff02::1",
    "224.0.0.1",
    "255.255.255.255",
]
"""What a good name may turn out to mean."""


class Resolver(AbstractResolver):
    """Answers each question with the next list of addresses, and goes on with the last one."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_UNSPEC,  # noqa: ARG002
    ) -> list[ResolveResult]:
        self.asked += 1
        addresses = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=0,
            )
            for address in addresses
        ]

    async def close(self) -> None:
        pass


_watching: list[list[Any]] = []
_hooked: list[bool] = []


@contextmanager
def connects() -> Iterator[list[Any]]:
    """Every address to which any socket of this process is connected inside the block, as the interpreter sees it."""
    if not _hooked:
        sys.addaudithook(_note)
        _hooked.append(True)
    seen: list[Any] = []
    _watching.append(seen)
    try:
        yield seen
    finally:
        _watching.remove(seen)


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect":
        for seen in _watching:
            seen.append(arguments[1])
