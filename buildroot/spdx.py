#!/usr/bin/env python3
"""Writes the bill of materials of an image: SPDX 2.3 as JSON, of what Buildroot says it builds (`make show-info`).

    spdx.py --info show-info.json --buildroot CHECKOUT --board BOARD [--crates metadata.json] [--page package-lock.json]

Packages are those that go into the image, with their checksums where Buildroot knows them; with --crates (`cargo metadata
--locked`) and --page also what is linked into the program. Scripts read it, so it is the same for the same input.
"""

import argparse
import hashlib
import json
import os
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

NOT_KNOWN = "NOASSERTION"
# Licences that Buildroot's packages name with SPDX's own identifiers; others become a LicenseRef with their text.
KNOWN = re.compile(
    r"^(0BSD|Apache-2\.0|BSD-[234]-Clause|BSL-1\.0|CC0-1\.0|FTL|GPL-[123]\.0(-only|-or-later)?|IJG|ISC|"
    r"LGPL-(2\.0|2\.1|3\.0)(-only|-or-later)?|MIT|MIT-0|MPL-2\.0|OpenSSL|PSF-2\.0|Python-2\.0|Unicode-3\.0|Unlicense|Zlib|"
    r"bzip2-1\.0\.[56]|curl|Libpng|OFL-1\.1|X11|AFL-2\.1|blessing|CDLA-Permissive-2\.0)$"
)


class Licences:
    """Turns what a package says of its licence into an SPDX expression, and keeps the texts that have no identifier."""

    def __init__(self):
        self.extracted: dict[str, str] = {}

    def expression(self, text: str | None) -> str:
        if not text or text == "unknown":
            return NOT_KNOWN
        # "GPL-2.0+ (programs), LGPL-2.1+ (libraries) and MIT": which part is under which is not ours to tell. The crates
        # that Buildroot apologises for are listed one by one.
        text = re.sub(r"\([^)]*\)|vendored dependencies licenses probably not listed", "", text)
        parts = [part.strip() for part in re.split(r",|\band\b|;", text)]
        return " AND ".join(dict.fromkeys(self.one(part) for part in parts if part)) or NOT_KNOWN

    def one(self, text: str) -> str:
        alternatives = [part.strip() for part in re.split(r"\bor\b|\bOR\b", text)]
        if len(alternatives) > 1:
            return "(" + " OR ".join(dict.fromkeys(self.one(part) for part in alternatives)) + ")"
        name = re.sub(r"^((?:L|A)?GPL-\d\.\d)\+$", r"\1-or-later", text)
        name = re.sub(r"^((?:L|A)?GPL-\d\.\d)$", r"\1-only", name)
        name = name.replace("GPL-2.0 with Linux-syscall-note", "GPL-2.0-only WITH Linux-syscall-note")
        if KNOWN.match(name.removesuffix(" WITH Linux-syscall-note")):
            return name
        reference = "LicenseRef-" + (re.sub(r"[^A-Za-z0-9.]+", "-", text).strip("-") or "unnamed")
        self.extracted[reference] = text
        return reference


def spdx_id(*parts: str) -> str:
    return "SPDXRef-" + re.sub(r"[^A-Za-z0-9.]+", "-", "-".join(parts)).strip("-")


def checksums(package: dict, buildroot: Path, source: str) -> list[dict]:
    for name in package.get("hashes", []):
        path = buildroot / name
        if not path.is_file():
            continue
        for line in path.read_text().splitlines():
            fields = line.split()
            if len(fields) == 3 and fields[0] == "sha256" and fields[2] == source:
                return [{"algorithm": "SHA256", "checksumValue": fields[1]}]
    return []


def buildroot_package(name: str, package: dict, buildroot: Path, licences: Licences) -> dict:
    location, sums = NOT_KNOWN, []
    for download in package.get("downloads", [])[:1]:
        first = next((uri for uri in download["uris"] if re.match(r"(https?|ftp)", uri)), None)
        if first:
            location = f"{first.split('+', 1)[-1]}/{download['source']}"
        sums = checksums(package, buildroot, download["source"])
    entry = {
        "SPDXID": spdx_id("Package", name),
        "name": name,
        "versionInfo": package.get("version") or NOT_KNOWN,
        "downloadLocation": location,
        "filesAnalyzed": False,
        "licenseConcluded": NOT_KNOWN,
        "licenseDeclared": licences.expression(package.get("licenses")),
        "copyrightText": NOT_KNOWN,
    }
    if sums:
        entry["checksums"] = sums
    if "cpe-id" in package:
        reference = {"referenceCategory": "SECURITY", "referenceType": "cpe23Type", "referenceLocator": package["cpe-id"]}
        entry["externalRefs"] = [reference]
    return entry


def linked_package(kind: str, name: str, version: str, licence: str, location: str, checksum: str | None) -> dict:
    entry = {
        "SPDXID": spdx_id(kind, name, version),
        "name": name,
        "versionInfo": version,
        "downloadLocation": location or NOT_KNOWN,
        "filesAnalyzed": False,
        "licenseConcluded": NOT_KNOWN,
        "licenseDeclared": licence,
        "copyrightText": NOT_KNOWN,
        "externalRefs": [
            {
                "referenceCategory": "PACKAGE-MANAGER",
                "referenceType": "purl",
                "referenceLocator": f"pkg:{kind}/{name.replace('@', '%40')}@{version}",
            }
        ],
    }
    if checksum:
        entry["checksums"] = [{"algorithm": "SHA256", "checksumValue": checksum}]
    return entry


def crates(metadata: dict) -> list[dict]:
    """Crates write SPDX expressions, the old ones with a slash for OR."""
    found = []
    for package in metadata["packages"]:
        if package["source"] is None:
            continue
        licence = (package["license"] or NOT_KNOWN).replace("/", " OR ")
        name, version = package["name"], package["version"]
        found.append(linked_package("cargo", name, version, licence, f"https://crates.io/crates/{name}/{version}", None))
    return found


def page(lock: dict) -> list[dict]:
    found = []
    for path, package in lock["packages"].items():
        if path and not package.get("dev"):
            name = path.split("node_modules/")[-1]
            licence = package.get("license", NOT_KNOWN)
            found.append(linked_package("npm", name, package["version"], licence, package.get("resolved", ""), None))
    return found


def relation(one: str, kind: str, other: str) -> dict:
    return {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}


def document(arguments: argparse.Namespace) -> dict:
    info = json.loads(arguments.info.read_text())
    licences = Licences()
    inside = {n: p for n, p in sorted(info.items()) if p["type"] == "target" and not p.get("virtual")}
    program = inside["venuebox"]
    packages = [buildroot_package(name, package, arguments.buildroot, licences) for name, package in inside.items()]
    linked = []
    if arguments.crates:
        linked += crates(json.loads(arguments.crates.read_text()))
    if arguments.page:
        linked += page(json.loads(arguments.page.read_text()))
    linked.sort(key=lambda package: package["SPDXID"])

    image = {
        "SPDXID": "SPDXRef-Image",
        "name": f"venuebox-{arguments.board}",
        "versionInfo": program["version"],
        "downloadLocation": NOT_KNOWN,
        "filesAnalyzed": False,
        "licenseConcluded": NOT_KNOWN,
        "licenseDeclared": NOT_KNOWN,
        "copyrightText": NOT_KNOWN,
        "primaryPackagePurpose": "OPERATING-SYSTEM",
    }
    relations = [relation("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-Image")]
    relations += [relation("SPDXRef-Image", "CONTAINS", package["SPDXID"]) for package in packages]
    for name, package in inside.items():
        needed = sorted(set(package["dependencies"]) & set(inside))
        relations += [relation(spdx_id("Package", name), "DEPENDS_ON", spdx_id("Package", other)) for other in needed]
    relations += [relation(spdx_id("Package", "venuebox"), "STATIC_LINK", package["SPDXID"]) for package in linked]

    made = datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH") or datetime.now(UTC).timestamp()), UTC)
    contents = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"venuebox-{arguments.board}-{program['version']}",
        "creationInfo": {"created": made.strftime("%Y-%m-%dT%H:%M:%SZ"), "creators": ["Tool: venuebox-spdx"]},
        "packages": [image, *packages, *linked],
        "relationships": relations,
        "hasExtractedLicensingInfos": [
            {"licenseId": reference, "extractedText": f"Named by the package as: {text}"}
            for reference, text in sorted(licences.extracted.items())
        ],
    }
    # A namespace is a document's own: the same contents, the same name.
    digest = hashlib.sha256(json.dumps(contents, sort_keys=True).encode()).hexdigest()
    contents["documentNamespace"] = f"https://spdx.org/spdxdocs/{contents['name']}-{digest[:32]}"
    return contents


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("info", "buildroot"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--board", required=True)
    for name in ("crates", "page"):
        parser.add_argument(f"--{name}", type=Path)
    json.dump(document(parser.parse_args()), sys.stdout, indent=1, ensure_ascii=False)
    print()


if __name__ == "__main__":
    main()
