#!/usr/bin/env python3
"""Checks rendered manifests: against the Kubernetes API's schemas (the copies that the package kubernetes-validate
carries) and against what this house promises. Called by k8s/validate.sh.

    validate.py NAME MANIFESTS SECRETS     the overlay's name, its rendered manifests, what apply-secrets.sh --dry-run says
"""

import re
import sys
from pathlib import Path

import kubernetes_validate
import yaml

ROOT = Path(__file__).resolve().parent.parent
# The oldest and the newest version that must understand them.
VERSIONS = ["1.31", "1.37"]
# Kinds of the Prometheus operator, whose schemas are not the API's.
CUSTOM = {"ServiceMonitor"}
# Beside the main container; its own end is seen by Prometheus.
NO_PROBES = {"exporter"}
SECRETIVE = re.compile(r"PASSWORD|SECRET|TOKEN|_KEY|SEED|CREDENTIALS|REDIS")


class Overlay:
    def __init__(self, name: str, manifests: Path, secrets: Path):
        self.name = name
        self.documents = [d for d in yaml.safe_load_all(manifests.read_text()) if d]
        self.secrets = {d["metadata"]["name"]: set(d["data"]) for d in yaml.safe_load_all(secrets.read_text()) if d}
        self.workloads = self.of("Deployment") + self.of("StatefulSet")
        self.problems: list[str] = []

    def of(self, kind: str) -> list[dict]:
        return [d for d in self.documents if d["kind"] == kind]

    def names(self, kind: str) -> set[str]:
        return {d["metadata"]["name"] for d in self.of(kind)}

    def require(self, condition, where: dict | str, what: str) -> None:
        if not condition:
            place = where if isinstance(where, str) else f"{where['kind']} {where['metadata']['name']}"
            self.problems.append(f"{self.name}: {place}: {what}")

    # ---- one check each ----

    def schemas(self) -> None:
        for document in self.documents:
            if document["kind"] in CUSTOM:
                continue
            for version in VERSIONS:
                try:
                    kubernetes_validate.validate(document, version, strict=True)
                except kubernetes_validate.ValidationError as error:
                    self.require(False, document, f"not a {document['kind']} of Kubernetes {version}: {error.message}")

    def no_secrets(self) -> None:
        self.require(not self.of("Secret"), "manifests", "contain a Secret")
        for document in self.of("ConfigMap"):
            for key, text in document.get("data", {}).items():
                self.require("PRIVATE KEY" not in text and not re.search(r"\bSU[A-Z2-7]{56}\b", text), document,
                             f"{key} contains a key")

    def pods(self) -> None:
        for workload in self.workloads:
            pod = workload["spec"]["template"]["spec"]
            security = pod.get("securityContext", {})
            self.require(security.get("runAsNonRoot") is True and security.get("runAsUser", 0) > 0, workload, "runs as root")
            self.require(security.get("seccompProfile", {}).get("type") == "RuntimeDefault", workload, "no seccomp profile")
            self.require(pod.get("automountServiceAccountToken") is False, workload, "gets a token of the cluster's API")
            self.require(pod.get("serviceAccountName") in self.names("ServiceAccount"), workload, "no account of its own")
            self.require(pod.get("terminationGracePeriodSeconds", 0) >= 15, workload, "too little time to stop")
            for container in pod["containers"]:
                self.container(workload, container, pod)

    def container(self, workload: dict, container: dict, pod: dict) -> None:
        name = container["name"]
        security = container.get("securityContext", {})
        restricted = (security.get("allowPrivilegeEscalation") is False and security.get("readOnlyRootFilesystem") is True
                      and security.get("capabilities", {}).get("drop") == ["ALL"])
        self.require(restricted, workload, f"{name} is not restricted")
        resources = container.get("resources", {})
        for kind in ("requests", "limits"):
            self.require({"cpu", "memory"} <= resources.get(kind, {}).keys(), workload, f"{name} has no {kind}")
        self.require(re.search(r":v?\d", container.get("image", "")), workload, f"{name}: the image names no version")
        if name not in NO_PROBES:
            for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
                self.require(probe in container, workload, f"{name} has no {probe}")
        volumes = {volume["name"] for volume in pod.get("volumes", [])}
        volumes |= {claim["metadata"]["name"] for claim in workload["spec"].get("volumeClaimTemplates", [])}
        for mount in container.get("volumeMounts", []):
            self.require(mount["name"] in volumes, workload, f"{name} mounts {mount['name']}, which is no volume")
        for variable in container.get("env", []):
            if SECRETIVE.search(variable["name"]):
                self.require(variable["name"].endswith("__FILE"), workload, f"{variable['name']} is not read from a file")
        ports = {port["name"] for port in container.get("ports", [])}
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            port = container.get(probe, {}).get("httpGet", {}).get("port")
            self.require(port is None or port in ports, workload, f"{probe} asks port {port}, which is not there")

    def references(self) -> None:
        """Config maps and secrets that pods use are there, with the keys they use."""
        maps = {d["metadata"]["name"]: set(d.get("data", {})) for d in self.of("ConfigMap")}
        used = set()

        def walk(node, workload):
            if isinstance(node, list):
                for item in node:
                    walk(item, workload)
            elif isinstance(node, dict):
                for kind, known in (("configMap", maps), ("configMapRef", maps), ("secret", self.secrets),
                                    ("secretRef", self.secrets)):
                    reference = node.get(kind)
                    if isinstance(reference, dict):
                        name = reference.get("name", reference.get("secretName"))
                        self.require(name in known, workload, f"there is no {kind} {name}")
                        for item in reference.get("items", []):
                            self.require(item["key"] in known.get(name, set()), workload, f"{name} has no {item['key']}")
                        if known is self.secrets:
                            used.add(name)
                for value in node.values():
                    walk(value, workload)

        for workload in self.workloads:
            walk(workload["spec"]["template"]["spec"], workload)
        for name in self.secrets.keys() - used:
            self.require(False, "apply-secrets.sh", f"makes {name}, which nobody uses")

    def selected(self, selector: dict) -> list[dict]:
        labels = selector.get("matchLabels", selector)
        pods = [w for w in self.workloads if labels.items() <= w["spec"]["template"]["metadata"]["labels"].items()]
        return pods

    def connections(self) -> None:
        """Services, budgets, policies, autoscalers and the ingress point at something that is there."""
        for service in self.of("Service"):
            pods = self.selected(service["spec"]["selector"])
            self.require(pods, service, "selects no pod")
            for port in service["spec"]["ports"]:
                self.require(all(port["targetPort"] in named_ports(pod) for pod in pods), service,
                             f"no port {port['targetPort']} in its pods")
        for policy in self.of("NetworkPolicy"):
            pods = self.selected(policy["spec"]["podSelector"])
            self.require(pods, policy, "selects no pod")
            for rule in policy["spec"].get("ingress", []):
                for port in rule["ports"]:
                    self.require(all(port["port"] in named_ports(pod) for pod in pods), policy,
                                 f"lets port {port['port']} in, which is not there")
            for rule in policy["spec"].get("ingress", []) + policy["spec"].get("egress", []):
                for peer in rule.get("from", []) + rule.get("to", []):
                    if "namespaceSelector" not in peer:
                        self.require(self.selected(peer["podSelector"]), policy, f"no pod is {peer['podSelector']}")
        for budget in self.of("PodDisruptionBudget"):
            pods = self.selected(budget["spec"]["selector"])
            self.require(pods, budget, "selects no pod")
            self.require(all(w["spec"].get("replicas", 2) > 1 for w in pods), budget, "a single pod could never move")
        for scaler in self.of("HorizontalPodAutoscaler"):
            target = scaler["spec"]["scaleTargetRef"]
            found = [w for w in self.workloads if (w["kind"], w["metadata"]["name"]) == (target["kind"], target["name"])]
            self.require(found, scaler, "scales nothing")
            self.require(all("replicas" not in w["spec"] for w in found), scaler, "disagrees with a fixed count")
        for ingress in self.of("Ingress"):
            self.require(ingress["spec"].get("tls"), ingress, "no TLS")
            for rule in ingress["spec"]["rules"]:
                for path in rule["http"]["paths"]:
                    self.require(path["backend"]["service"]["name"] in self.names("Service"), ingress, "leads nowhere")

    def as_compose(self) -> None:
        """Both ways to run it set the same keys."""
        compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
        maps = {d["metadata"]["name"]: d.get("data", {}) for d in self.of("ConfigMap")}
        for workload in self.workloads:
            name = workload["metadata"]["name"]
            if workload["metadata"]["labels"].get("care-dispatch/kind") != "program":
                continue
            container = workload["spec"]["template"]["spec"]["containers"][0]
            here = {variable["name"] for variable in container.get("env", [])}
            for source in container.get("envFrom", []):
                here |= maps.get(source["configMapRef"]["name"], {}).keys()
            there = compose[name]["environment"].keys()
            # Compose keeps the default; the map is an addition to both.
            maps_keys = {"CARE_DISPATCH__MAP", "CARE_LOCATION__MAP", "CARE_EDGE__DISTRICT__MAP"}
            differing = (here ^ there) - {"CARE_RUNTIME__GRACE_SECONDS"} - maps_keys
            self.require(not differing, workload, f"and docker-compose.yml differ in {', '.join(sorted(differing))}")

    def check(self) -> int:
        for check in (self.schemas, self.no_secrets, self.pods, self.references, self.connections, self.as_compose):
            check()
        for problem in self.problems:
            print(problem, file=sys.stderr)
        if not self.problems:
            print(f"k8s {self.name}: {len(self.documents)} manifests fit Kubernetes {' and '.join(VERSIONS)} and the house's rules")
        return 1 if self.problems else 0


def named_ports(workload: dict) -> set[str]:
    return {port["name"] for container in workload["spec"]["template"]["spec"]["containers"]
            for port in container.get("ports", [])}


if __name__ == "__main__":
    sys.exit(Overlay(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])).check())
