"""The order of the areas as a contract of import-linter: `AREAS` stands for the list in `community/areas.py`."""

from typing import Any

from importlinter.contracts.layers import LayersContract

from community.areas import AREAS


class AreasContract(LayersContract):
    """Layers, of which one is written `AREAS` and means every area, the last of the list on top."""

    def __init__(self, name: str, session_options: dict[str, Any], contract_options: dict[str, Any]) -> None:
        layers = [
            area for layer in contract_options["layers"] for area in (AREAS[::-1] if layer == "AREAS" else [layer])
        ]
        super().__init__(name, session_options, {**contract_options, "layers": layers})
