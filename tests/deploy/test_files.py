"""What stands in `deploy` is well-formed, and means what is there; `test_site` runs it."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from palote.settings import VARIABLES
from tests.conftest import REPOSITORY, Missing

from .running import DEPLOY

BIN = Path(sys.executable).parent
SERVICE = DEPLOY / "systemd" / "palote.service"


def checked_by(missing: Missing, tool: str, *arguments: str | Path) -> None:
    """Let a tool of the environment or of the machine look at something."""
    found = shutil.which(tool, path=BIN) or shutil.which(tool)
    if found is None:
        missing("tools", f"there is no {tool}")
    assert found
    result = subprocess.run([found, *map(str, arguments)], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_dockerfile_is_clean_and_copies_what_is_there(missing: Missing) -> None:
    checked_by(missing, "hadolint", DEPLOY / "Dockerfile")
    text = (DEPLOY / "Dockerfile").read_text()
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.M)
    allowed = (REPOSITORY / ".dockerignore").read_text().splitlines()
    for path in " ".join(copied).split():
        assert (REPOSITORY / path).exists()
        assert f"!{path}" in allowed, "the context would not have it"


def test_compose_is_valid_and_locks_every_container(missing: Missing) -> None:
    path = DEPLOY / "compose.yaml"
    checked_by(missing, "check-jsonschema", "--builtin-schema", "vendor.compose-spec", path)
    services = yaml.safe_load(path.read_text())["services"]
    for name, service in services.items():
        assert service["read_only"] is True and service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert service["mem_limit"] and service["pids_limit"] and service["cpus"], name
        assert "ports" not in service or name == "nginx"
    for volume in services["nginx"]["volumes"]:
        place = volume.split(":")[0]
        assert place in ("./tls", "./acme") or (DEPLOY / place).is_file()
    upstream = (DEPLOY / "nginx" / "upstream-compose.conf").read_text()
    assert set(re.findall(r"server ([\w-]+):8000 ", upstream)) == services.keys() - {
        "nginx",
        "postgres",
    }
    known = set(re.findall(r"\$\{(\w+)", path.read_text())) | {"COMPOSE_PROFILES"}
    offered = set(re.findall(r"^(?:# )?([A-Z_]+)=", (DEPLOY / "env.example").read_text(), re.M))
    assert offered <= known


def test_the_manifests_are_valid_and_lock_the_pod(missing: Missing) -> None:
    path = DEPLOY / "kubernetes" / "palote.yaml"
    checked_by(missing, "kubernetes-validate", "--strict", path)
    manifests = {one["kind"]: one for one in yaml.safe_load_all(path.read_text())}
    assert manifests.keys() == {
        *("Deployment", "Service", "PodDisruptionBudget", "HorizontalPodAutoscaler", "Ingress")
    }
    labels = manifests["Deployment"]["spec"]["selector"]["matchLabels"]
    assert labels == manifests["Service"]["spec"]["selector"]
    assert labels == manifests["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"]
    pod = manifests["Deployment"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"] and container["resources"]["limits"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    for kind, route in (("startup", "/readyz"), ("readiness", "/readyz"), ("liveness", "/healthz")):
        asked = container[f"{kind}Probe"]["httpGet"]
        assert asked["path"] == route
        # Without it the kubelet names the pod's address, which strangers may do too.
        assert asked["httpHeaders"] == [{"name": "Host", "value": "localhost"}]


def test_the_ray_job_is_valid_and_of_our_ray(missing: Missing, tmp_path: Path) -> None:
    path = DEPLOY / "kuberay" / "palote.yaml"
    schema = Path(__file__).with_name("rayjob.schema.json")
    checked_by(missing, "check-jsonschema", "--schemafile", schema, path)
    checked_by(missing, "hadolint", DEPLOY / "kuberay" / "Dockerfile")
    spec = yaml.safe_load(path.read_text())["spec"]
    # The operator refuses one without the other.
    assert spec["shutdownAfterJobFinishes"] and spec["ttlSecondsAfterFinished"] > 0
    # As ``palote`` would take it.
    program, *arguments = shlex.split(spec["entrypoint"])
    assert program == "palote" and arguments[:2] == ["read", "s3://archive/scans"]
    assert arguments[-4:] == ["--on", "ray", "--address", "auto"]
    cluster = spec["rayClusterSpec"]
    head, (workers,) = cluster["headGroupSpec"], cluster["workerGroupSpecs"]
    ray = re.search(r"^ray==(\S+)$", (REPOSITORY / "constraints.txt").read_text(), re.M)
    image = (DEPLOY / "kuberay" / "Dockerfile").read_text()
    assert ray and cluster["rayVersion"] == ray[1] and f"rayproject/ray:{ray[1]}-py3" in image
    assert head["rayStartParams"]["num-cpus"] == "0", "the head does no reading"
    assert workers["minReplicas"] <= workers["replicas"] <= workers["maxReplicas"]
    for group in (head, workers):
        pod = group["template"]["spec"]
        (container,) = pod["containers"]
        requests, limits = container["resources"]["requests"], container["resources"]["limits"]
        # Ray plans with what it is told, and is killed where it takes more memory than that.
        assert requests["memory"] == limits["memory"] and "cpu" not in limits
        assert pod["automountServiceAccountToken"] is False
        assert container["envFrom"] == [{"secretRef": {"name": "palote-bucket"}}]
        # The operator adds probes that suit its Ray where there are none.
        assert not any(name.endswith("Probe") for name in container)
        template = tmp_path / f"{container['name']}.yaml"
        wrapped = {
            "apiVersion": "v1",
            "kind": "PodTemplate",
            "metadata": {"name": container["name"]},
            "template": group["template"],
        }
        template.write_text(yaml.safe_dump(wrapped))
        checked_by(missing, "kubernetes-validate", "--strict", template)
    (container,) = workers["template"]["spec"]["containers"]
    assert workers["rayStartParams"]["num-cpus"] == container["resources"]["requests"]["cpu"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd")
def test_the_unit_is_valid_and_hardened(tmp_path: Path, missing: Missing) -> None:
    unit = tmp_path / "palote.service"
    text = SERVICE.read_text()
    assert "/opt/palote/bin/gunicorn" in text
    unit.write_text(text.replace("/opt/palote/bin/gunicorn", sys.executable))
    checked_by(missing, "systemd-analyze", "verify", "--man=no", unit)
    # Of 100, where 100 is a service without any protection; "OK" is below 50.
    checked_by(missing, "systemd-analyze", "security", "--offline=true", "--threshold=20", unit)


def test_only_settings_that_exist_are_set() -> None:
    files = [path for path in DEPLOY.rglob("*") if path.is_file() and "space" not in path.parts]
    assert len(files) >= 10
    for path in (*files, REPOSITORY / "docs" / "deploy.md"):
        for name in re.findall(r"\bPALOTE_[A-Z_]+\b", path.read_text()):
            assert name in VARIABLES.values(), f"{path.name} sets {name}"


def test_the_dashboard_can_be_imported() -> None:
    dashboard = json.loads((DEPLOY / "grafana" / "palote.json").read_text())
    variables = {f"${{{one['name']}}}" for one in dashboard["templating"]["list"]}
    panels = dashboard["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels) >= 10
    for panel in panels:
        assert panel["datasource"]["uid"] in variables and panel["title"] and panel["targets"]
        x, width = panel["gridPos"]["x"], panel["gridPos"]["w"]
        assert x + width <= 24
