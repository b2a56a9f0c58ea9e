"""The interface that is described, against the one that is published."""

import json
from pathlib import Path

from uas_standards.astm.f3548.v21.api import OPERATIONS as STANDARD

from openline.api import endpoints, openapi
from tests.api.dss import INTENTS, SC, Dss
from tools.write_openapi import main


def test_the_operations_are_those_of_the_standard() -> None:
    """Method, path and statuses against the published interface."""
    ours = {operation.name: operation for operation in endpoints.OPERATIONS}
    described = openapi.document(endpoints.OPERATIONS)["paths"]
    # Declared nowhere in the standard: it leaves out these, the field's suite asks for 409.
    beyond = {"setUssAvailability": {409}}
    for operation in STANDARD.values():
        if not operation.path.startswith("/dss/v1"):
            continue
        mine = ours[str(operation.id)]
        path = mine.path.replace(":path}", "}")
        assert (mine.method, path) == (operation.verb, operation.path)
        declared = {int(status) for status in described[path][mine.method.lower()]["responses"]}
        # 404 for an address that none is, 413 for a body beyond any size and 503 are HTTP's own.
        own = {404, 413, 503}
        allowed = set(operation.response_body_type) | beyond.get(mine.name, set()) | own
        assert declared <= allowed, mine.name
        assert mine.status in operation.response_body_type


def test_the_openapi_document_is_served_and_whole() -> None:
    answer = Dss().call("GET", openapi.PATH, sub=None)
    document = answer.json()
    assert document["openapi"] == "3.1.0"
    text = answer.text
    names = set(document["components"]["schemas"])
    used = {part.partition('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert used <= names
    assert openapi.PATH in endpoints.open_paths(endpoints.OPERATIONS)
    assert document["paths"][f"{INTENTS}/{{entityid}}"]["put"]["security"][0] == {"token": [SC]}


def test_the_tool_writes_every_interface_with_plain_names(tmp_path: Path) -> None:
    out = tmp_path / "made" / "openapi.json"
    assert main([str(out)]) == 0
    document = json.loads(out.read_text())
    paths, schemas = document["paths"], document["components"]["schemas"]
    for path in ("/line/v1/login", "/line/v1/stream", "/sky/v1/stream", "/line/v1/talks.ics"):
        assert "get" in paths[path] or "post" in paths[path]
    assert all(name.isidentifier() for name in schemas), "types are made from these names"
    stream = paths["/line/v1/stream"]["get"]["responses"]["200"]["content"]
    assert list(stream) == ["text/event-stream"]
    says = {one["$ref"].rpartition("/")[2] for one in schemas["Says"]["anyOf"]}
    assert says == {name for name in schemas if name.startswith("Said") and name != "Said"}
    assert '"default": null' not in out.read_text(), "what is not known is absent"
    assert main([]) == 2
