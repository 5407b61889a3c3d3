// The Brillouin zone, turned by dragging or with the arrow keys; a click selects a wave vector.
//
// It is drawn as SVG: lines and words take the colour of the text around them, whatever the theme.

const SVG = "http://www.w3.org/2000/svg"
const RADIANS_PER_PIXEL = 0.01
const CLICK_PIXELS = 4
const KEYS = { ArrowLeft: [-12, 0], ArrowRight: [12, 0], ArrowUp: [0, -12], ArrowDown: [0, 12] }
const HIDDEN = { "stroke-dasharray": "3 4", opacity: 0.35 }
const CSS = `
  svg { width: 100%; height: 100%; cursor: crosshair; touch-action: none; color: inherit; }
  svg:active { cursor: grabbing; }
  svg:focus-visible { outline: 2px solid currentColor; outline-offset: -2px; }
  .edge { stroke: currentColor; stroke-width: 1.3; stroke-linecap: round; }
  .axis { stroke: currentColor; opacity: 0.45; stroke-width: 1; }
  .axis-name { fill: currentColor; opacity: 0.6; font-size: 12px; font-style: italic; }
  .path { fill: none; stroke: var(--path); stroke-width: 2.5; stroke-linejoin: round; cursor: pointer; }
  .reach { fill: none; stroke: transparent; stroke-width: 14; cursor: pointer; }
  .point { fill: var(--path); cursor: pointer; }
  .point:hover { stroke: currentColor; stroke-width: 2; }
  .name { fill: currentColor; font: 600 14px system-ui, sans-serif; cursor: pointer; }
  .here { fill: var(--selected); stroke: white; stroke-width: 2; pointer-events: none; }
`

const minus = (a, b) => a.map((x, i) => x - b[i])
const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
const turned = (view, k) => view.map((row) => dot(row, k))
const product = (a, b) => a.map((row) => [0, 1, 2].map((j) => dot(row, b.map((other) => other[j]))))

/** The way of looking at it turned by angles about the screen's vertical and horizontal. */
function rotated(view, about_y, about_x) {
  const [c, s] = [Math.cos(about_y), Math.sin(about_y)], [d, t] = [Math.cos(about_x), Math.sin(about_x)]
  return product([[1, 0, 0], [0, d, -t], [0, t, d]], product([[c, 0, s], [0, 1, 0], [-s, 0, c]], view))
}

class Drawing {
  constructor(model, svg) {
    this.model = model
    this.svg = svg
    this.reset()
  }

  // As large as it is before the page's zoom for projectors, in which screen and mouse are counted.
  get width() { return this.svg.parentElement.clientWidth }
  get height() { return this.svg.parentElement.clientHeight }

  /** Crystals with z up and the special points in front; slabs and chains from above. */
  reset() {
    const { zone, points } = this.model
    this.view = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    if (zone.faces?.length > 1) {
      const middle = [0, 1, 2].map((i) => points.reduce((sum, { place }) => sum + place[i], 0))
      const upright = [[1, 0, 0], [0, 0, 1], [0, -1, 0]], [x, y, z] = turned(upright, middle)
      this.view = rotated(upright, 0.45 - Math.atan2(x, z), y < -1e-6 ? -0.35 : 0.35)
    }
    this.draw()
  }

  turn(dx, dy) {
    this.view = rotated(this.view, dx * RADIANS_PER_PIXEL, dy * RADIANS_PER_PIXEL)
    this.draw()
  }

  add(kind, attributes, text = "") {
    const element = document.createElementNS(SVG, kind)
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
    element.textContent = text
    this.svg.append(element)
    return element
  }

  /** Which edges bound a face that is turned towards us. */
  seen() {
    const { vertices, faces } = this.model.zone, edges = new Set()
    for (const face of faces) {
      const [a, b, c] = face.map((i) => vertices[i])
      const normal = cross(minus(b, a), minus(c, a))
      const outwards = turned(this.view, normal)[2] * Math.sign(dot(normal, a))
      if (faces.length > 1 && outwards < 1e-9) continue
      face.forEach((i, n) => edges.add([i, face[(n + 1) % face.length]].sort().join()))
    }
    return edges
  }

  draw() {
    const { zone, points, path, here } = this.model
    const { width, height } = this
    if (!zone.vertices || !width) return
    this.svg.replaceChildren()
    const size = Math.max(...zone.vertices.map((v) => Math.hypot(...v)))
    const scale = this.scale = (Math.min(width, height) / 2 - 22) / size // pixels per 1/angstrom
    const at = (k) => {
      const [x, y] = turned(this.view, k)
      return [width / 2 + scale * x, height / 2 - scale * y]
    }
    const line = (a, b, attributes) => {
      const [[x1, y1], [x2, y2]] = [at(a), at(b)]
      this.add("line", { x1, y1, x2, y2, ...attributes })
    }
    zone.axes.forEach((axis, i) => {
      line([0, 0, 0], axis, { class: "axis" })
      const [x, y] = at(axis.map((component) => 1.14 * component))
      this.add("text", { x, y, class: "axis-name", "text-anchor": "middle" }, ["b₁", "b₂", "b₃"][i])
    })
    const seen = this.seen()
    for (const [i, j] of zone.edges) {
      const hidden = zone.faces.length && !seen.has([i, j].sort().join())
      line(zone.vertices[i], zone.vertices[j], { class: "edge", ...(hidden ? HIDDEN : {}) })
    }
    for (const { first, places } of path) {
      const corners = places.map((k) => at(k).join()).join(" ")
      this.add("polyline", { points: corners, class: "path" })
      const reach = this.add("polyline", { points: corners, class: "reach" })
      reach.addEventListener("click", (event) => {
        event.stopPropagation()
        this.model.send_msg({ point: first + this.nearest(event, places, at) })
      })
    }
    for (const { name, place } of points) {
      const [x, y] = at(place)
      const choose = (event) => {
        event.stopPropagation()
        this.model.send_msg({ name })
      }
      this.add("circle", { cx: x, cy: y, r: 4.5, class: "point" }).addEventListener("click", choose)
      const away = Math.hypot(x - width / 2, y - height / 2) || 1
      const [dx, dy] = away > 1 ? [(12 * (x - width / 2)) / away, (12 * (y - height / 2)) / away] : [-10, -8]
      this.add("text", { x: x + dx, y: y + dy + 5, class: "name", "text-anchor": "middle" }, name)
        .addEventListener("click", choose)
    }
    if (here.length) {
      const [cx, cy] = at(here)
      this.add("circle", { cx, cy, r: 6.5, class: "here" })
    }
  }

  /** Where on the drawing the mouse is. */
  mouse(event) {
    const box = this.svg.getBoundingClientRect()
    const zoom = box.width / this.width
    return [(event.clientX - box.left) / zoom, (event.clientY - box.top) / zoom]
  }

  /** The line of sight under the mouse, from as deep as the present wave vector is. */
  sight(event) {
    const [x, y] = this.mouse(event), [right, up, towards] = this.view, { here } = this.model
    const across = (x - this.width / 2) / this.scale, above = (this.height / 2 - y) / this.scale
    const depth = here.length ? dot(towards, here) : 0
    return {
      start: right.map((_, i) => across * right[i] + above * up[i] + depth * towards[i]),
      direction: towards,
    }
  }

  nearest(event, places, at) {
    const [x, y] = this.mouse(event)
    const off = places.map(at).map((place) => Math.hypot(place[0] - x, place[1] - y))
    return off.indexOf(Math.min(...off))
  }
}

export function render({ model }) {
  const style = document.createElement("style")
  style.textContent = CSS
  const svg = document.createElementNS(SVG, "svg")
  svg.setAttribute("tabindex", "0")
  svg.setAttribute("role", "img")
  svg.setAttribute("class", "zone-drawing")
  svg.setAttribute("aria-label", "Brillouin zone; drag or use the arrow keys to turn it, click in it to select a wave vector")
  const host = document.createElement("div")
  host.style.cssText = "width:100%;height:100%"
  host.style.setProperty("--path", model.colors.path)
  host.style.setProperty("--selected", model.colors.selected)
  host.append(style, svg)
  const drawing = new Drawing(model, svg)

  // A hand is never quite still: less than this is a click, which must reach what is beneath it.
  let travelled = 0
  svg.addEventListener("pointerdown", () => { travelled = 0 })
  svg.addEventListener("pointermove", (event) => {
    if (!event.buttons) return
    travelled += Math.hypot(event.movementX, event.movementY)
    if (travelled > CLICK_PIXELS) drawing.turn(event.movementX, event.movementY)
  })
  svg.addEventListener("click", (event) => {
    if (travelled <= CLICK_PIXELS) model.send_msg(drawing.sight(event))
  })
  svg.addEventListener("keydown", (event) => {
    if (!(event.key in KEYS)) return
    event.preventDefault()
    event.stopPropagation()
    drawing.turn(...KEYS[event.key])
  })
  model.on("zone", () => drawing.reset())
  for (const name of ["points", "path", "here"]) model.on(name, () => drawing.draw())
  const watcher = new ResizeObserver(() => drawing.draw())
  model.on("after_render", () => watcher.observe(svg))
  model.on("remove", () => watcher.disconnect())
  return host
}
