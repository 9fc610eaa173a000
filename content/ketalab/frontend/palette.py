"""Colours and the Vega-Lite configuration of all charts.

Okabe and Ito's colour-blind-safe palette. The two colours that carry meaning keep a contrast of at
least 3:1 against both the light and the dark page; text takes the page's own colour. Colour never
stands alone: shape or position says the same.
"""

TREATED = "#D55E00"
CONTROL = "#0072B2"
NEUTRAL = "#808080"
INK = "currentColor"

CONFIG = {
    "background": None,
    "font": "system-ui, sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelColor": INK,
        "titleColor": INK,
        "domainColor": NEUTRAL,
        "tickColor": NEUTRAL,
        "gridColor": NEUTRAL,
        "gridOpacity": 0.25,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
    },
    "text": {"color": INK, "fontSize": 12},
    "rule": {"color": NEUTRAL},
    "legend": {"labelColor": INK, "titleColor": INK, "labelFontSize": 12},
}
