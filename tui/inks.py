"""The house's themes, and the ink that panes paint with under any theme."""

from dataclasses import replace
from typing import Any

from textual.app import App
from textual.theme import Theme

from .render.palette import ANSI16_DARK, ANSI16_LIGHT, DARK, LIGHT, PLAIN, Depth, Ink


def theme_of(name: str, ink: Ink, panel: str, surface: str) -> Theme:
    """A theme in the colours of an ink."""
    return Theme(
        name=name,
        primary=ink.accent,
        secondary=ink.categories[3],
        accent=ink.accent,
        warning=ink.categories[1],
        error=ink.bad,
        success=ink.good,
        foreground=ink.foreground,
        background=ink.background,
        surface=surface,
        panel=panel,
        dark=ink.dark,
        variables={"footer-key-foreground": ink.accent},
    )


THEMES = (
    theme_of("dlviz-dark", DARK, "#1b222a", "#151a20"),
    theme_of("dlviz-light", LIGHT, "#e6e8ea", "#f1f2f2"),
)


def first_theme(depth: Depth) -> str:
    """The theme to start with at a colour depth."""
    return "dlviz-dark" if depth in ("truecolor", "256") else "ansi-dark"


def take_themes(app: App[Any], depth: Depth) -> None:
    """Give the app its themes; before the first picture, for a later change works every style out twice."""
    for theme in THEMES:
        app.register_theme(theme)
    app.set_reactive(App.theme, first_theme(depth))
    app.stylesheet.set_variables(app.get_css_variables())
    if depth in ("truecolor", "256"):
        for name in ("ansi-dark", "ansi-light"):  # they would turn pictures into shades for no need
            app.unregister_theme(name)


def ink_for(theme: Theme, variables: dict[str, str], depth: Depth) -> Ink:
    """The ink for a theme: the house's colours on the theme's own background and foreground."""
    if depth == "none":
        return PLAIN
    if depth == "16" or theme.ansi:
        return ANSI16_DARK if theme.dark else ANSI16_LIGHT
    base = DARK if theme.dark else LIGHT
    background, foreground = variables.get("background", ""), variables.get("foreground", "")
    if not (_is_hex(background) and _is_hex(foreground)):
        return replace(base, depth=depth)
    return replace(base, depth=depth, background=background[:7].lower(), foreground=foreground[:7].lower())


def _is_hex(colour: str) -> bool:
    return colour.startswith("#") and len(colour) >= 7
