// Writes the state into the address bar, a moment after it came to rest.

const REST = 250 // ms

async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch { // pages that came over plain http from another machine have no clipboard
    const field = document.createElement("textarea")
    field.value = text
    field.style.cssText = "position:fixed;opacity:0"
    document.body.append(field)
    field.select()
    const done = document.execCommand("copy")
    field.remove()
    return done
  }
}

export function render({ model }) {
  const host = document.createElement("span")
  host.hidden = true
  let timer
  const write = () => {
    clearTimeout(timer)
    const wanted = location.pathname + model.query + location.hash
    if (wanted !== location.pathname + location.search + location.hash) {
      history.replaceState(history.state, "", wanted)
    }
  }
  const writeSoon = () => {
    clearTimeout(timer)
    timer = setTimeout(write, REST)
  }
  model.on("query", writeSoon)
  model.on("msg:custom", async () => {
    write()
    model.address = location.href
    if (await toClipboard(location.href)) model.copied += 1
    else model.failed += 1
  })
  model.on("remove", () => clearTimeout(timer))
  writeSoon()
  return host
}
