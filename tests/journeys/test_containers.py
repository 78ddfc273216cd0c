"""The image and the compose file, as far as they can be tried without a container: what they name is there."""

import importlib.util
import json
import os
import re
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import pytest
import yaml
from click.testing import CliRunner

from fupin.cli.group import commands
from fupin.config.environment import SETTINGS

PROJECT = Path(__file__).resolve().parents[2]


def test_image_and_compose_file_name_what_is_there():
    compose = yaml.safe_load((PROJECT / "compose.yaml").read_text(encoding="utf-8"))
    assert {"database", "web", "worker", "prepare"} <= set(compose["services"])
    image = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
    for source in re.findall(r"^COPY (?!--from)(.+?) \S+$", image, re.MULTILINE):
        assert all((PROJECT / name).exists() for name in source.split() if name != "."), source
    assert "USER fupin" in image
    stages = set(re.findall(r"^FROM \S+ AS (\S+)$", image, re.MULTILINE))
    assert set(re.findall(r"^COPY --from=(\S+)", image, re.MULTILINE)) == stages == {"assets", "wheel"}


def json_of(instruction, image):
    return json.loads(re.search(rf"^{instruction} (\[.*\])$", image, re.MULTILINE)[1])


def test_image_and_compose_file_start_what_the_program_knows():
    compose = yaml.safe_load((PROJECT / "compose.yaml").read_text(encoding="utf-8"))
    image = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
    assert json_of("ENTRYPOINT", image) == ["fupin"]
    ours = [each for each in compose["services"].values() if each.get("image") == "fupin"]
    started = [json_of("CMD", image), *(each["command"] for each in ours if "command" in each)]
    assert len(started) == 5
    for command in started:
        # Options are parsed before the help is shown: one that is not there ends in an error.
        answer = CliRunner().invoke(commands, [*command, "--help"])
        assert answer.exit_code == 0, (command, answer.output)
    known = {each.name for each in SETTINGS}
    given = set(compose["services"]["web"]["environment"]) | set(re.findall(r"FUPIN_[A-Z_]+", image))
    assert given <= known | {"FUPIN_DATABASE_PASSWORD"}
    build = re.search(r"^RUN python -m (\S+) && python -m build", image, re.MULTILINE)
    assert importlib.util.find_spec(build[1])


@pytest.mark.parametrize(
    ("hosts", "asked"),
    [("register.example", "register.example"), (".example", "example"), ("*", "localhost"), ("", "localhost")],
)
def test_the_image_asks_for_its_health_under_a_name_that_is_served(hosts, asked):
    image = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
    check = json.loads(re.search(r"^HEALTHCHECK .*? CMD (\[.*\])$", image, re.MULTILINE)[1])
    line = check[2]
    found = {}

    class Connection:
        def __init__(self, host, port, timeout):
            found["port"] = port

        def request(self, method, path, headers):
            found.update(headers, path=path)

        def getresponse(self):
            return SimpleNamespace(status=200)

    served = patch.dict(os.environ, {"FUPIN_HOSTS": hosts})
    with patch("http.client.HTTPConnection", Connection), served, pytest.raises(SystemExit) as ended:
        exec(line)
    assert (ended.value.code, found) == (False, {"port": 8000, "Host": asked, "path": "/healthz"})
