"""The description of the centre's interface: every operation has examples, and its own model takes each of them."""

from typing import Any

import pytest
from pydantic import BaseModel

from hub.audit import routes as audit
from hub.centre import inquiries, wire
from hub.centre.app import openapi
from hub.centre.examples import BODIES

DESCRIBED = openapi()
OPERATIONS = {
    f"{method.upper()} {path}": each for path, found in DESCRIBED["paths"].items() for method, each in found.items()
}
MODELS: dict[str, type[BaseModel]] = {
    name: model
    for module in (wire, inquiries, audit)
    for name, model in vars(module).items()
    if isinstance(model, type) and issubclass(model, BaseModel)
}


def json_bodies(operation: dict[str, Any]) -> list[dict[str, Any]]:
    good = [each for status, each in operation["responses"].items() if int(status) < 300]
    bodies = [operation["requestBody"], *good] if "requestBody" in operation else good
    return [each["content"]["application/json"] for each in bodies if "application/json" in each["content"]]


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_shows_an_example_of_what_is_sent_and_answered(name):
    operation = OPERATIONS[name]
    for body in json_bodies(operation):
        assert body["example"], body["schema"]
    for parameter in operation.get("parameters", []):
        if parameter["required"]:
            assert "example" in parameter or "examples" in parameter["schema"], parameter["name"]


@pytest.mark.parametrize("name", sorted(BODIES))
def test_every_example_is_read_by_its_model(name):
    read = MODELS[name].model_validate(BODIES[name])
    assert read.model_dump(mode="json", exclude_unset=True) == BODIES[name]
