"""What stands in deploy/, read by the tools it is for. Those that are not installed here are skipped, and said so."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from twinge.config.shapes import ROLES
from twinge.web.metrics import QUEUES, Metrics

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
KUBERNETES = DEPLOY / "kubernetes"


def tool(name: str) -> str:
    """Where a program is; the test is skipped where it is not."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def ran(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(word) for word in words], check=False, capture_output=True, text=True, timeout=60)


def read(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((DEPLOY / name).read_text())
    return loaded


# --- nginx ------------------------------------------------------------------------------------------------------------


def test_nginx_takes_its_file(tmp_path: Path) -> None:
    done = ran(tool("nginx"), "-t", "-p", tmp_path, "-c", DEPLOY / "nginx.conf")
    assert done.returncode == 0, done.stderr


def test_the_proxy_passes_on_what_the_guide_says() -> None:
    config, guide = (DEPLOY / "nginx.conf").read_text(), (ROOT / "docs/operations.md").read_text()
    [large] = re.findall(r"location ~ \^(/hooks/\([a-z|]+\)\(/\|\$\)) {", config)
    assert large in guide
    for wanted in ("client_header_timeout 10s;", "client_body_timeout 10s;", "client_max_body_size 256k;"):
        assert wanted in config
    assert re.search(r"location / {\s+return 404;", config)


def test_the_proxy_writes_no_path_and_tells_callers_apart() -> None:
    config = (DEPLOY / "nginx.conf").read_text()
    http = config[config.index("http {") :]
    assert "access_log off;" in http
    assert "error_log stderr crit;" in http, "a request's line, and the token in it, stands in nginx's errors"
    assert "real_ip_header X-Forwarded-For;" in http
    assert "real_ip_recursive on;" in http, "or a caller names himself"
    assert set(re.findall(r"set_real_ip_from (\S+);", http)) == {
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "fd00::/8",
    }


def test_what_is_for_this_machine_has_a_door_of_its_own_on_loopback() -> None:
    outer, inner = re.split(r"listen 8081;", (DEPLOY / "nginx.conf").read_text())
    assert "api/" not in re.sub("#.*", "", outer)
    assert "location ~ ^/(api/|admin(/|$)|health/) {" in inner
    assert "proxy_buffering off;" in inner, "events would wait in it"
    assert "metrics" not in inner
    assert "127.0.0.1:8701:8081" in services("compose.postgres.yaml")["proxy"]["ports"]


# --- the image --------------------------------------------------------------------------------------------------------


def test_the_image_and_who_runs_it_agree_about_its_user() -> None:
    made = (DEPLOY / "Dockerfile").read_text()
    assert re.search(r"groupadd --gid 10001 twinge .*useradd --uid 10001 --gid 10001", made, re.DOTALL)
    assert "\nUSER 10001\n" in made
    for _, pod in pods():
        assert (pod["securityContext"]["runAsUser"], pod["securityContext"]["runAsGroup"]) == (10001, 10001)
        mounted = {one["mountPath"] for one in pod["containers"][0]["volumeMounts"]}
        assert "/data" in mounted, "the root is read-only"


def test_no_tmpfs_has_an_owner_since_podman_refuses_one() -> None:
    for file in ("compose.yaml", "compose.postgres.yaml"):
        assert all(one.get("tmpfs", ["/tmp"]) == ["/tmp"] for one in services(file).values())


# --- compose ----------------------------------------------------------------------------------------------------------


def services(name: str) -> dict[str, Any]:
    found: dict[str, Any] = read(name)["services"]
    return found


def test_every_role_is_somebodys_and_one_process_sends() -> None:
    found = services("compose.postgres.yaml")
    roles = {name: set(found[name]["environment"]["TWINGE_ROLES"].split(",")) for name in ("twinge", "sender")}
    assert set.union(*roles.values()) == set(ROLES)
    assert [name for name, own in roles.items() if "sender" in own] == ["sender"]
    assert found["twinge"]["deploy"]["replicas"] == 3
    assert "deploy" not in found["sender"]


@pytest.mark.parametrize("file", ["compose.yaml", "compose.postgres.yaml"])
def test_containers_can_do_no_more_than_they_must(file: str) -> None:
    for name, one in services(file).items():
        assert "no-new-privileges:true" in one["security_opt"]
        assert "privileged" not in one
        assert all(port.startswith("127.0.0.1:") for port in one.get("ports", []))
        if name != "database":
            assert (one["read_only"], one["cap_drop"]) == (True, ["ALL"])
        if image := one.get("image"):
            assert re.search(r":\d+\.\d+", image), f"{image} is not pinned"


# --- Kubernetes -------------------------------------------------------------------------------------------------------


def manifests() -> Iterator[dict[str, Any]]:
    """Every object, as the kustomization names the files."""
    for name in read("kubernetes/kustomization.yaml")["resources"]:
        yield from yaml.safe_load_all((KUBERNETES / name).read_text())


def pods() -> Iterator[tuple[str, dict[str, Any]]]:
    for one in manifests():
        if "template" in one.get("spec", {}):
            yield one["metadata"]["name"], one["spec"]["template"]["spec"]


@pytest.mark.parametrize("one", list(manifests()), ids=lambda one: f"{one['kind']}-{one['metadata']['name']}")
def test_every_object_is_what_kubernetes_takes(one: dict[str, Any]) -> None:
    kubernetes_validate.validate(one, "1.30", strict=True)


def test_every_file_is_named_in_the_kustomization() -> None:
    named = set(read("kubernetes/kustomization.yaml")["resources"])
    assert named | {"kustomization.yaml"} == {path.name for path in KUBERNETES.iterdir()}


def test_kustomize_makes_one_whole_of_it() -> None:
    done = ran(tool("kubectl"), "kustomize", KUBERNETES)
    assert done.returncode == 0, done.stderr
    made = list(yaml.safe_load_all(done.stdout))
    assert len(made) == len(list(manifests()))
    assert {one["metadata"].get("namespace", "twinge") for one in made} == {"twinge"}
    images = set(re.findall(r"image: (\S+)", done.stdout))
    assert len(images) == 1
    assert images.pop().startswith("twinge:0.")


@pytest.mark.parametrize(("name", "pod"), list(pods()), ids=lambda one: one if isinstance(one, str) else "")
def test_pods_meet_the_restricted_standard(name: str, pod: dict[str, Any]) -> None:
    """https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted, and a read-only root."""
    [container] = pod["containers"]
    own = container["securityContext"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["securityContext"]["runAsUser"] == 10001
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert own["capabilities"] == {"drop": ["ALL"]}
    assert (own["allowPrivilegeEscalation"], own["readOnlyRootFilesystem"]) == (False, True)
    assert not pod["automountServiceAccountToken"]
    assert not pod["enableServiceLinks"], "a Service `twinge` would set TWINGE_PORT"
    assert {"requests", "limits"} <= set(container["resources"])


def test_deployments_have_every_role_and_their_probes() -> None:
    found = {name: pod["containers"][0] for name, pod in pods() if name != "upgrade"}
    roles = {name: set(one["args"][-1].split(",")) for name, one in found.items()}
    assert set.union(*roles.values()) == set(ROLES)
    assert [name for name, own in roles.items() if "sender" in own] == ["sender"]
    for one in found.values():
        paths = [one[probe]["httpGet"]["path"] for probe in ("startupProbe", "livenessProbe", "readinessProbe")]
        assert paths == ["/health/live", "/health/live", "/health/ready"]


# --- systemd ----------------------------------------------------------------------------------------------------------


def test_systemd_takes_its_unit(tmp_path: Path) -> None:
    unit = tmp_path / "twinge.service"
    unit.write_text((DEPLOY / "twinge.service").read_text().replace("/opt/twinge/bin/twinge", "/bin/true"))
    done = ran(tool("systemd-analyze"), "verify", unit)
    if "Failed to" in done.stderr and "bus" in done.stderr:
        pytest.skip("systemd-analyze can do nothing here")
    assert done.returncode == 0, done.stderr
    assert "twinge.service:" not in done.stderr


# --- Prometheus and Grafana -------------------------------------------------------------------------------------------


def metrics() -> set[str]:
    """Every name that a scrape may hold."""
    ends = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}
    return {one.name + end for one in Metrics().registry.collect() for end in ends.get(one.type, ("",))}


def alerts() -> list[dict[str, Any]]:
    return [rule for group in read("alerts.yml")["groups"] for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((DEPLOY / "grafana.json").read_text())["panels"]
    return found


def queries() -> list[str]:
    return [target["expr"] for panel in panels() for target in panel["targets"]]


def test_every_metric_that_is_asked_for_exists() -> None:
    asked = set(re.findall(r"twinge_\w+", " ".join([*queries(), *(rule["expr"] for rule in alerts())])))
    assert asked <= metrics()
    assert {"twinge_hook_seconds_bucket", "twinge_queue_depth", "twinge_held"} <= asked
    labels = set(re.findall(r'queue="(\w+)"', " ".join([*queries(), *(rule["expr"] for rule in alerts())])))
    assert labels <= set(QUEUES.values())


def test_every_alert_says_what_to_do_and_is_tested() -> None:
    tested = {one["alertname"] for one in read("alerts.test.yml")["tests"][0]["alert_rule_test"]}
    assert {rule["alert"] for rule in alerts()} == tested
    assert all({"summary", "do"} == set(rule["annotations"]) for rule in alerts())
    assert {rule["labels"]["severity"] for rule in alerts()} == {"page", "ticket"}


def test_prometheus_takes_the_rules_and_they_do_as_they_should() -> None:
    promtool = tool("promtool")
    for words in (("check", "rules", DEPLOY / "alerts.yml"), ("test", "rules", DEPLOY / "alerts.test.yml")):
        done = ran(promtool, *words)
        assert done.returncode == 0, done.stdout + done.stderr


def test_prometheus_understands_every_query_of_the_board(tmp_path: Path) -> None:
    rules = [
        {"record": f"board:q{n}", "expr": one.replace("$__rate_interval", "5m")} for n, one in enumerate(queries())
    ]
    (tmp_path / "board.yml").write_text(yaml.safe_dump({"groups": [{"name": "board", "rules": rules}]}))
    done = ran(tool("promtool"), "check", "rules", tmp_path / "board.yml")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_panels_of_the_board_do_not_overlap() -> None:
    places = [panel["gridPos"] for panel in panels()]
    cells = [(x, y) for p in places for x in range(p["x"], p["x"] + p["w"]) for y in range(p["y"], p["y"] + p["h"])]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24
    assert len({panel["id"] for panel in panels()}) == len(panels())
