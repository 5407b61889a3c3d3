// A list box under a search field. Typing filters, arrows walk, Enter or a click chooses.

const STYLE = `
:host { display: flex; flex-direction: column; min-height: 0; color: inherit; font-size: 14px; }
.picker { display: flex; flex-direction: column; gap: 8px; flex: 1; min-height: 0; }
.search { display: flex; align-items: center; gap: 6px; border: 1px solid color-mix(in srgb, currentColor 35%, transparent);
  border-radius: 8px; padding: 0 10px; }
.search:focus-within { border-color: #1f6fb2; box-shadow: 0 0 0 1px #1f6fb2; }
.search svg { width: 16px; height: 16px; flex: none; opacity: 0.6; }
input { flex: 1; min-width: 0; border: 0; outline: 0; background: none; color: inherit; font: inherit; padding: 8px 0; }
.list:focus-visible { outline: 2px solid #1f6fb2; outline-offset: -2px; }
input:focus-visible { outline: 2px solid #1f6fb2; outline-offset: 3px; border-radius: 2px; }
input::placeholder { color: inherit; opacity: 0.55; }
.groups { display: flex; gap: 4px; align-items: center; }
.groups button { font: inherit; font-size: 12.5px; color: inherit; background: none; cursor: pointer; padding: 3px 10px;
  border: 1px solid color-mix(in srgb, currentColor 25%, transparent); border-radius: 12px; }
.groups button[aria-pressed=true] { background: #1f6fb2; border-color: #1f6fb2; color: white; }
.groups button:focus-visible { outline: 2px solid #1f6fb2; outline-offset: 2px; }
.count { margin-left: auto; font-size: 12px; opacity: 0.75; white-space: nowrap; }
.list { flex: 1; min-height: 60px; overflow-y: auto; outline: 0; margin: 0 -4px; padding: 0 4px; scrollbar-width: thin; }
.item { display: grid; grid-template-columns: 46px minmax(0, 1fr); gap: 0 10px; padding: 6px; border-radius: 8px;
  cursor: pointer; align-items: center; content-visibility: auto; contain-intrinsic-size: auto 70px; }
.item:hover { background: color-mix(in srgb, currentColor 7%, transparent); }
.list:focus-visible .item.active, .typing .item.active { box-shadow: inset 0 0 0 2px #1f6fb2; }
.item[aria-selected=true] { background: color-mix(in srgb, #1f6fb2 20%, transparent); }
.picture { width: 46px; height: 46px; }
.head { display: flex; justify-content: space-between; gap: 8px; align-items: baseline; }
.title { font-weight: 600; overflow: hidden; text-overflow: ellipsis; }
.formula { font-size: 12.5px; opacity: 0.75; white-space: nowrap; }
.line { font-size: 12.5px; line-height: 1.3; opacity: 0.85; display: -webkit-box; -webkit-box-orient: vertical;
  -webkit-line-clamp: 2; overflow: hidden; }
.item[aria-selected=true] .line { -webkit-line-clamp: none; }
.small { font-size: 11px; opacity: 0.75; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.empty { padding: 16px 6px; font-size: 13px; opacity: 0.8; }
.failure { font-size: 13px; color: #d62728; white-space: pre-wrap; }
.failure:empty { display: none; }
`
const GLASS = `<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.4" aria-hidden="true"><circle cx="10" cy="10" r="6.5"/><path d="M15 15l6 6"/></svg>`

/** Letters and digits alone: CO₂ is found as co2, Γ stays itself. */
const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase()

function element(tag, className, text = "") {
  const made = document.createElement(tag)
  made.className = className
  made.textContent = text
  return made
}

export function render({ model, el }) {
  const style = document.createElement("style")
  style.textContent = STYLE
  const root = element("div", "picker")
  const search = element("div", "search")
  search.innerHTML = GLASS
  const input = document.createElement("input")
  Object.assign(input, { type: "search", placeholder: "Search name, formula, subject", autocomplete: "off" })
  input.setAttribute("role", "combobox")
  input.setAttribute("aria-label", "Search the library")
  input.setAttribute("aria-controls", "items")
  input.setAttribute("aria-expanded", "true")
  search.append(input)
  const groups = element("div", "groups")
  groups.setAttribute("role", "group")
  groups.setAttribute("aria-label", "Show")
  const count = element("span", "count")
  count.setAttribute("role", "status")
  const list = element("div", "list")
  list.id = "items"
  list.tabIndex = 0
  list.setAttribute("role", "listbox")
  list.setAttribute("aria-label", "Structures of the library")
  const failure = element("div", "failure")
  failure.setAttribute("role", "alert")
  root.append(search, groups, failure, list)

  let rows = [], shown = [], active = 0, group = ""

  function build() {
    rows = model.items.map((item, i) => {
      const row = element("div", "item")
      row.id = `item-${i}`
      row.setAttribute("role", "option")
      const picture = element("img", "picture")
      Object.assign(picture, { src: item.picture, alt: "", decoding: "async" })
      const words = element("div", "words"), head = element("div", "head")
      head.append(element("span", "title", item.title), element("span", "formula", item.formula))
      words.append(head, element("div", "line", item.line), element("div", "small", item.small))
      words.title = `${item.line}\n${item.small}`
      row.append(picture, words)
      row.onclick = () => { active = shown.indexOf(entry); choose() }
      const entry = { item, row, text: plain([item.title, item.formula, item.line, item.words].join(" ")) }
      return entry
    })
    list.replaceChildren(...rows.map((entry) => entry.row))
    filter()
  }

  function buildGroups() {
    const made = Object.entries({ "": "All", ...model.groups }).map(([name, label]) => {
      const button = element("button", "", label)
      button.type = "button"
      button.onclick = () => { group = name; filter() }
      button.dataset.group = name
      return button
    })
    groups.replaceChildren(...made, count)
  }

  function filter() {
    const words = plain(input.value).split(/\s+/).filter(Boolean)
    shown = rows.filter(({ item, text }) => (!group || item.group === group) && words.every((word) => text.includes(word)))
    const visible = new Set(shown)
    for (const entry of rows) entry.row.hidden = !visible.has(entry), entry.row.style.display = visible.has(entry) ? "" : "none"
    for (const button of groups.querySelectorAll("button")) button.setAttribute("aria-pressed", button.dataset.group === group)
    count.textContent = shown.length === rows.length ? `${rows.length}` : `${shown.length} of ${rows.length}`
    list.querySelector(".empty")?.remove()
    if (!shown.length) list.append(element("div", "empty", "Nothing in the library fits. Try a shorter word, or open a structure of your own in the next tab."))
    const chosen = shown.findIndex(({ item }) => item.name === model.chosen)
    active = words.length || chosen < 0 ? 0 : chosen
    mark()
  }

  function mark() {
    for (const entry of rows) {
      entry.row.classList.toggle("active", entry === shown[active])
      entry.row.setAttribute("aria-selected", entry.item.name === model.chosen)
    }
    const id = shown[active]?.row.id ?? ""
    input.setAttribute("aria-activedescendant", id)
    list.setAttribute("aria-activedescendant", id)
  }

  function show() {
    const row = shown[active]?.row
    if (!row) return
    const [top, height] = [row.offsetTop - list.offsetTop, row.offsetHeight]
    if (top < list.scrollTop) list.scrollTop = top
    else if (top + height > list.scrollTop + list.clientHeight) list.scrollTop = top + height - list.clientHeight
  }

  function choose() {
    if (!shown[active]) return
    model.failure = ""
    model.chosen = shown[active].item.name
    mark()
  }

  function walk(event) {
    const page = Math.max(1, Math.floor(list.clientHeight / 76))
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page }
    if (event.target === list) Object.assign(steps, { Home: -rows.length, End: rows.length })
    if (event.key in steps) active = Math.min(Math.max(active + steps[event.key], 0), shown.length - 1)
    else if (event.key === "Enter" || (event.key === " " && event.target === list)) choose()
    else if (event.key === "Escape" && input.value) { input.value = ""; filter() }
    else return
    event.preventDefault()
    event.stopPropagation() // the page has keys of its own
    root.classList.add("typing")
    mark()
    show()
  }

  input.oninput = filter
  input.onkeydown = walk
  list.onkeydown = walk
  input.onfocus = () => root.classList.add("typing")
  input.onblur = list.onblur = () => root.classList.remove("typing")
  model.on("items", build)
  model.on("groups", () => { buildGroups(); filter() })
  model.on("chosen", mark)
  model.on("failure", () => (failure.textContent = model.failure))
  failure.textContent = model.failure
  buildGroups()
  build()
  el.replaceChildren(style, root)
  requestAnimationFrame(show)
}
