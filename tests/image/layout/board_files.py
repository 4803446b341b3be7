"""Reads the board files as the tools do that they are for: genimage's configuration, RAUC's and systemd's INI files,
GRUB's script, the firmware's autoboot.txt and Buildroot's defconfigs. What they say to each other is tested beside it."""

import configparser
import re
import struct
import uuid
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
BOARDS = ("rpi5", "x86_64")


def board(name: str) -> Path:
    return ROOT / "buildroot/board" / name


@dataclass
class Section:
    """A section of genimage's configuration (libconfuse): `kind title { name = value … }`."""

    kind: str
    title: str
    options: dict[str, str | list[str]] = field(default_factory=dict)
    sections: list["Section"] = field(default_factory=list)

    def all(self, kind: str) -> list["Section"]:
        return [section for section in self.sections if section.kind == kind]

    def one(self, kind: str, title: str | None = None) -> "Section":
        (found,) = [section for section in self.all(kind) if title in (None, section.title)]
        return found


def genimage(path: Path) -> Section:
    text = re.sub(r"(?m)^\s*#.*$", "", path.read_text())
    tokens = re.findall(r'"[^"]*"|[{}=,]|\+=|[^\s{}=,"]+', text)
    position = 0

    def value() -> str | list[str]:
        nonlocal position
        token = tokens[position]
        position += 1
        if token != "{":
            return token.strip('"')
        values = []
        while tokens[position] != "}":
            if tokens[position] != ",":
                values.append(tokens[position].strip('"'))
            position += 1
        position += 1
        return values

    def body(section: Section) -> Section:
        nonlocal position
        while position < len(tokens) and tokens[position] != "}":
            name = tokens[position]
            position += 1
            if tokens[position] == "=":
                position += 1
                section.options[name] = value()
                continue
            title = ""
            if tokens[position] != "{":
                title = tokens[position].strip('"')
                position += 1
            if tokens[position] != "{":
                raise ValueError(f"{path}: no section follows {name} {title}")
            position += 1
            section.sections.append(body(Section(name, title)))
        position += 1
        return section

    return body(Section("", ""))


def size(text: str) -> int:
    number, unit = re.fullmatch(r"(\d+)([KMG]?)", text).groups()
    return int(number) * {"": 1, "K": 2**10, "M": 2**20, "G": 2**30}[unit]


@dataclass
class Partition:
    """One partition of a disk image, as genimage lays it down."""

    number: int
    label: str
    kind: str
    size: int
    image: str | None
    file_system_label: str | None


def partitions(name: str) -> list[Partition]:
    config = genimage(board(name) / "genimage.cfg")
    images = {image.title: image for image in config.all("image")}
    found = []
    for number, section in enumerate(images["venuebox.img"].all("partition"), 1):
        image = section.options.get("image")
        made = images.get(image)
        length = section.options.get("size") or made.options["size"]
        label = next((part.options.get("label") for part in made.sections), None) if made else None
        kind = section.options["partition-type-uuid"].lower()
        found.append(Partition(number, section.title, kind, size(length), image, label))
    return found


@dataclass
class Entry:
    """An entry of a GUID partition table (UEFI 5.3.3), in bytes."""

    label: str
    kind: str
    start: int
    size: int


def gpt(disk: Path) -> list[Entry]:
    with disk.open("rb") as file:
        file.seek(512)
        header = file.read(92)
        if header[:8] != b"EFI PART":
            raise ValueError(f"{disk} has no GUID partition table")
        table, count, length = struct.unpack_from("<QII", header, 72)
        file.seek(table * 512)
        entries = [file.read(length) for _ in range(count)]
    found = []
    for entry in entries:
        kind = uuid.UUID(bytes_le=entry[:16])
        if kind.int:
            first, last = struct.unpack_from("<QQ", entry, 32)
            label = entry[56:128].decode("utf-16-le").rstrip("\0")
            found.append(Entry(label, str(kind), first * 512, (last - first + 1) * 512))
    return found


def ini(path: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, strict=False, delimiters=("=",))
    parser.optionxform = str
    parser.read_string(path.read_text())
    return parser


def defconfig(name: str) -> dict[str, str]:
    text = (ROOT / f"buildroot/configs/venuebox_{name}_defconfig").read_text()
    return {key: value.strip('"') for key, value in re.findall(r"(?m)^(BR2_\w+)=(.*)$", text)}


def kernel_fragment(path: Path) -> dict[str, str]:
    return dict(re.findall(r"(?m)^(CONFIG_\w+)=(.*)$", path.read_text()))
