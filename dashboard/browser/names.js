// Bokeh's plots can be focused but have no name; Material UI's icon switches carry theirs on an element
// around the input that has the focus; the names of its icons' letters are no part of a button's; and
// what is told by the way is no alert.

const ICON = "[class*=material-icons]:not([aria-hidden])"
const LOOK = 1000 // ms; views come and go with the structure

function* elements(root) {
  for (const element of root.querySelectorAll("*")) {
    yield element
    if (element.shadowRoot) yield* elements(element.shadowRoot)
  }
}

/** What a plot shows, by its axes. */
function nameOfPlot(pane) {
  const figure = [...Bokeh.documents].flatMap((document_) => [...document_._all_models.values()])
    .filter((model) => model.type === "Figure")
    .find((model) => Bokeh.index.find_one(model)?.canvas_view?.events_el === pane)
  const [x, y] = figure ? [figure.below[0]?.axis_label, figure.left[0]?.axis_label] : []
  return `Plot${y ? ` of ${y}` : ""}${x ? ` over ${x}` : ""}`
}

function name() {
  for (const element of elements(document)) {
    if (element.matches(ICON)) element.setAttribute("aria-hidden", "true")
    if (element.matches(".MuiAlert-colorInfo[role=alert]")) element.setAttribute("role", "status")
    if (element.hasAttribute("aria-label")) continue
    if (element.matches(".bk-events[tabindex]")) {
      element.setAttribute("role", "img")
      element.setAttribute("aria-label", nameOfPlot(element))
    } else if (element.matches("input.PrivateSwitchBase-input") && !element.labels?.[0]?.textContent.trim()) {
      const named = element.parentElement?.closest("[aria-label]")
      if (named) element.setAttribute("aria-label", named.getAttribute("aria-label"))
    }
  }
}

export function render({ model }) {
  const host = document.createElement("span")
  host.hidden = true
  const timer = setInterval(name, LOOK)
  model.on("remove", () => clearInterval(timer))
  return host
}
