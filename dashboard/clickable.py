"""HTML of which parts can be clicked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import param
from panel.custom import JSComponent


class ClickableHTML(JSComponent):
    """HTML in which a click on anything with ``data-pick`` is told to Python.

    Give such parts as ``<button>``: they are then reached and pressed by keyboard too. What is
    folded out (``<details>``) or has the focus stays so when the HTML is written anew.
    """

    html = param.String(default="")
    role = param.String(default="", doc="Like status: then a screen reader tells what changes.")

    _esm = """
    export function render({ model, el }) {
      const place = document.createElement("div")
      place.className = "clickable"
      if (model.role) place.setAttribute("role", model.role)
      const write = () => {
        const open = [...place.querySelectorAll("details")].map((d) => d.open)
        const focused = place.getRootNode().activeElement?.dataset?.pick
        place.innerHTML = model.html
        const details = [...place.querySelectorAll("details")]
        if (details.length == open.length) details.forEach((d, i) => { d.open = open[i] })
        if (focused) place.querySelector(`[data-pick="${CSS.escape(focused)}"]`)?.focus()
      }
      place.addEventListener("click", (event) => {
        const picked = event.target.closest("[data-pick]")
        if (picked) model.send_msg(picked.dataset.pick)
      })
      model.on("html", write)
      el.append(place)
      write()
    }
    """

    def __init__(self, picked: Callable[[str], None], **params: Any) -> None:
        super().__init__(**params)
        self._picked = picked

    def _handle_msg(self, data: Any) -> None:
        self._picked(str(data))
