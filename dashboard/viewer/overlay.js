// What lies over the view: which colour is which element, how the axes point, and what was left out.

import { turned } from "./camera.js"

const SVG = "http://www.w3.org/2000/svg"
const ARM = 22 // pixels

export class Overlay {
  constructor(host) {
    const add = (name) => {
      const element = document.createElement("div")
      element.className = name
      host.append(element)
      return element
    }
    this.legend = add("legend")
    this.note = add("note")
    this.axes = document.createElementNS(SVG, "svg")
    this.axes.setAttribute("class", "axes")
    this.axes.setAttribute("viewBox", "-34 -34 68 68")
    this.axes.setAttribute("aria-hidden", "true")
    host.append(this.axes)
    this.arms = []
    this.said = new Map()
  }

  showElements(elements, colorOf) {
    this.legend.replaceChildren(...elements.map((symbol) => {
      const item = document.createElement("span"), dot = document.createElement("i")
      dot.style.background = `#${colorOf(symbol).toString(16).padStart(6, "0")}`
      item.append(dot, symbol)
      return item
    }))
  }

  /** `axes`: names and directions. */
  showAxes(axes, visible) {
    this.axes.style.display = visible ? "" : "none"
    this.axes.replaceChildren()
    this.arms = axes.names.map((name, k) => {
      const line = document.createElementNS(SVG, "line"), text = document.createElementNS(SVG, "text")
      text.textContent = name
      this.axes.append(line, text)
      const v = Array.from(axes.vectors.slice(3 * k, 3 * k + 3)), size = Math.hypot(...v)
      return { line, text, direction: v.map((x) => x / size) }
    })
    this.turn = ""
  }

  turnAxes(quaternion) {
    const turn = quaternion.map((x) => x.toFixed(3)).join()
    if (turn === this.turn) return
    this.turn = turn
    for (const { line, text, direction } of this.arms) {
      const [x, y, z] = turned(quaternion, direction)
      line.setAttribute("x2", (ARM * x).toFixed(1))
      line.setAttribute("y2", (-ARM * y).toFixed(1))
      text.setAttribute("x", ((ARM + 7) * x).toFixed(1))
      text.setAttribute("y", (-(ARM + 7) * y).toFixed(1))
      line.style.opacity = text.style.opacity = (0.75 + 0.25 * z).toFixed(2)
    }
  }

  /** Something about one of the things drawn, beside what is said of others. */
  say(about, text) {
    this.said.set(about, text)
    this.note.textContent = [...this.said.values()].filter(Boolean).join("; ")
  }
}
