// Keys for the whole page. A control that has the focus keeps the keys it uses itself.

const TYPING = "input:not([type=checkbox]):not([type=radio]):not([type=range]):not([type=button])," +
  "textarea, select, [contenteditable=''], [contenteditable=true], [role=textbox], [role=combobox]"
const ARROWS = "[role=slider], input[type=range], input[type=radio], [role=radio], [role=tab], [role=menu]," +
  "[role=menuitem], [role=listbox], [role=option], [role=grid], [role=tree], .tabulator"
const SPACE = "button, a[href], input, summary, [role=button], [role=tab], [role=switch], [role=menuitem], [role=option]"

/** Whether an element the key goes to, or one around it, uses the key itself. */
function isTaken(event) {
  const path = event.composedPath().filter((node) => node instanceof Element)
  const within = (selector) => path.some((element) => element.matches(selector))
  if (within(TYPING)) return true
  if (event.key.startsWith("Arrow")) return within(ARROWS)
  if (event.key === " ") return within(SPACE)
  return false
}

export function render({ model }) {
  const host = document.createElement("span")
  host.hidden = true
  const press = (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
    if (!model.keys.includes(key) || isTaken(event)) return
    // A dialog that is open hides what other keys would change.
    if (document.querySelector("[role=dialog]") && key !== "?") return
    event.preventDefault()
    model.send_msg(key)
  }
  window.addEventListener("keydown", press)
  model.on("remove", () => window.removeEventListener("keydown", press))
  return host
}
