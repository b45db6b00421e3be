"""What a request tells about the device it comes from."""

from community.access.service import Device
from schema.context import Info


def device_of(info: Info, name: str | None = None) -> Device:
    """The device behind this request, under the name its owner gave it."""
    return Device(name=name or "", user_agent=info.context.user_agent, address=info.context.address)
