"""The scenes of Quiet Hours: one sort of light, land and weather each."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scene:
    """`sky` runs from top to horizon; `sun` is where it stands, as shares of width and height."""

    sky: tuple[str, ...]
    light: str
    far: str
    near: str
    sun: tuple[float, float]
    sun_radius: float = 0.09
    night: bool = False
    water: bool = False
    boat: bool = False
    lanterns: bool = False
    pines: bool = False
    birds: bool = False
    jagged: float = 0.35


SCENES = (
    Scene(
        ("#2b4162", "#d9826b", "#f9c784"),
        "#fff0c9",
        "#b56b6f",
        "#1f2d44",
        (0.62, 0.44),
        water=True,
        boat=True,
    ),
    Scene(
        ("#b8d8e8", "#e4eff2", "#fdf6ee"),
        "#ffffff",
        "#c5d8e2",
        "#4c6b82",
        (0.3, 0.26),
        pines=True,
        jagged=0.9,
    ),
    Scene(
        ("#1a1b41", "#4a3b76", "#c2727d"),
        "#ffd9a0",
        "#6a4a80",
        "#131433",
        (0.7, 0.3),
        0.05,
        True,
        True,
        lanterns=True,
    ),
    Scene(("#f6d6a8", "#f4a56c", "#e8745a"), "#fff4d6", "#d9735c", "#5a2a3c", (0.5, 0.36), 0.13, birds=True),
    Scene(("#8fc1b5", "#cfe3c8", "#f8efc6"), "#fffbe0", "#9cc4a4", "#25504a", (0.24, 0.34), pines=True),
    Scene(
        ("#6fb7c9", "#bfe3df", "#fbf3dc"),
        "#ffffff",
        "#8cc0c8",
        "#2d6f80",
        (0.74, 0.25),
        water=True,
        birds=True,
    ),
    Scene(
        ("#f9dd94", "#f7c46c", "#f2a65a"),
        "#fff6cf",
        "#e3a34f",
        "#8a5a2b",
        (0.36, 0.3),
        0.11,
        jagged=0.1,
        birds=True,
    ),
    Scene(
        ("#0d1b2a", "#1b3a5c", "#3f6d8c"),
        "#f3ecd2",
        "#2a4d6e",
        "#08121d",
        (0.3, 0.24),
        0.07,
        True,
        True,
        True,
    ),
    Scene(
        ("#dfe8c8", "#eef0d5", "#fdf4da"),
        "#fffdf0",
        "#b9cfa0",
        "#3c5a38",
        (0.6, 0.32),
        pines=True,
        jagged=0.2,
    ),
    Scene(
        ("#34506b", "#7f8fa6", "#e6c9b3"),
        "#fff0dc",
        "#8a90a5",
        "#26374a",
        (0.4, 0.42),
        water=True,
        boat=True,
        birds=True,
    ),
    Scene(("#f3b28a", "#e27d5f", "#b5504a"), "#ffe3b8", "#c4604f", "#3e1f2e", (0.68, 0.4), 0.15, jagged=0.6),
    Scene(
        ("#16305c", "#3a6aa5", "#9cc3e0"),
        "#eaf6ff",
        "#5c8dc0",
        "#0e2040",
        (0.5, 0.28),
        0.06,
        True,
        pines=True,
        jagged=0.8,
    ),
    Scene(
        ("#f2b5b5", "#f7d4c4", "#fdf0dd"),
        "#ffffff",
        "#e3a7a8",
        "#6d4a66",
        (0.28, 0.36),
        water=True,
        birds=True,
    ),
    Scene(
        ("#0b1030", "#232a63", "#5b4b8a"),
        "#f5ead0",
        "#38336e",
        "#070a20",
        (0.76, 0.2),
        0.05,
        True,
        jagged=0.7,
        pines=True,
    ),
    Scene(
        ("#a9d6e5", "#d9eef3", "#f7fbf2"),
        "#ffffff",
        "#a7cbd6",
        "#356a6e",
        (0.44, 0.24),
        water=True,
        jagged=0.9,
    ),
    Scene(
        ("#f4e4c1", "#dcc9a0", "#a9b38a"), "#fffbe8", "#a5b07f", "#24402f", (0.6, 0.3), pines=True, jagged=0.4
    ),
)
