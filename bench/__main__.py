"""Runs every measurement and prints its figures: `make bench`."""

from rich.console import Console
from rich.table import Table

from bench import linking

console = Console(highlight=False)


def main() -> None:
    with console.status("200 members link on one lane, on two and on four …"):
        figures = linking.measure()
    table = Table(title="Linking a whole community that starts within a minute", title_justify="left")
    for heading in ("lanes", "members", "all linked after", "a turn takes", "our own work per member"):
        table.add_column(heading, justify="right")
    for one in figures:
        table.add_row(
            str(one.lanes),
            str(one.members),
            f"{one.took.total_seconds() / 60:.0f} min",
            f"{one.per_member_and_lane.total_seconds():.1f} s",
            f"{one.own_s / one.members * 1000:.0f} ms",
        )
    console.print(table)
    console.print(
        "Members sign in and approve at Banq within 10 to 20 seconds, and confirm within 5. "
        "Then the lane rests for 10."
    )


if __name__ == "__main__":
    main()
