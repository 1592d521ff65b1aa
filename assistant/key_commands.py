"""`care-act keys`: who may use the staff door."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from assistant.settings import load_settings

if TYPE_CHECKING:
    from assistant.keys import StaffKey, StaffKeys

app = typer.Typer(help="Keys of the staff door: make, list, revoke.", no_args_is_help=True)


@app.command()
def make(name: Annotated[str, typer.Argument(help="Who or what it is for, such as 'intranet proxy'.")]) -> None:
    """Make a key and show it once."""
    made, text = _keys().make(name)
    typer.echo(text)
    typer.echo(
        f"This is the key '{made.name}'. Keep it safe: it is not shown again. Revoke it with {made.id}.", err=True
    )


@app.command("list")
def list_keys() -> None:
    """Every key that was made, without the key itself."""
    keys = _keys().every()
    for key in keys:
        typer.echo(f"{key.id}  {key.made}  {_state(key):<20}  {key.name}")
    if not keys:
        typer.echo("No keys yet. `care-act keys make NAME` makes one.", err=True)


@app.command()
def revoke(key: Annotated[str, typer.Argument(help="The first word of its line in `care-act keys list`.")]) -> None:
    """End a key at once."""
    gone = _keys().revoke(key)
    typer.echo(f"The key '{gone.name}' ended on {gone.revoked}.")


def _keys() -> StaffKeys:
    from assistant.keys import StaffKeys

    return StaffKeys(load_settings().conversations_url)


def _state(key: StaffKey) -> str:
    return f"revoked {key.revoked}" if key.revoked else "in use"
