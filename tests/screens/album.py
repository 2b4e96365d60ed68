"""All pictures in their order, what each of them shows, and the document that they make up."""

import io
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image
from rich.console import Console

console = Console(highlight=False)

FOLDER = "screens"
MARGIN = 10
COLOURS = 64
INTRODUCTION = """\
# What the bot says

Each command in each of its states, as members and the team see it: pictures of single messages in the
playground's chat page. `make screens` plays all of it against the real bot and takes them anew; nothing
here is drawn or written by hand. Ada and Ben are members, Cleo is of the team.
"""


@dataclass(frozen=True)
class Picture:
    name: str
    alt: str
    caption: str
    png: bytes


@dataclass
class Section:
    title: str
    slug: str
    pictures: list[Picture] = field(default_factory=list)


class Album:
    def __init__(self) -> None:
        self._sections: list[Section] = []

    def begin(self, title: str, slug: str) -> None:
        self._sections.append(Section(title, slug))
        console.print(f"\n[bold]{title}[/]")

    def add(self, name: str, alt: str, caption: str, screenshot: bytes) -> None:
        """A picture of the section that was begun last; `alt` may be marked up as in chat."""
        section = self._sections[-1]
        name = f"{section.slug}-{name}"
        if any(name == picture.name for each in self._sections for picture in each.pictures):
            raise ValueError(f"two pictures are called {name}")
        section.pictures.append(Picture(name, _plain(alt), caption, _small(screenshot)))
        console.print(f"  {name}")

    def write(self, folder: Path) -> None:
        """The document and its pictures, in place of those of an earlier run."""
        unfinished = folder / f"{FOLDER}.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        for section in self._sections:
            for picture in section.pictures:
                (unfinished / f"{picture.name}.png").write_bytes(picture.png)
        shutil.rmtree(folder / FOLDER, ignore_errors=True)
        unfinished.rename(folder / FOLDER)
        (folder / f"{FOLDER}.md").write_text(self._document(), encoding="utf-8")

    def told(self) -> str:
        sizes = [len(picture.png) for section in self._sections for picture in section.pictures]
        return f"{len(sizes)} pictures, {sum(sizes) / 1e6:.1f} MB, the largest {max(sizes) / 1e3:.0f} kB"

    def _document(self) -> str:
        contents = "\n".join(f"- [{each.title}](#{_anchor(each.title)})" for each in self._sections)
        sections = "\n".join(_section(each) for each in self._sections)
        return f"{INTRODUCTION}\n{contents}\n{sections}"


def _section(section: Section) -> str:
    shown = "\n".join(
        f"{picture.caption}\n\n![{picture.alt}]({FOLDER}/{picture.name}.png)\n"
        for picture in section.pictures
    )
    return f"\n## {section.title}\n\n{shown}"


def _anchor(title: str) -> str:
    return re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")


def _plain(text: str) -> str:
    """The first line, without what chat or a document would read as markup."""
    first = next(line for line in text.splitlines() if line.strip())
    plain = re.sub(r"[^\w\s.,:;?!'()/+-]|<[^>]*>", "", first)
    return " ".join(plain.split())[:100]


def _small(screenshot: bytes) -> bytes:
    """With a margin in the page's own colour, and few colours."""
    shot = Image.open(io.BytesIO(screenshot)).convert("RGB")
    ground = shot.getpixel((shot.width - 1, 0)) or 0
    framed = Image.new("RGB", (shot.width, shot.height + 2 * MARGIN), ground)
    framed.paste(shot, (0, MARGIN))
    few = framed.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, kmeans=2, dither=Image.Dither.NONE)
    file = io.BytesIO()
    few.save(file, "PNG", optimize=True)
    return file.getvalue()
