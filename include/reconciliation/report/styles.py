"""How the workbook looks: one palette, one font, a style per role."""

from __future__ import annotations

from typing import Any

_INK = "#1F2933"
_MUTED = "#616E7C"
_LINE = "#CBD2D9"
_BAND = "#243B53"
_SUBTOTAL = "#F0F4F8"
_GOOD = "#E3F9E5"
_BAD = "#FFE3E3"
_ALARM = "#AB091E"
_VERDICT_COLOURS = {
    "incomplete": "#AB091E",
    "discrepancies": "#B44D12",
    "reconciled_with_pending": "#1B5E9E",
    "reconciled": "#207227",
}
_AMOUNT: dict[str, Any] = {"align": "right"}
_COUNT: dict[str, Any] = {"align": "right", "num_format": "#,##0;-#,##0;0"}
_CODE: dict[str, Any] = {"font_name": "Courier New", "font_size": 8, "align": "left", "indent": 1}
_CELL: dict[str, Any] = {"valign": "top", "bottom": 4, "bottom_color": _LINE, "font_color": _INK}
_HEAD: dict[str, Any] = {
    "bold": True,
    "font_color": "#FFFFFF",
    "bg_color": _BAND,
    "valign": "vcenter",
    "text_wrap": True,
}
_LEFT: dict[str, Any] = {"align": "left", "indent": 1}


class Styles:
    """The formats of one workbook, by name; each is made once."""

    def __init__(self, workbook: Any) -> None:
        looks: dict[str, dict[str, Any]] = {
            "title": {"bold": True, "font_size": 16, "font_color": _INK},
            "subtitle": {"font_size": 10, "font_color": _MUTED},
            "heading": {
                "bold": True,
                "font_size": 11,
                "font_color": _BAND,
                "bottom": 2,
                "bottom_color": _BAND,
            },
            "gap": {"font_size": 4},
            "note": {"italic": True, "font_color": _MUTED, "text_wrap": True, "valign": "top"},
            "label": {**_CELL, "font_color": _MUTED, **_LEFT},
            "head": {**_HEAD, **_LEFT},
            "head_right": {**_HEAD, "align": "right"},
            "sign_label": {"font_color": _MUTED, "valign": "bottom", **_LEFT},
            "sign": {"bottom": 1, "bottom_color": _INK},
            "reason": {"text_wrap": True, "font_size": 10, "font_color": _INK, **_LEFT},
            "list_title": {"bold": True, "font_size": 13, "font_color": _INK},
            "list_note": {"italic": True, "font_color": _MUTED},
            "wrapped": {**_CELL, "text_wrap": True, **_LEFT},
        }
        for verdict, colour in _VERDICT_COLOURS.items():
            looks[f"verdict_{verdict}"] = {
                "bold": True,
                "font_size": 13,
                "font_color": "#FFFFFF",
                "bg_color": colour,
                "align": "center",
                "valign": "vcenter",
                "text_wrap": True,
            }
        cells: dict[str, dict[str, Any]] = {
            "text": _LEFT,
            "code": _CODE,
            "count": _COUNT,
            "amount": _AMOUNT,
        }
        looks["exposure"] = {**_CELL, **_AMOUNT}
        weights: dict[str, dict[str, Any]] = {
            "item": {},
            "subtotal": {"bold": True, "bg_color": _SUBTOTAL, "top": 1, "top_color": _INK},
            "good": {"bold": True, "bg_color": _GOOD, "top": 1, "bottom": 6, "bottom_color": _INK},
            "bad": {"bold": True, "bg_color": _BAD, "top": 1, "bottom": 6, "bottom_color": _ALARM},
        }
        for cell, look in cells.items():
            looks[cell] = {**_CELL, **look}
            for weight, stress in weights.items():
                looks[f"{cell}_{weight}"] = {**_CELL, "text_wrap": cell == "text", **look, **stress}
        self._formats = {
            name: workbook.add_format({"font_name": "Arial", "font_size": 9, **look})
            for name, look in looks.items()
        }

    def of(self, name: str) -> Any:
        """The format of that name."""
        return self._formats[name]
