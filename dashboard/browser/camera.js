// The camera of the 3D view: set once, from the address, and then followed.

const LOOK = 400 // ms

function find(selector, root = document) {
  for (const element of root.querySelectorAll("*")) {
    if (element.matches(selector)) return element
    const inside = element.shadowRoot && find(selector, element.shadowRoot)
    if (inside) return inside
  }
  return null
}

const near = (a, b) => a.length === b.length && a.every((x, k) => Math.abs(x - b[k]) < 1e-3)

export function render({ model }) {
  const host = document.createElement("span")
  host.hidden = true
  let view3d = null // the element; there is one on the page, for good
  let opened = false
  let before = null
  const follow = () => {
    view3d ??= find(".phonoscope-viewer")
    const animation = view3d?.animation
    if (!animation?.fitted) return
    const { viewer } = animation
    if (!opened && model.view.length === 8) viewer.setView(model.view)
    opened = true
    const now = viewer.getView()
    const rests = before && near(now, before)
    before = now
    if (!rests) return // until it rests
    const told = animation.touched ? now.map((x) => Math.round(1e4 * x) / 1e4) : []
    if (!near(told, model.view)) model.view = told
  }
  const timer = setInterval(follow, LOOK)
  model.on("remove", () => clearInterval(timer))
  return host
}
