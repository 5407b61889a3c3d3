// Pictures of the plots, made in the browser, and files saved by it.

const SCALE = 2 // pixels of a plot's picture per pixel of the page, at least
const FONT = "14px system-ui, sans-serif", ROW = 24, SWATCH = 16, MARGIN = 10 // of the legend

function save(name, blob) {
  const link = document.createElement("a")
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

const toBlob = (canvas) => new Promise((resolve) => canvas.toBlob(resolve, "image/png"))

/** Plots of Bokeh that are seen now, from left to right and top to bottom. */
function plots() {
  const found = []
  for (const document_ of Bokeh.documents) {
    for (const model of document_._all_models.values()) {
      if (model.type !== "Figure") continue
      const view = Bokeh.index.find_one(model)
      const box = view?.el.getBoundingClientRect()
      if (box?.width > 0 && box.height > 0) found.push({ view, box })
    }
  }
  return found.sort((a, b) => a.box.top - b.box.top || a.box.left - b.box.left)
}

function* elements(root) {
  for (const element of root.querySelectorAll("*")) {
    yield element
    if (element.shadowRoot) yield* elements(element.shadowRoot)
  }
}

/** What of the legends of plots is seen now: colours and names, and where they stand in a picture. */
function legend(context, width) {
  const found = []
  let x = MARGIN, y = 0
  for (const element of elements(document)) {
    if (!element.matches("[data-swatch]") || !element.checkVisibility()) continue
    const { swatch, name } = element.dataset
    const wide = SWATCH + 4 + context.measureText(name).width
    if (x > MARGIN && x + wide > width - MARGIN) [x, y] = [MARGIN, y + ROW]
    found.push({ swatch, name, x, y })
    x += wide + 14
  }
  return { found, height: found.length ? y + ROW : 0 }
}

/** All plots in one picture, where they stand on the page, below what their colours mean. */
async function pictureOfPlots(name) {
  const found = plots()
  if (!found.length) throw new Error("there is no plot on the page")
  const left = Math.min(...found.map(({ box }) => box.left)), top = Math.min(...found.map(({ box }) => box.top))
  const right = Math.max(...found.map(({ box }) => box.right)), bottom = Math.max(...found.map(({ box }) => box.bottom))
  const canvas = document.createElement("canvas")
  const context = canvas.getContext("2d")
  context.font = FONT
  const colors = legend(context, right - left)
  canvas.width = SCALE * (right - left)
  canvas.height = SCALE * (bottom - top + colors.height)
  const page = getComputedStyle(document.body)
  context.fillStyle = page.backgroundColor
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.scale(SCALE, SCALE)
  context.font = FONT // a canvas that changes its size forgets it
  context.textBaseline = "middle"
  for (const { swatch, name, x, y } of colors.found) {
    context.fillStyle = swatch
    context.fillRect(x, y + ROW / 2 - 2, SWATCH, 4)
    context.fillStyle = page.color
    context.fillText(name, x + SWATCH + 4, y + ROW / 2)
  }
  for (const { view, box } of found) {
    const drawn = view.export("png", true).canvas
    context.drawImage(drawn, box.left - left, box.top - top + colors.height, box.width, box.height)
  }
  save(name, await toBlob(canvas))
}

export function render({ model }) {
  const host = document.createElement("span")
  host.hidden = true
  model.on("msg:custom", async (event) => {
    const message = event.data ?? event
    try {
      if (message.plots) await pictureOfPlots(message.plots)
      else {
        const bytes = Uint8Array.from(atob(message.base64), (letter) => letter.charCodeAt(0))
        save(message.save, new Blob([bytes], { type: "application/octet-stream" }))
      }
    } catch (error) {
      model.failure = ""
      model.failure = String(error.message ?? error)
    }
  })
  return host
}
